package runner_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/aws/ledger"
	"github.com/kmsconform/kmsconform/fixtures/aws/sweep"
)

const (
	// late is how late changes show: later than a sweep waits for what mostly shows by then (DIKM-EC-01), so that it does not
	// find what was made last.
	late = 10 * time.Second
	// killLateEvery is of how many call boundaries one is tried with -soak; without it, none but those at which keys are made.
	killLateEvery = 24
)

// TestRunsKilledWhereChangesShowLateLeaveNothing kills runs on a KMS whose new keys and tags show late (DIKM-EC-01, DIKM-EC-02),
// in simulated time, and sweeps at once, which may miss what was made last; the ledger must not forget that then. A sweep as
// much later as changes may take to show leaves nothing.
func TestRunsKilledWhereChangesShowLateLeaveNothing(t *testing.T) {
	var calls, made int64
	synctest.Test(t, func(t *testing.T) {
		whole := newScene(t, late)
		calls, made, _ = whole.run(death{})
		time.Sleep(late)
		left, keys := whole.counted()
		record, err := ledger.Read(whole.ledger)
		if err != nil || len(record.Open)-1 < len(left) || keys < 5 { // but for the trap
			t.Fatalf("a run that is not killed leaves %v of %d keys after %d calls, and its ledger has open: %+v, %v", left, keys, calls, record.Open, err)
		}
	})
	var deaths []death
	for n := range made {
		deaths = append(deaths, death{made: n + 1})
	}
	for n := int64(1); *soak > 0 && n <= calls; n += killLateEvery {
		deaths = append(deaths, death{call: n, after: true})
	}
	var kills, missed, swept atomic.Int64
	t.Run("kills", func(t *testing.T) {
		for i, d := range deaths {
			for _, withLedger := range []bool{true, false} {
				if *soak == 0 && withLedger == (i%2 == 0) {
					continue // a sample
				}
				t.Run(fmt.Sprintf("%+v, with the ledger %t", d, withLedger), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						first, second := killedLate(t, d, withLedger)
						kills.Add(1)
						swept.Add(int64(first + second))
						if second > 0 {
							missed.Add(1)
						}
					})
				})
			}
		}
	})
	if missed.Load() == 0 {
		t.Error("no sweep missed what does not show yet: that proves nothing about late changes")
	}
	t.Logf("%d kills of a run of %d calls that makes %d keys: of %d the first sweep missed something; both swept %d keys, none is left",
		kills.Load(), calls, made, missed.Load(), swept.Load())
}

// killedLate kills a run, sweeps at once and once more, and counts. It returns how many keys each sweep scheduled.
func killedLate(t *testing.T, d death, withLedger bool) (first, second int) {
	t.Helper()
	s := newScene(t, late)
	s.run(d)
	o := sweep.Options{Target: s.target, Any: true}
	if withLedger {
		o = sweep.Options{Target: s.target, Ledger: s.ledger}
	}
	early, err := sweep.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if n := early.Count(sweep.Failed) + len(early.Unreached); n > 0 {
		t.Errorf("the sweep failed at something: %+v", early)
	}
	time.Sleep(late)
	left, _ := s.counted()
	if withLedger {
		record, err := ledger.Read(s.ledger)
		if err != nil || len(record.Open)-1 < len(left) { // but for the trap
			t.Errorf("%d keys are left, and the ledger has open only: %+v, %v", len(left), record.Open, err)
		}
		if len(left) > 0 && early.Clean() {
			t.Errorf("a sweep that leaves %v says that nothing is left", left)
		}
	}
	time.Sleep(s.target.Consistency.Within)
	second = s.sweep(o)
	time.Sleep(late)
	if again, _ := s.counted(); len(again) > 0 || second != len(left) {
		t.Errorf("%d keys were left, %d were swept, and these are left: %v", len(left), second, again)
	}
	if withLedger {
		if record, err := ledger.Read(s.ledger); err != nil || len(record.Open) != 1 || record.Open[0].Scenario != "a/trap" {
			t.Errorf("the ledger has open: %+v, %v", record, err)
		}
	}
	return early.Count(sweep.Scheduled), second
}
