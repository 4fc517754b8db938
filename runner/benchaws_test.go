package runner_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/aws/quota"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/fault"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/plan"
	"github.com/kmsconform/kmsconform/runner/report"
)

var (
	benchAWS        = flag.Bool("bench-aws", false, "run the whole contract on the reference that plays AWS, in simulated time; without it a sample")
	benchAWSShare   = flag.String("bench-aws-share", "0.5,1", "the shares of the quotas to use, one run each")
	benchAWSWorkers = flag.String("bench-aws-workers", "0", "how many scenarios run at a time, one run each; 0: as the plan says, which is what a run does")
)

// likeAWS is what the reference does to be like AWS: the documented quotas, changes that show late, and the time that
// requests travel.
var likeAWS = []string{"throttle", "eventual=2500ms", "latency=20ms..80ms"}

// inTheBackground is how long AWS takes for rotations, replicas and changes of the primary Region (DIKM-MULTI-05,
// DIKM-EC-08).
const inTheBackground = time.Minute

// The goals: time by the bound that the quotas set, and calls that AWS throttles.
const (
	goalRatio     = 1.05
	goalThrottled = 0.01
	// By how much time and calls may differ from the plan.
	goalPlanned = 0.03
)

// TestBenchAWS measures a run on AWS in simulated time: the runner, the pace, the patience and the consistency are those
// of AWS, and the KMS is one reference that all scenarios share, in a bubble whose time passes when everybody waits.
func TestBenchAWS(t *testing.T) {
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	shares, workers := numbers(t, *benchAWSShare), numbers(t, *benchAWSWorkers)
	var selection runner.Selection
	if !*benchAWS {
		selection = runner.Selection{Shard: runner.Shard{Index: 1, Count: 5}}
		shares, workers = []float64{0.5}, []float64{0}
	}
	chosen, err := selection.Apply(contract)
	if err != nil {
		t.Fatal(err)
	}
	for _, share := range shares {
		for _, n := range workers {
			planned := planFor(t, contract, chosen, share, int(n))
			var m *measured
			synctest.Test(t, func(t *testing.T) { m = measure(t, selection, planned, share) })
			m.print(planned)
			m.check(t)
			m.agrees(t, planned)
		}
	}
}

func numbers(t *testing.T, list string) []float64 {
	t.Helper()
	var all []float64
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

// planFor is what is planned before the run.
func planFor(t *testing.T, contract *features.Contract, chosen []features.Scenario, share float64, workers int) *plan.Plan {
	t.Helper()
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var callers []string
	for name := range kms.Callers {
		callers = append(callers, name)
	}
	p, err := plan.Make(t.Context(), plan.Options{
		Contract: contract, Scenarios: chosen, Regions: kms.Regions, Callers: callers,
		Consistency: target.EventualConsistency, Patience: target.Eventually, Share: share, Workers: workers,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// measured is what became of a run.
type measured struct {
	share     float64
	workers   int
	scenarios int
	took      time.Duration
	quotas    quota.Statistics
	ended     time.Time
	report    *report.Report
	restarts  int
	keys      int           // that were made and not scheduled for deletion
	answers   time.Duration // waiting for answers, all scenarios together
	busy      time.Duration // all scenarios together
}

// metered is the gate of a run that is measured, its schedule, and its observer.
type metered struct {
	*quota.Pace
	plan *plan.Plan

	mu      sync.Mutex
	answers time.Duration
	made    int
	removed int
}

// Came implements target.Gate.
func (m *metered) Came(call target.Call, e *target.Exchange) {
	m.Pace.Came(call, e)
	if e == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers += e.Duration
	if e.Response == nil || e.Response.Status != 200 {
		return
	}
	switch call.Operation {
	case "CreateKey", "ReplicateKey":
		m.made++
	case "ScheduleKeyDeletion":
		m.removed++
	case "CancelKeyDeletion":
		m.removed--
	}
}

// Order implements runner.Schedule.
func (m *metered) Order(scenarios []features.Scenario) []int {
	return m.plan.Order(scenarios)
}

// Admit implements runner.Schedule.
func (m *metered) Admit(*features.Scenario) error { return nil }

// Ended implements runner.Schedule.
func (m *metered) Ended(*features.Scenario) {}

// measure runs the contract, or a part of it, in a bubble.
func measure(t *testing.T, selection runner.Selection, planned *plan.Plan, share float64) *measured {
	t.Helper()
	set, err := fault.Parse(likeAWS...)
	if err != nil {
		t.Fatal(err)
	}
	kms, err := reference.Shared(reference.Options{Faults: set, FaultSeed: 1, Install: func(o server.Options) server.Options {
		o.Rotation, o.Replication, o.Promotion = inTheBackground, inTheBackground, inTheBackground
		return o
	}})
	if err != nil {
		t.Fatal(err)
	}
	kms.Consistency, kms.Patience = target.EventualConsistency, target.Eventually
	pace, err := quota.NewPace(share)
	if err != nil {
		t.Fatal(err)
	}
	gate := &metered{Pace: pace, plan: planned}
	kms.Gate = gate
	began := time.Now()
	result, err := runner.Run(context.Background(), kms, runner.Options{Workers: planned.Workers, Selection: selection, Schedule: gate})
	if err != nil {
		t.Fatal(err)
	}
	m := &measured{
		share: share, workers: planned.Workers, scenarios: len(result.Scenarios), took: time.Since(began), ended: time.Now(),
		quotas: pace.Statistics(), report: result, answers: gate.answers, keys: gate.made - gate.removed,
	}
	for i := range result.Scenarios {
		s := &result.Scenarios[i]
		m.busy += time.Duration(s.DurationSeconds * float64(time.Second))
		if slices.ContainsFunc(s.Notes, func(note string) bool { return strings.HasPrefix(note, "begun anew") }) {
			m.restarts++
		}
	}
	return m
}

// bound is what the quotas allow for what was called.
func (m *measured) bound() (time.Duration, quota.Bucket) { return m.quotas.Calls().Bound(m.share) }

func (m *measured) ratio() float64 {
	bound, _ := m.bound()
	return m.took.Seconds() / bound.Seconds()
}

func (m *measured) print(p *plan.Plan) {
	bound, scarcest := m.bound()
	planned := time.Duration(p.ExpectedSeconds * float64(time.Second))
	throttled, calls := m.quotas.Throttled()
	lost := m.quotas.Lost(scarcest, m.ended)
	var queued time.Duration
	var scarce quota.Lane
	for _, l := range m.quotas.Lanes {
		queued += l.Waited
		if l.Bucket == scarcest {
			scarce = l
		}
	}
	short := func(d time.Duration) string { return d.Round(time.Second).String() }
	count := map[report.Status]int{}
	for i := range m.report.Scenarios {
		count[m.report.Scenarios[i].Status]++
	}
	fmt.Printf("bench-aws  %d scenarios, %.0f %% of the quotas, %d at a time\n", m.scenarios, m.share*100, m.workers)
	fmt.Printf("  bound      %8s  %s: %d in all; planned were %s\n", short(bound), scarcest, scarce.Units, short(time.Duration(p.BoundSeconds*float64(time.Second))))
	fmt.Printf("  planned    %8s\n", short(planned))
	fmt.Printf("  achieved   %8s  %.3f × the bound\n", short(m.took), m.ratio())
	fmt.Printf("  throttled  %d of %d calls, %.2f %%; planned were %d\n", throttled, calls, 100*float64(throttled)/float64(calls), p.CallsMade())
	fmt.Printf("  the rest   the scarce quota: %s before its first call, %s with nobody waiting or after refusals, %s after its last one\n",
		short(lost.Before), short(lost.Within), short(lost.After))
	fmt.Printf("  scenarios  %s in all: %s waiting for turns, %s for answers, %s for changes to settle, dates and what goes on in the background\n",
		short(m.busy), short(queued), short(m.answers), short(m.busy-queued-m.answers))
	fmt.Printf("  statuses   %v, %d begun anew, %d keys left\n", count, m.restarts, m.keys)
	for _, l := range m.quotas.Lanes[:min(6, len(m.quotas.Lanes))] {
		fmt.Printf("             %-52s %5d calls, %4d throttled, waited for %s\n", l.Bucket, l.Calls, l.Throttled, short(l.Waited))
	}
}

// agrees holds a plan against the run that it was made for.
func (m *measured) agrees(t *testing.T, p *plan.Plan) {
	t.Helper()
	if off := math.Abs(m.took.Seconds()/p.ExpectedSeconds - 1); off > goalPlanned {
		t.Errorf("the run takes %s, and was planned to take %.0f s", m.took, p.ExpectedSeconds)
	}
	throttled, calls := m.quotas.Throttled()
	if off := math.Abs(float64(calls-throttled)/float64(p.CallsMade()) - 1); off > goalPlanned {
		t.Errorf("the run makes %d calls, and was planned to make %d", calls-throttled, p.CallsMade())
	}
}

// check holds a run against the goals.
func (m *measured) check(t *testing.T) {
	t.Helper()
	if ratio := m.ratio(); ratio > goalRatio {
		t.Errorf("%d at a time, %.0f %% of the quotas: the run takes %.3f times what the quotas allow, want %.2f at most", m.workers, m.share*100, ratio, goalRatio)
	}
	if throttled, calls := m.quotas.Throttled(); float64(throttled) > goalThrottled*float64(calls) {
		t.Errorf("%d of %d calls are throttled, want a hundredth at most", throttled, calls)
	}
	for i := range m.report.Scenarios {
		switch s := &m.report.Scenarios[i]; s.Status {
		case report.Passed, report.Answered:
		case report.Skipped:
			if *benchAWS {
				fmt.Printf("  skipped    %s: %s\n", s.ID, s.Reason)
			}
		default:
			t.Errorf("%s %s at %q: %s", s.Status, s.ID, s.Step, s.Reason)
		}
	}
	if m.keys != 0 {
		t.Errorf("%d keys are not scheduled for deletion", m.keys)
	}
}
