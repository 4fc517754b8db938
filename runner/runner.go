// Package runner selects scenarios of the contract, runs them against a target, and judges what they came to.
package runner

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/baseline"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// endpointWorkers is how many scenarios run at a time against a target that is not in this process.
const endpointWorkers = 8

// endpointRaces is how many times as many rounds of a race are run there.
const endpointRaces = 4

// maxRaces bounds what somebody can ask for.
const maxRaces = 1000

// Options say what to run, and how. The zero value runs the whole embedded contract.
type Options struct {
	Contract  *features.Contract // nil: the embedded one
	Selection Selection
	Workers   int                // scenarios at a time, those that wait not counted; zero: see WorkersFor
	Timeout   time.Duration      // of one scenario; zero: see TimeoutFor
	FailFast  bool               // start no scenario after the first new divergence
	Baseline  *baseline.Baseline // divergences that are known; nil: none
	Observer  Observer           // hears of every scenario; may be nil
	Tool      report.Tool        // what the report says about the program that ran it
	// Races say how the scenarios about concurrent callers are run; what is zero is filled in, see RacesFor.
	Races steps.Races
	// KeepCalls keeps the call that a scenario is about in the report, also where it passed.
	KeepCalls bool
	// Schedule decides in which order scenarios start, and which do not; nil: all of them, in the order of the contract, or
	// those first that have to wait for a date.
	Schedule Schedule
	// Again returns the command that runs one scenario again, with the seed of its races where it had some, for the report;
	// nil: the report names none, and Test names its own.
	Again func(scenario *report.Scenario) string
}

// Observer hears how a run goes on. The runner calls it from one goroutine at a time.
type Observer interface {
	// Planned is called once, after the target was probed and before the first scenario.
	Planned(plan *Plan)
	// Started is called when a scenario begins.
	Started(scenario *features.Scenario)
	// Finished is called when it has ended, in the order of ending.
	Finished(scenario *report.Scenario)
}

// Schedule decides when scenarios start on a target that meters what it is asked. Its methods may be called concurrently.
type Schedule interface {
	// Order returns the indices of the scenarios in the order in which they start, each index once.
	Order(scenarios []features.Scenario) []int
	// Admit is asked before a scenario starts. An error says why it must not: it is skipped then, for that reason.
	Admit(scenario *features.Scenario) error
	// Ended is told of every scenario that was admitted.
	Ended(scenario *features.Scenario)
}

// Plan is what a run is going to do.
type Plan struct {
	Contract  *features.Contract
	Scenarios []features.Scenario // in the order of the contract
	Workers   int
	Timeout   time.Duration // of one scenario
}

// WorkersFor returns how many scenarios run at a time unless somebody says otherwise: as many as there are processors
// for the reference, which computes in this process; 8 for an endpoint, and for a reference with faults, where scenarios
// mostly wait. Where all scenarios share a clock that can be moved, one runs at a time, whatever somebody says.
func WorkersFor(t *target.Target) int {
	if t.Workers > 0 {
		return t.Workers
	}
	if t.Kind == target.Reference && t.Patience == (target.Patience{}) {
		return runtime.GOMAXPROCS(0)
	}
	return endpointWorkers
}

// RacesFor returns how races are run unless somebody says otherwise: from a seed of its own for each run, in as many
// rounds as the sentences say for the reference, and four times as many for an endpoint, whose calls meet less often. Who
// asks for more rounds gives them more time.
func RacesFor(t *target.Target, asked steps.Races) steps.Races {
	for asked.Seed == 0 {
		asked.Seed = rand.Uint32() //nolint:gosec // it decides who starts first; nothing secret
	}
	if asked.Within == 0 {
		asked.Within = steps.RaceTime * time.Duration(max(asked.Times, 1))
	}
	if asked.Times == 0 {
		asked.Times = 1
		if t.Kind != target.Reference {
			asked.Times = endpointRaces
		}
	}
	return asked
}

// NewPlan lints the contract and selects from it, without touching the target. Its errors are *LintError, for a
// contract that is not sound, and *UsageError.
func NewPlan(t *target.Target, o Options) (*Plan, error) {
	contract := o.Contract
	if contract == nil {
		embedded, err := features.Load()
		if err != nil {
			return nil, &LintError{Err: err}
		}
		contract = embedded
	}
	if findings := contract.Lint(steps.Match); len(findings) > 0 {
		return nil, &LintError{Findings: findings}
	}
	chosen, err := o.Selection.Apply(contract)
	if err != nil {
		return nil, err
	}
	p := &Plan{Contract: contract, Scenarios: chosen, Workers: o.Workers, Timeout: o.Timeout}
	switch {
	case o.Workers < 0:
		return nil, &UsageError{Problem: fmt.Sprintf("%d workers cannot run anything.", o.Workers), Advice: "Give 1 or more."}
	case o.Timeout < 0:
		return nil, &UsageError{Problem: fmt.Sprintf("a time limit of %s leaves no time.", o.Timeout), Advice: "Give a duration such as 30s or 2m."}
	case o.Races.Times < 0 || o.Races.Times > maxRaces:
		return nil, &UsageError{Problem: fmt.Sprintf("races cannot be run %d times as often.", o.Races.Times), Advice: fmt.Sprintf("Give 1 to %d.", maxRaces)}
	case o.Workers == 0:
		p.Workers = WorkersFor(t)
	}
	if t.SharedClock() {
		p.Workers = 1 // a scenario that moves the clock would move the others' time
	}
	p.Workers = min(p.Workers, len(chosen))
	if p.Timeout == 0 {
		p.Timeout = TimeoutFor(t)
	}
	return p, nil
}

// Run runs the selected scenarios against a target and reports what they came to, in the order of the contract.
//
// A context that ends interrupts the run: scenarios under way stop and are cleaned up after, and the report holds what
// ran. Errors mean that nothing ran: *LintError, *UsageError, or *TargetError for a target that cannot be reached.
func Run(ctx context.Context, t *target.Target, o Options) (*report.Report, error) {
	plan, err := NewPlan(t, o)
	if err != nil {
		return nil, err
	}
	if err := t.Probe(ctx); err != nil {
		return nil, &TargetError{Target: t.Name, Err: err}
	}
	started := time.Now()
	r := newRun(t, plan, o)
	results := r.all(ctx)
	return r.assemble(started, results, ctx.Err() != nil), nil
}

// run is a plan under way.
type run struct {
	target   *target.Target
	plan     *Plan
	options  Options
	judge    judge
	executor executor

	observing sync.Mutex
	stop      atomic.Bool // start no more scenarios
}

func newRun(t *target.Target, plan *Plan, o Options) *run {
	judge := newJudge(plan.Contract, o.Baseline)
	judge.aws, judge.keep = t.Kind == target.AWS, o.KeepCalls
	return &run{
		target: t, plan: plan, options: o, judge: judge,
		executor: executor{target: t, timeout: plan.Timeout, races: RacesFor(t, o.Races), grace: defaultGrace, register: registerFor},
	}
}

// finished is a scenario that ran.
type finished struct {
	scenario  *report.Scenario
	execution execution
}

// all runs the plan's scenarios on its workers. Those that never started are nil.
func (r *run) all(ctx context.Context) []*finished {
	if r.options.Observer != nil {
		r.options.Observer.Planned(r.plan)
	}
	results := make([]*finished, len(r.plan.Scenarios))
	places := make(places, r.plan.Workers)
	var underWay sync.WaitGroup
	for _, i := range r.order() {
		p := places.take(ctx)
		if p == nil || r.stop.Load() {
			break
		}
		underWay.Go(func() {
			defer p.leave()
			results[i] = r.one(r.placed(ctx, p), &r.plan.Scenarios[i])
		})
	}
	underWay.Wait()
	return results
}

// execute runs one scenario, unless the schedule has a reason not to.
func (r *run) execute(ctx context.Context, scenario *features.Scenario) execution {
	if r.options.Schedule == nil {
		return r.executor.execute(ctx, *scenario)
	}
	if err := r.options.Schedule.Admit(scenario); err != nil {
		return execution{result: steps.Result{Status: steps.Skipped, Reason: err.Error()}, started: time.Now()}
	}
	defer r.options.Schedule.Ended(scenario)
	return r.executor.execute(ctx, *scenario)
}

// one runs and judges one scenario.
func (r *run) one(ctx context.Context, scenario *features.Scenario) *finished {
	r.observe(func(o Observer) { o.Started(scenario) })
	e := r.execute(ctx, scenario)
	f := &finished{scenario: r.judge.scenario(scenario, &e, r.options.Again), execution: e}
	if r.options.FailFast && New(f.scenario) {
		r.stop.Store(true)
	}
	r.observe(func(o Observer) { o.Finished(f.scenario) })
	return f
}

func (r *run) observe(tell func(Observer)) {
	if r.options.Observer == nil {
		return
	}
	r.observing.Lock()
	defer r.observing.Unlock()
	tell(r.options.Observer)
}
