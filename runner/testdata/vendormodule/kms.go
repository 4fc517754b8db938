// Package kms is somebody else's KMS: it knows a handful of operations, and keeps its keys in memory.
package kms

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is the KMS.
type Server struct {
	// Wrong makes DeleteImportedKeyMaterial refuse every key, so that there is something to find.
	Wrong bool

	mu   sync.Mutex
	keys map[string]*key
}

type key struct {
	KeyID, ARN, Description, State string
	Created                        time.Time
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		KeyID       string `json:"KeyId"`
		Origin      string
		Description string
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
		refuse(w, "SerializationException", "")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "TrentService.")
	if operation == "CreateKey" {
		s.create(w, in.Origin, in.Description)
		return
	}
	if operation != "DescribeKey" && operation != "DeleteImportedKeyMaterial" && operation != "ScheduleKeyDeletion" {
		w.WriteHeader(http.StatusNotImplemented)
		fmt.Fprintf(w, "%s is not implemented", operation)
		return
	}
	k := s.keys[in.KeyID[strings.LastIndexByte(in.KeyID, '/')+1:]]
	switch {
	case k == nil:
		refuse(w, "NotFoundException", fmt.Sprintf("Key '%s' does not exist", in.KeyID))
	case operation == "DescribeKey":
		answer(w, map[string]any{"KeyMetadata": s.metadata(k)})
	case operation == "ScheduleKeyDeletion":
		k.State = "PendingDeletion"
		answer(w, map[string]any{"KeyId": k.ARN, "KeyState": k.State})
	case s.Wrong:
		refuse(w, "KMSInvalidStateException", k.ARN+" is "+k.State)
	default:
		answer(w, map[string]any{"KeyId": k.ARN})
	}
}

func (s *Server) create(w http.ResponseWriter, origin, description string) {
	id := strings.ToLower(rand.Text())
	id = fmt.Sprintf("%s-%s-4%s-8%s-%s", hex(id[:8]), hex(id[8:12]), hex(id[12:15]), hex(id[15:18]), hex(id[14:26]))
	k := &key{KeyID: id, ARN: "arn:aws:kms:us-east-1:111122223333:key/" + id, Description: description, Created: time.Now()}
	k.State = "Enabled"
	if origin == "EXTERNAL" {
		k.State = "PendingImport"
	}
	if s.keys == nil {
		s.keys = map[string]*key{}
	}
	s.keys[id] = k
	answer(w, map[string]any{"KeyMetadata": s.metadata(k)})
}

func (s *Server) metadata(k *key) map[string]any {
	return map[string]any{
		"AWSAccountId": "111122223333", "KeyId": k.KeyID, "Arn": k.ARN, "CreationDate": k.Created.Unix(), "Enabled": k.State == "Enabled",
		"Description": k.Description, "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": k.State, "Origin": "EXTERNAL", "KeyManager": "CUSTOMER",
		"CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "KeySpec": "SYMMETRIC_DEFAULT",
		"EncryptionAlgorithms": []string{"SYMMETRIC_DEFAULT"}, "MultiRegion": false,
	}
}

// hex makes hexadecimal digits of base32 ones.
func hex(s string) string {
	return strings.Map(func(r rune) rune { return rune("0123456789abcdef"[int(r)%16]) }, s)
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}
