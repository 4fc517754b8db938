package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/runner/report"
)

// impostor is the reference KMS in the place of AWS: under AWS's own names, with a certificate for them, behind the proxy
// through which the command goes out. Nothing but that nobody vouches for the certificate tells them apart.
type impostor struct {
	t     *testing.T
	dir   string // where the command runs
	env   []string
	vouch string // the file of the authority that vouches for the certificate
}

// awsNames are the hosts that the certificate is for.
var awsNames = []string{"kms.us-east-1.amazonaws.com", "kms.eu-west-1.amazonaws.com", "sts.us-east-1.amazonaws.com"}

// realAccount is none of the accounts that examples have: whatever is published must not name it.
const realAccount = "222233334444"

// playAWSItself starts a KMS with some defects under AWS's names. Wire, if any, stands before it.
func playAWSItself(t *testing.T, wire func(http.Handler) http.Handler, defects ...string) *impostor {
	t.Helper()
	i := &impostor{t: t, dir: t.TempDir()}
	certificate, authority := certified(t, awsNames)
	i.vouch = filepath.Join(i.dir, "authority.pem")
	config := filepath.Join(i.dir, "config")
	for name, text := range map[string][]byte{i.vouch: authority, config: []byte("[default]\naws_access_key_id = " + realAccount + "\naws_secret_access_key = kmsconform\n")} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	aws := httptest.NewUnstartedServer(referenceWith(t, server.Options{Wire: wire}, defects...))
	aws.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	aws.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes with who does not believe the certificate
	aws.StartTLS()
	t.Cleanup(aws.Close)
	proxy := httptest.NewServer(tunnel(aws.Listener.Addr().String()))
	t.Cleanup(proxy.Close)
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); !strings.HasPrefix(name, "AWS_") && !strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			i.env = append(i.env, variable)
		}
	}
	i.env = append(i.env, asCommand+"=quick", "HTTPS_PROXY="+proxy.URL, "AWS_CONFIG_FILE="+config, "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(i.dir, "none"),
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CA_BUNDLE="+i.vouch) // which the SDK believes, and the check of the certificate does not
	return i
}

// certified returns a certificate for some hosts, and that of its authority, which nobody knows.
func certified(t *testing.T, hosts []string) (own tls.Certificate, authority []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kmsconform test authority"}, DNSNames: hosts,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// tunnel is a proxy that leads whoever asks for AWS to an address of this machine, and refuses everybody else.
func tunnel(to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if r.Method != http.MethodConnect || err != nil || !strings.HasSuffix(host, ".amazonaws.com") {
			http.Error(w, "only AWS", http.StatusForbidden)
			return
		}
		there, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", to)
		if err != nil {
			http.Error(w, "nobody there", http.StatusBadGateway)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = there.Close()
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	})
}

// run runs the command in a process of its own, which is how it finds the proxy and the authorities of its environment.
func (i *impostor) run(env []string, args ...string) (code int, out, errs string) {
	i.t.Helper()
	ctx, stop := context.WithTimeout(i.t.Context(), 2*time.Minute)
	defer stop()
	command := exec.CommandContext(ctx, os.Args[0], args...)
	command.Dir, command.Env = i.dir, append(i.env, env...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil && command.ProcessState == nil {
		i.t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// believed has the process believe the authority in everything, as if it were one of the machine's.
func (i *impostor) believed() []string {
	return []string{"SSL_CERT_FILE=" + i.vouch, "SSL_CERT_DIR=" + filepath.Join(i.dir, "none")}
}

const (
	asked  = "key-states/the-material-that-the-answer-names-for-a-key/whose-material-was-deleted" // OQ-01
	judged = "key-states/aliases-tags-policy-description-and-creation-date-remain"
)

var recording = []string{
	"run", "--aws", "--allow-account", realAccount, "--max-keys", "20", "--quota-share", "100%", "--no-color", "--scenario", asked,
}

// Only AWS itself is recorded: whoever plays it is found out by the certificate, or by who it says that the callers are, and
// the refusal names what is wrong.
func TestOnlyAWSItselfIsRecorded(t *testing.T) {
	t.Parallel()
	others := func(next http.Handler) http.Handler { // who says that the callers are principals of something else
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			kept := httptest.NewRecorder()
			next.ServeHTTP(kept, r)
			for name, values := range kept.Header() {
				if name != "Content-Length" {
					w.Header()[name] = values
				}
			}
			w.WriteHeader(kept.Code)
			_, _ = io.WriteString(w, strings.ReplaceAll(kept.Body.String(), "<Arn>arn:aws:iam::", "<Arn>arn:other:iam::"))
		})
	}
	for name, test := range map[string]struct {
		wire     func(http.Handler) http.Handler
		believed bool
		says     []string
	}{
		"nobody vouches for the certificate": {says: []string{"--record-observations", "not AWS itself", "the certificate of kms.", "not to be trusted"}},
		"the callers are somebody else's":    {wire: others, believed: true, says: []string{"--record-observations", "the caller primary is no principal of AWS"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := playAWSItself(t, test.wire)
			var env []string
			if test.believed {
				env = i.believed()
			}
			code, out, errs := i.run(env, append(recording, "--record-observations")...)
			if code != exitUsage {
				t.Errorf("exit code %d\n%s%s", code, out, errs)
			}
			for _, part := range test.says {
				if !strings.Contains(errs, part) {
					t.Errorf("it does not say %q:\n%s", part, errs)
				}
			}
			if files, _ := filepath.Glob(filepath.Join(i.dir, "kmsconform-observations", "*")); len(files) > 0 {
				t.Errorf("it left %q", files)
			}
		})
	}
}

// What a run on AWS records holds later runs: the answer of another day is a change, and so is what the documentation says
// otherwise. Nobody failed, and the text of the issue says both.
func TestWhatWasRecordedOnAWSChanges(t *testing.T) {
	t.Parallel()
	heard := &stage{secrets: map[string]string{}, kinds: map[string]bool{}}
	first := playAWSItself(t, heard.listen)
	const kept = "contract/observations"
	args := append(recording, "--record-observations", "--observations", kept)
	code, out, errs := first.run(first.believed(), args...)
	if code != exitConformant || !strings.Contains(out, "observations: "+kept) {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	if r := reported(t, filepath.Join(first.dir, defaultReport)); r.Target.Kind != "aws" || r.Summary.Answered != 1 {
		t.Errorf("on %s: %+v", r.Target.Kind, r.Summary)
	}
	if code, out, errs := first.run(nil, "observations", "verify", kept); code != exitConformant || !strings.Contains(out, "0 faults") {
		t.Errorf("verify: exit code %d\n%s%s", code, out, errs)
	}

	// As in a checkout of the contract, to which the observations were moved.
	feature, err := os.ReadFile("../../features/key_states.feature")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(first.dir, "contract", "key_states.feature"), feature, 0o600); err != nil {
		t.Fatal(err)
	}
	later := playAWSItself(t, heard.listen, "delete-does-not-name-the-material", "delete-drops-tags")
	code, out, errs = later.run(later.believed(), append(recording, "--scenario", judged, "--features", filepath.Join(first.dir, "contract"), "--features-only")...)
	if code != exitChanged {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	r := reported(t, filepath.Join(later.dir, defaultReport))
	if r.Summary.Changed != 2 || r.Summary.Failed != 0 || r.Overall() != report.Outdated {
		t.Errorf("%+v, %s", r.Summary, r.Overall())
	}
	issue, err := os.ReadFile(filepath.Join(later.dir, defaultReport, awsChanged))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"# AWS changed: ", string(report.AWSChanged), string(report.DocumentationDiffers), "DIKM-STATE-20", "OQ-01", "before", "| request id |", "us-east-1"} {
		if !strings.Contains(string(issue), part) {
			t.Errorf("%s does not say %q:\n%s", awsChanged, part, issue)
		}
	}
	// None of it holds what would open anything: the ledgers, the reports, the observations, the text of the issue.
	for _, dir := range []string{first.dir, later.dir} {
		texts := heard.heldNoSecrets(t, dir, map[string]string{"standard output": out, "standard error": errs})
		if texts[filepath.Join(dir, defaultLedger)] == "" {
			t.Error("there is no ledger")
		}
	}
	recorded, err := filepath.Glob(filepath.Join(first.dir, kept, "*.yaml"))
	if err != nil || len(recorded) != 1 {
		t.Fatalf("recorded are %q, %v", recorded, err)
	}
	for _, path := range append(recorded, filepath.Join(later.dir, defaultReport, awsChanged)) {
		text, err := os.ReadFile(path)
		if err != nil || strings.Contains(string(text), realAccount) {
			t.Errorf("%s names the run's account, %v:\n%s", filepath.Base(path), err, text)
		}
	}
}
