package runner_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

// slowOnce is a transport that takes its time once, as a busy machine does: with the first call of an operation.
type slowOnce struct {
	next      http.RoundTripper
	operation string
	takes     time.Duration
	slept     *atomic.Int32
}

func (s slowOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+s.operation) && s.slept.CompareAndSwap(0, 1) {
		time.Sleep(s.takes)
	}
	return s.next.RoundTrip(r)
}

// Whether rotations are too slow to wait for is for the target's time to say. Where the scenario moves a clock of its own,
// a busy machine is no reason to skip; where nobody can move a clock, what the first rotation took counts.
func TestABusyMachineSkipsNothing(t *testing.T) {
	slow := func(next http.RoundTripper, slept *atomic.Int32) http.RoundTripper {
		// 25 of these would take longer than any scenario waits.
		return slowOnce{next: next, operation: "RotateKeyOnDemand", takes: 2 * time.Second, slept: slept}
	}
	for _, test := range []struct {
		name   string
		open   func(reference.Options) (*target.Target, error)
		want   report.Status
		reason string
	}{
		{"a clock of its own", reference.Target, report.Passed, ""},
		{"a clock that nobody moves", reference.Shared, report.Skipped, "25 of them would take"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			kms, err := test.open(reference.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var slept atomic.Int32
			if isolate := kms.Isolate; isolate != nil {
				kms.Isolate = func() (http.RoundTripper, target.Clock) {
					transport, clock := isolate()
					return slow(transport, &slept), clock
				}
			} else {
				kms.Transport = slow(kms.Transport, &slept)
			}
			result, err := runner.Run(t.Context(), kms, runner.Options{
				Contract:  wholeContract(),
				Selection: runner.Selection{Scenarios: []string{"several-materials/the-twenty-sixth-rotation-on-demand-is-refused"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if slept.Load() != 1 {
				t.Fatal("no rotation was slow: the test proves nothing")
			}
			for i := range result.Scenarios {
				if s := &result.Scenarios[i]; s.Status != test.want || !strings.Contains(s.Reason, test.reason) {
					t.Errorf("%s %q, want %s with %q", s.Status, s.Reason, test.want, test.reason)
				}
			}
		})
	}
}
