package runner_test

import (
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

// A scenario that rests on more than it is about names what the target really got wrong, and fails a target only for what
// is observed or documented.
func TestADifferenceIsBlamedOnWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		defect, scenario string
		status           report.Status
		requirement      string
		advisory         bool
	}{
		{"other-material-is-accepted-after-the-delete", "reimport/after-other-material-was-refused-the-same-material-still-restores-the-key", report.Blocked, "DIKM-REIMP-04", false},
		{"import-without-a-model-does-not-expire", "import-parameters/a-refused-import-does-not-use-the-token-up", report.Blocked, "DIKM-EXP-01", false},
		{"newer-parameters-end-older-ones", "import-parameters/a-wrapping-key-that-does-not-belong-to-the-token-is-refused", report.Passed, "", false},
		{"newer-parameters-end-older-ones", "concurrency/imports-of-different-materials-racing-to-be-the-first", report.Failed, "DIKM-REIMP-26", true},
		{"deleted-older-material-is-forgotten", "several-materials/with-an-id-that-very-material-is-deleted", report.Failed, "DIKM-MULTI-19", true},
		{"use-without-material-is-disabled", "the-wire/a-refusal-with-is-http-400/kmsinvalidstateexception-without-material-encrypt-on-the-key", report.Failed, "DIKM-MATRIX-01", false},
		{"other-material-is-a-validation-error", "several-materials/other-material-does-not-replace-a-deleted-one-imported/as-existing-key-material-naming-its-id-is-refused", report.Passed, "", false},
		{"import-answers-nothing", "reimport/a-material-keeps-its-id-when-it-is-imported-again", report.Failed, "DIKM-REIMP-11", false},
	} {
		t.Run(test.defect+" in "+test.scenario, func(t *testing.T) {
			t.Parallel()
			wrong, err := defect.Named(test.defect)
			if err != nil {
				t.Fatal(err)
			}
			kms, err := reference.Target(reference.Options{Defects: []defect.Defect{wrong}})
			if err != nil {
				t.Fatal(err)
			}
			s := run(t, kms, runner.Options{Selection: runner.Selection{Scenarios: []string{test.scenario}}}).Scenarios[0]
			requirement := ""
			if s.Divergence != nil {
				requirement = s.Divergence.Requirement
			}
			if s.Status != test.status || requirement != test.requirement || s.Advisory != test.advisory {
				t.Errorf("%s on %q, advisory %t (%s); want %s on %q, advisory %t",
					s.Status, requirement, s.Advisory, s.Reason, test.status, test.requirement, test.advisory)
			}
		})
	}
}
