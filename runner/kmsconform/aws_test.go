package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/report"
)

// stage is the reference KMS where it plays AWS: KMS and STS over loopback, found by the SDK's own configuration.
type stage struct {
	kms  *server.Server
	url  string
	dir  string // where the command runs
	sent atomic.Int32
	made atomic.Int32

	mu      sync.Mutex
	secrets map[string]string // what nobody may write down, to what it is
	kinds   map[string]bool   // what secrets there were
}

// playAWS starts the reference KMS, with defects if any, and leads this test's configuration to it.
func playAWS(t *testing.T, defects ...string) *stage {
	t.Helper()
	// The secret access key of the root users is left out: it is the tool's own name.
	s := &stage{secrets: map[string]string{}, kinds: map[string]bool{}, dir: t.TempDir()}
	s.kms = referenceWith(t, server.Options{Wire: s.listen}, defects...)
	s.url = listening(t, s.kms)
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // restored afterwards
			_ = os.Unsetenv(name)
		}
	}
	config := filepath.Join(s.dir, "config")
	if err := os.WriteFile(config, []byte(awsProfiles), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", config)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(s.dir, "none"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_ENDPOINT_URL_KMS", s.url)
	t.Setenv("AWS_ENDPOINT_URL_STS", s.url)
	t.Chdir(s.dir)
	return s
}

const awsProfiles = `[default]
aws_access_key_id = 111122223333
aws_secret_access_key = kmsconform

[profile second]
aws_access_key_id = 444455556666
aws_secret_access_key = kmsconform

[profile primary-role]
role_arn = arn:aws:iam::111122223333:role/kmsconform-primary
source_profile = default

[profile second-role]
role_arn = arn:aws:iam::444455556666:role/kmsconform-second
source_profile = default
`

// quick is a KMS whose changes show late, though not as late as on AWS.
var quick = target.Consistency{Reads: 2, Every: 5 * time.Millisecond, Within: 10 * time.Second, Stays: 50 * time.Millisecond, Settle: 10 * time.Millisecond}

// run runs the command as a user would.
func (s *stage) run(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = execute(t.Context(), world{out: &stdout, errs: &stderr, environ: os.Environ(), consistency: &quick}, args)
	return code, stdout.String(), stderr.String()
}

// reported reads the report of a run.
func reported(t *testing.T, dir string) *report.Report {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

var bothAccounts = []string{"--allow-account", "111122223333", "--allow-account", "444455556666"}

// A run plans, keeps its budget and its ledger, calls nobody AWS who only plays it, and says what it leaves.
func TestRunOnAWS(t *testing.T) {
	const (
		one, twoAccounts = "asymmetric-keys/the-material-of-an-enabled-key-is-deleted/an-ecc-nist-p256", "other-accounts/the-delete-by-key-arn"
		iam              = "authorization/a-key-policy-that-names/the-role-session-caller"
	)
	tests := map[string]struct {
		args     []string
		statuses map[string]report.Status // of scenarios, by what their ids begin with
		accounts int
		says     []string
	}{
		"two profiles": {
			[]string{"--profile-second", "second", "--scenario", one, "--scenario", twoAccounts},
			map[string]report.Status{one: report.Passed, twoAccounts: report.Passed}, 2, nil,
		},
		"assumed roles": {
			[]string{
				"--aws-profile", "primary-role", "--assume-second", "arn:aws:iam::444455556666:role/kmsconform-second",
				"--assume-callers", "kmsconform", "--scenario", twoAccounts, "--scenario", iam,
			},
			map[string]report.Status{twoAccounts: report.Passed, iam: report.Passed}, 2, nil,
		},
		"profiles that are roles": {
			[]string{"--aws-profile", "primary-role", "--profile-second", "second-role", "--scenario", twoAccounts},
			map[string]report.Status{twoAccounts: report.Passed}, 2, nil,
		},
		"one account": {
			[]string{"--scenario", one, "--scenario", twoAccounts, "--scenario", iam},
			map[string]report.Status{one: report.Passed, twoAccounts: report.Skipped, iam: report.Skipped}, 1,
			[]string{"scenarios about two accounts are skipped", "--profile-second or --assume-second"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := playAWS(t)
			args := append([]string{"run", "--aws", "--max-keys", "30", "--quota-share", "100%", "--region", "us-west-2"}, bothAccounts...)
			code, out, errs := s.run(t, append(args, test.args...)...)
			if code != exitConformant || strings.Contains(errs, "kmsconform: ") {
				t.Fatalf("exit code %d\n%s\n%s", code, out, errs)
			}
			for _, part := range append(test.says, "planned: ", " 0 of them throttled", " scheduled for deletion in 7 days") {
				if !strings.Contains(out, part) {
					t.Errorf("it does not say %q:\n%s", part, out)
				}
			}
			r := reported(t, defaultReport)
			if r.Target.Kind != target.Endpoint || r.Target.Endpoint != s.url || strings.Contains(r.Target.Name, "AWS") {
				t.Errorf("the report calls the target %q of kind %s", r.Target.Name, r.Target.Kind)
			}
			if r.Target.Regions["primary"] != "us-west-2" || r.Target.Regions["replica"] != "eu-west-1" || r.Target.Capabilities.Accounts != test.accounts {
				t.Errorf("Regions %v, %d accounts", r.Target.Regions, r.Target.Capabilities.Accounts)
			}
			for _, x := range r.Scenarios {
				for begins, want := range test.statuses {
					if strings.HasPrefix(x.ID, begins) && x.Status != want {
						t.Errorf("%s: %s %s, want %s", x.ID, x.Status, x.Reason, want)
					}
				}
				if x.Status == report.Skipped && !strings.Contains(x.Reason, "--") {
					t.Errorf("%s is skipped and no flag is named: %s", x.ID, x.Reason)
				}
				for _, part := range []string{"--aws ", "--allow-account 111122223333", "--max-keys 30", "--region us-west-2"} {
					if !strings.Contains(x.Again, part) {
						t.Errorf("again lacks %q: %s", part, x.Again)
					}
				}
			}
			ledger, err := os.ReadFile(defaultLedger)
			if err != nil {
				t.Fatal(err)
			}
			if n := int32(strings.Count(string(ledger), `"removed"`)); n != s.made.Load() || n == 0 {
				t.Errorf("%d keys were made, and the ledger has %d as removed", s.made.Load(), n)
			}
		})
	}
}

// What is not sure is refused, before anything is sent to KMS.
func TestRunOnAWSRefusals(t *testing.T) {
	const aws = "run --aws --no-report --max-keys 5 --allow-account 111122223333 "
	tests := map[string]struct {
		args string
		says []string
	}{
		"no budget":           {"run --aws --no-report --allow-account 111122223333", []string{"no budget", "--max-keys", "--max-cost", "plan --aws"}},
		"time is no budget":   {"run --aws --no-report --allow-account 111122223333 --max-duration 1h", []string{"no budget"}},
		"no account allowed":  {"run --aws --no-report --max-keys 5", []string{"--allow-account"}},
		"another account":     {"run --aws --no-report --max-keys 5 --allow-account 444455556666", []string{"--allow-account 111122223333"}},
		"the second account":  {aws + "--profile-second second", []string{"second-account", "--allow-account 444455556666"}},
		"one account twice":   {aws + "--profile-second default", []string{"both callers", "--profile-second"}},
		"a role that denies":  {aws + "--assume-second arn:aws:iam::444455556666:role/none", []string{"may not be assumed", "trust policy"}},
		"two second accounts": {aws + "--profile-second a --assume-second b", []string{"profile-second", "assume-second"}},
		"one Region":          {aws + "--region eu-west-1 --replica-region eu-west-1", []string{"--replica-region"}},
		"a third Region":      {aws + "--region other=eu-west-1", []string{"one replica Region"}},
		"a Region's endpoint": {aws + "--region us-east-1@http://127.0.0.1:1", []string{"AWS_ENDPOINT_URL_KMS"}},
		"primary as a caller": {aws + "--caller primary=profile:default", []string{"--aws-profile"}},
		"an endpoint":         {aws + "--endpoint http://127.0.0.1:1", []string{"aws", "endpoint"}},
		"an emulator":         {aws + "--emulator moto", []string{"aws", "emulator"}},
		"a defect":            {aws + "--defect delete-drops-tags", []string{"aws", "defect"}},
		"a fault":             {aws + "--fault throttle", []string{"aws", "fault"}},
		"a movable clock":     {aws + "--control", []string{"aws", "control"}},
		"a consistency":       {aws + "--consistency strong", []string{"aws", "consistency"}},
		"a share":             {aws + "--quota-share 0.5", []string{"--quota-share", "50%"}},
		"too great a share":   {aws + "--quota-share 101%", []string{"--quota-share"}},
		"a cost":              {aws + "--max-cost cheap", []string{"--max-cost", "cheap"}},
		"a ledger":            {aws + "--ledger none/ledger.jsonl", []string{"--ledger"}},
		"observations of a play": {
			aws + "--record-observations", []string{"--record-observations", "not AWS itself", "AWS_ENDPOINT_URL"},
		},
		"flags without --aws":  {"run --no-report --allow-account 111122223333 --max-keys 5", []string{"--allow-account, --max-keys", "Add --aws"}},
		"a ledger for nothing": {"run --no-report --ledger ledger.jsonl", []string{"--ledger", "--endpoint"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := playAWS(t)
			code, _, errs := s.run(t, append(strings.Fields(test.args), "--scenario", "key-states/nothing-was-ever-imported")...)
			if code != exitUsage {
				t.Errorf("exit code %d, want 2", code)
			}
			for _, part := range test.says {
				if !strings.Contains(errs, part) {
					t.Errorf("it does not say %q:\n%s", part, errs)
				}
			}
			if s.sent.Load() != 0 {
				t.Error("something was sent to KMS")
			}
		})
	}
}

// A KMS that does not answer ends the run before a scenario waits for it.
func TestRunOnAWSWithoutKMS(t *testing.T) {
	s := playAWS(t)
	t.Setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:1")
	code, _, errs := s.run(t, "run", "--aws", "--no-report", "--max-keys", "5", "--allow-account", "111122223333", "--scenario", "key-states/nothing-was-ever-imported")
	if code != exitCouldNotRun || !strings.Contains(errs, "127.0.0.1:1") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

// A budget that is used up ends the run in good order.
func TestRunOnAWSStopsAtItsBudget(t *testing.T) {
	s := playAWS(t)
	code, out, errs := s.run(t, "run", "--aws", "--max-keys", "2", "--quota-share", "100%", "--workers", "1", "--allow-account", "111122223333", "--requirement", "DIKM-STATE-02")
	if code != exitConformant || !strings.Contains(errs, "stopped by --max-keys 2") || s.made.Load() > 2 {
		t.Errorf("exit code %d, %d keys\n%s\n%s", code, s.made.Load(), out, errs)
	}
	if r := reported(t, defaultReport); r.Summary.Passed == 0 || r.Summary.Skipped == 0 {
		t.Errorf("%d passed, %d skipped, want some of both", r.Summary.Passed, r.Summary.Skipped)
	}
}

// Nothing that a run writes holds what would open anything: no credentials, no material, no plaintext, no signature. The
// run sees temporary credentials, imports, uses of keys, and divergences, whose exchanges are kept.
func TestRunOnAWSWritesNoSecrets(t *testing.T) {
	s := playAWS(t, "ciphertext-decrypts-with-any-key-of-its-material", "blob-of-the-wrong-size-is-a-wrong-ciphertext")
	args := []string{
		"run", "--aws", "--max-cost", "1", "--quota-share", "100%", "--aws-profile", "primary-role",
		"--assume-second", "arn:aws:iam::444455556666:role/kmsconform-second", "--assume-callers", "kmsconform",
		"--scenario", "asymmetric-keys/the-material-of-an-enabled-key-is-deleted/an-ecc-nist-p256",
		"--scenario", "import-parameters/a-blob-that-does-not-fit-the-wrapping-key-is-refused",
		"--scenario", "reimport/a-ciphertext-is-bound-to-its-key-not-to-its-material",
		"--scenario", "key-states/another-key-with-the-same-material-keeps-it",
		"--scenario", "key-states-and-operations/after-the-delete/decrypt",
		"--scenario", "multi-region-keys/a-of-one-region-verifies-in-the-other/(mac-hmac-256|signature-ecc-nist-p256)",
		"--scenario", "authorization/by-a-caller-whom-nothing-permits-it/encrypt",
		"--scenario", "other-accounts/the-delete-by-key-arn",
		"--write-baseline", "baseline.yaml", "--ledger", "trail.jsonl",
	}
	code, out, errs := s.run(t, append(args, bothAccounts...)...)
	if code != exitConformant {
		t.Fatalf("exit code %d\n%s\n%s", code, out, errs)
	}
	if r := reported(t, defaultReport); r.Summary.Failed != 2 || r.Summary.Error > 0 {
		t.Errorf("%d failed, %d in error; want the two that the defects make fail, whose exchanges are kept", r.Summary.Failed, r.Summary.Error)
	}
	for _, what := range []string{
		"a request's signature", "a session token", "a role's secret access key", "EncryptedKeyMaterial of TrentService.ImportKeyMaterial",
		"ImportToken of TrentService.GetParametersForImport", "Plaintext of TrentService.Encrypt", "CiphertextBlob of TrentService.Decrypt",
		"Mac of TrentService.GenerateMac", "Signature of TrentService.Sign",
	} {
		if !s.kinds[what] {
			t.Errorf("the run made no secret that is %s", what)
		}
	}
	planned, what, said := s.run(t, append([]string{"plan", "--json"}, args[1:len(args)-4]...)...)
	if planned != exitConformant {
		t.Fatalf("plan: exit code %d\n%s", planned, said)
	}
	texts := s.heldNoSecrets(t, s.dir, map[string]string{"standard output": out, "standard error": errs, "the plan": what})
	for _, name := range []string{"report.json", "report.html", "junit.xml", "summary.md"} {
		if texts[filepath.Join(s.dir, defaultReport, name)] == "" {
			t.Errorf("there is no %s", name)
		}
	}
	if texts[filepath.Join(s.dir, "trail.jsonl")] == "" || texts[filepath.Join(s.dir, "baseline.yaml")] == "" {
		t.Error("there is no ledger or no baseline")
	}
}
