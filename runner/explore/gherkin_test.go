package explore

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// What is saved must be sound and must run: it fails where it was found, and passes on the reference.
func TestSavedScenariosRun(t *testing.T) {
	for _, name := range []string{
		"delete-of-a-disabled-key-is-refused", "first-material-is-not-listed", "delete-needs-no-permission", "delete-is-open-to-other-accounts",
		"malformed-id-is-a-missing-key",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := defect.Named(name)
			if err != nil {
				t.Fatal(err)
			}
			wrong, err := reference.Target(reference.Options{Defects: []defect.Defect{d}})
			if err != nil {
				t.Fatal(err)
			}
			r, err := Run(t.Context(), wrong, Options{Contract: contract(t), Seed: 1, Runs: 60, StopAt: 1})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Findings) == 0 {
				t.Fatalf("nothing was found in %d steps", r.Steps)
			}
			if r.Findings[0].Scenario == "" {
				t.Fatal(r.Findings[0].Unsaid)
			}
			runsAsSaved(t, wrong, r)
		})
	}
}

// runsAsSaved makes sure that what is saved of a result is sound and runs: it fails on the KMS where it was found, and
// passes on the reference. It returns how many scenarios there are.
func runsAsSaved(t *testing.T, wrong *target.Target, r *Result) int {
	t.Helper()
	saved := Feature(r)
	if saved == "" {
		return 0
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "explored.feature"), []byte(saved), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := features.LoadDir(dir)
	if err != nil {
		t.Fatalf("%v\n%s", err, saved)
	}
	for _, finding := range found.Lint(steps.Match) {
		t.Errorf("lint: %v\n%s", finding, saved)
	}
	n := strings.Count(saved, "  Scenario: ")
	if got := verdicts(t, wrong, found); got[report.Failed] != n {
		t.Errorf("on the defective KMS: %v\n%s", got, saved)
	}
	right, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := verdicts(t, right, found); got[report.Passed] != n {
		t.Errorf("on the reference: %v\n%s", got, saved)
	}
	return n
}

// verdicts runs scenarios and counts what they came to.
func verdicts(t *testing.T, kms *target.Target, c *features.Contract) map[report.Status]int {
	t.Helper()
	r, err := runner.Run(t.Context(), kms, runner.Options{Contract: c, Workers: 1, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	got := map[report.Status]int{}
	for i := range r.Scenarios {
		got[r.Scenarios[i].Status]++
	}
	return got
}

// Every sentence that a step can become must be one of the language's, whatever comes before it.
func TestEveryStepCanBeSaid(t *testing.T) {
	said := 0
	say := func(s Step) {
		tell := &telling{kinds: map[Which]string{TheKey: "symmetric"}, named: map[Which]int{TheKey: 1}, clock: true}
		text := tell.tell(s)
		if len(steps.Match(text)) != 1 {
			t.Errorf("%v: %q matches %v", s, text, steps.Match(text))
		}
		said++
	}
	for _, which := range whiches {
		for _, operation := range operations {
			if operation != "ListKeys" {
				say(Step{Operation: operation, Key: which})
			}
		}
		for _, v := range append(variants, variant{}) {
			for _, as := range []string{"", "NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"} {
				for n := 0; n <= len(ordinals); n++ {
					say(Step{Operation: "ImportKeyMaterial", Key: which, Material: n, ImportType: as, Variant: v.name})
				}
			}
		}
	}
	for _, w := range ways {
		say(Step{Operation: w.operation, Key: TheKey, Variant: w.name})
	}
	for _, kind := range []string{"symmetric", "multi-Region symmetric", "HMAC_256", "RSA_2048 signing"} {
		say(Step{Operation: "CreateKey", Key: OtherKey, Kind: kind})
		say(Step{Operation: "CreateKey", Key: OtherKey, Kind: kind, MadeByKMS: true})
	}
	for _, d := range passes {
		say(Step{Operation: Pass, Span: d})
	}
	for _, caller := range []string{"restricted", "second-account"} {
		say(Step{Operation: "DeleteImportedKeyMaterial", Key: TheKey, Caller: caller})
	}
	for n := 1; n <= len(ordinals); n++ {
		say(Step{Operation: "DeleteImportedKeyMaterial", Key: TheKey, Material: n})
		say(Step{Operation: "DeleteImportedKeyMaterial", Key: Replica, Material: n})
	}
	for _, product := range []string{"ciphertext", "signature", "MAC"} {
		say(Step{Operation: Make, Key: TheKey, Product: product})
	}
	if said < 600 {
		t.Errorf("only %d sentences were looked at", said)
	}
}
