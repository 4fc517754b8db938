package runner_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

// counting is a gate that lets everything pass.
type counting struct{ calls atomic.Int64 }

func (c *counting) Pass(context.Context, target.Call) error { c.calls.Add(1); return nil }

func (*counting) Came(target.Call, *target.Exchange) {}

// Where no clock can be moved, a scenario that waits for a day takes neither keys nor parameters for import: it is skipped
// before its first call.
func TestWhatNeedsAClockTakesNothingWhereThereIsNone(t *testing.T) {
	for scenario, want := range map[string]struct {
		status report.Status
		calls  bool
	}{
		"import-parameters/an-expired-token-is-refused":        {report.Skipped, false},
		"several-materials/the-older-of-two-materials-expires": {report.Skipped, false},
		"key-states/the-material-of-an-enabled-key-is-deleted": {report.Passed, true},
	} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			kms, err := reference.Shared(reference.Options{})
			if err != nil {
				t.Fatal(err)
			}
			gate := &counting{}
			kms.Gate = gate
			result, err := runner.Run(t.Context(), kms, runner.Options{Selection: runner.Selection{Scenarios: []string{scenario}}})
			if err != nil {
				t.Fatal(err)
			}
			if got := result.Scenarios[0]; got.Status != want.status || (gate.calls.Load() > 0) != want.calls {
				t.Errorf("%s after %d calls: %s", got.Status, gate.calls.Load(), got.Reason)
			}
		})
	}
}
