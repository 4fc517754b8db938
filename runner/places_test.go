package runner

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/report"
)

func TestAPlaceIsGivenAwayForAWait(t *testing.T) {
	all := make(places, 1)
	first := all.take(t.Context())
	if first == nil || len(all) != 1 {
		t.Fatalf("%v, %d taken", first, len(all))
	}
	err := first.Aside(t.Context(), func() error {
		second := all.take(t.Context())
		second.leave()
		return nil
	})
	if err != nil || len(all) != 1 {
		t.Errorf("after the wait: %v, %d taken", err, len(all))
	}
	first.leave()
	first.leave() // a second time gives away nothing that another has
	if len(all) != 0 {
		t.Errorf("%d taken at the end", len(all))
	}
}

func TestAWaitThatFailsTakesNoPlaceAgain(t *testing.T) {
	all := make(places, 1)
	waiting := all.take(t.Context())
	cut := errors.New("cut short")
	if err := waiting.Aside(t.Context(), func() error { return cut }); !errors.Is(err, cut) || len(all) != 0 {
		t.Errorf("%v, %d taken", err, len(all))
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := waiting.Aside(ended, func() error { return nil }); !errors.Is(err, context.Canceled) || len(all) != 0 {
		t.Errorf("with an ended context: %v, %d taken", err, len(all))
	}
	if other := all.take(ended); other != nil {
		t.Error("an ended context took a place")
	}
}

// Scenarios that wait for a date start first where only waiting helps.
func TestWhoWaitsForADateStartsFirst(t *testing.T) {
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	plain := func() *target.Target { return deaf() }
	clocked := func() *target.Target { kms := deaf(); kms.Clock = anyClock{}; return kms }
	for name, test := range map[string]struct {
		target  func() *target.Target
		options Options
		waiting bool
	}{
		"only waiting helps":                {plain, Options{}, true},
		"the clock can be moved":            {clocked, Options{}, false},
		"the first divergence ends the run": {plain, Options{FailFast: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(test.target(), &Plan{Contract: contract, Scenarios: contract.Scenarios, Workers: 1}, test.options)
			order := r.order()
			if first := contract.Scenarios[order[0]].ID == "expiration/a-material-that-lives-for-seconds"; first != test.waiting {
				t.Errorf("%s starts first", contract.Scenarios[order[0]].ID)
			}
			if test.waiting == slices.IsSorted(order) {
				t.Errorf("in the order of the contract: %t", !test.waiting)
			}
			slices.Sort(order)
			for i, index := range order {
				if i != index {
					t.Fatalf("scenario %d is started %d times", i, order[i])
				}
			}
		})
	}
}

// Scenarios wait for their dates at the same time, also where one acts at a time.
func TestDatesAreWaitedForSideBySide(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for dates")
	}
	t.Parallel()
	kms, err := reference.Shared(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{"expiration/a-material-that-lives-for-seconds", "expiration/deleting-an-expired-material-has-no-effect", "expiration/other-material-is-refused-after-the-expiry"}
	result, err := Run(t.Context(), kms, Options{Workers: 1, Selection: Selection{Scenarios: ids}})
	if err != nil {
		t.Fatal(err)
	}
	var together float64
	for i := range result.Scenarios {
		s := &result.Scenarios[i]
		if s.Status != report.Passed {
			t.Errorf("%s is %s: %s", s.ID, s.Status, s.Reason)
		}
		together += s.DurationSeconds
	}
	// One after another they take no more together than the run does.
	if together <= result.DurationSeconds {
		t.Errorf("they took %.1f s together, and the run %.1f s: none waited while another did", together, result.DurationSeconds)
	}
}
