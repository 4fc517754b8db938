package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secretMembers are those of requests and answers that no file may hold.
var secretMembers = []string{"EncryptedKeyMaterial", "ImportToken", "Plaintext", "CiphertextBlob", "Signature", "Mac", "Message"}

// listen remembers what passes and nobody may write down.
func (s *stage) listen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		kept := &keeping{ResponseWriter: w}
		next.ServeHTTP(kept, r)
		operation := r.Header.Get("X-Amz-Target")
		if operation != "" {
			s.sent.Add(1)
		}
		if kept.status < 300 && (strings.HasSuffix(operation, ".CreateKey") || strings.HasSuffix(operation, ".ReplicateKey")) {
			s.made.Add(1)
		}
		_, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
		s.remember("a request's signature", signature)
		s.remember("a session token", r.Header.Get("X-Amz-Security-Token"))
		var session struct {
			Secret string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
			Token  string `xml:"AssumeRoleResult>Credentials>SessionToken"`
		}
		if operation == "" && xml.Unmarshal(kept.body.Bytes(), &session) == nil {
			s.remember("a role's secret access key", session.Secret)
			s.remember("a role's session token", session.Token)
		}
		for _, text := range [][]byte{body, kept.body.Bytes()} {
			var members map[string]json.RawMessage
			if json.Unmarshal(text, &members) != nil {
				continue
			}
			for _, name := range secretMembers {
				var value string
				if json.Unmarshal(members[name], &value) == nil {
					s.remember(name+" of "+operation, value)
				}
			}
		}
	})
}

// shortest is how long a secret is at least: what is shorter cannot be told from other text.
const shortest = 12

// remember keeps a secret as it was sent, and as it would look in other writings.
func (s *stage) remember(what, secret string) {
	if len(secret) < shortest {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kinds[what], s.secrets[secret] = true, what
	if raw, err := base64.StdEncoding.DecodeString(secret); err == nil && len(raw) >= shortest {
		s.secrets[string(raw)] = what + ", raw"
		s.secrets[hex.EncodeToString(raw)] = what + ", in hexadecimal digits"
		s.secrets[base64.URLEncoding.EncodeToString(raw)] = what + ", in base64url"
	}
}

// keeping remembers an answer.
type keeping struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (k *keeping) WriteHeader(status int) {
	k.status = status
	k.ResponseWriter.WriteHeader(status)
}

func (k *keeping) Write(b []byte) (int, error) {
	k.body.Write(b)
	return k.ResponseWriter.Write(b)
}

// heldNoSecrets looks for what nobody may write down in some texts and in all files of a folder but the command's own
// configuration, and returns all of them.
func (s *stage) heldNoSecrets(t *testing.T, dir string, texts map[string]string) map[string]string {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == filepath.Join(dir, "config") {
			return err
		}
		text, err := os.ReadFile(path)
		texts[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.secrets) == 0 {
		t.Error("there was nothing that nobody may write down")
	}
	begin := map[string][]string{} // by how they begin: there are thousands, and as many exchanges in a report
	for secret := range s.secrets {
		begin[secret[:shortest]] = append(begin[secret[:shortest]], secret)
	}
	for path, text := range texts {
		for at := range len(text) - shortest + 1 {
			for _, secret := range begin[text[at:at+shortest]] {
				if strings.HasPrefix(text[at:], secret) {
					t.Errorf("%s holds %s", path, s.secrets[secret])
				}
			}
		}
	}
	return texts
}
