package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cucumber/godog"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// staged is a run of the small contract whose scenarios do what a function says.
func staged(t *testing.T, o Options, do func(ctx context.Context, id string) error) *run {
	t.Helper()
	contract := small()
	for i := range contract.Scenarios {
		s := oneStep("it is done")
		contract.Scenarios[i].Steps, contract.Scenarios[i].Document = s.Steps, s.Document
	}
	chosen, err := o.Selection.Apply(contract)
	if err != nil {
		t.Fatal(err)
	}
	r := newRun(deaf(), &Plan{Contract: contract, Scenarios: chosen, Workers: max(o.Workers, 1), Timeout: time.Minute}, o)
	r.executor.register = func(sc *godog.ScenarioContext, state *steps.Scenario, scenario features.Scenario) error {
		if err := steps.RegisterFor(sc, state, nil); err != nil {
			return err
		}
		sc.Step(`^it is done$`, func(ctx context.Context) error { return do(ctx, scenario.ID) })
		return nil
	}
	return r
}

// outcomes are the scenarios of a report with their statuses, in its order.
func outcomes(r *report.Report) string {
	var all []string
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		text := fmt.Sprintf("%s %s", s.ID, s.Status)
		if s.Advisory {
			text += " advisory"
		}
		all = append(all, text)
	}
	return strings.Join(all, "\n")
}

func TestRunReportsInTheOrderOfTheContract(t *testing.T) {
	mismatch := &steps.Mismatch{Expected: "a", Actual: "b"}
	do := func(_ context.Context, id string) error {
		switch id {
		case "states/a-key":
			time.Sleep(5 * time.Millisecond) // the first to start is the last to end
			return mismatch
		case "states/use/encrypt": // its requirement is inferred
			return mismatch
		case "states/use/decrypt":
			return &steps.Unimplemented{Operation: "Decrypt", How: "501"}
		case "dates/a-date":
			return &steps.Absent{Reason: "no clock"}
		case "dates/a-question":
			return errors.New("no idea")
		default:
			return nil
		}
	}
	want := `states/a-key failed
states/a-key-twice passed
states/use/encrypt failed advisory
states/use/decrypt unsupported
dates/a-date skipped
dates/a-question error`
	for _, workers := range []int{1, 2, 6} {
		r := staged(t, Options{Workers: workers}, do)
		result := r.assemble(time.Now(), r.all(t.Context()), false)
		if got := outcomes(result); got != want {
			t.Errorf("with %d workers:\n%s\nwant:\n%s", workers, got, want)
		}
		d := result.Scenarios[0].Divergence
		if d == nil || d.Requirement != "DIKM-STATE-01" || d.Expected != "a" || d.Actual != "b" {
			t.Errorf("divergence %+v", d)
		}
		if !New(&result.Scenarios[0]) || New(&result.Scenarios[1]) || New(&result.Scenarios[2]) {
			t.Error("of the first three, only the first is a new divergence")
		}
	}
}

func TestByAnalogyIsAdvisory(t *testing.T) {
	r := staged(t, Options{}, func(context.Context, string) error { return &steps.Mismatch{} })
	scenario := r.plan.Scenarios[0]
	scenario.Tags = append(slices.Clone(scenario.Tags), byAnalogy)
	if f := r.one(t.Context(), &scenario); !f.scenario.Advisory {
		t.Errorf("%s is not advisory", scenario.Tags)
	}
}

func TestFailFastStartsNothingMore(t *testing.T) {
	r := staged(t, Options{FailFast: true}, func(_ context.Context, id string) error {
		switch id {
		case "states/a-key", "dates/a-date":
			return &steps.Mismatch{}
		case "states/use/encrypt":
			return errors.New("an error is no divergence")
		default:
			return nil
		}
	})
	// The first would stop it, were its requirement not advisory here.
	r.judge.requirements["DIKM-STATE-01"].Evidence = features.Inferred
	want := "states/a-key failed advisory\nstates/a-key-twice passed\nstates/use/encrypt error\nstates/use/decrypt passed\ndates/a-date failed"
	if got := outcomes(r.assemble(time.Now(), r.all(t.Context()), false)); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestAnInterruptionKeepsWhatRan(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := staged(t, Options{}, func(ctx context.Context, id string) error {
		if id == "states/use/encrypt" {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	})
	result := r.assemble(time.Now(), r.all(ctx), ctx.Err() != nil)
	want := "states/a-key passed\nstates/a-key-twice passed"
	if got := outcomes(result); got != want || !result.Interrupted {
		t.Errorf("interrupted %v, got:\n%s\nwant:\n%s", result.Interrupted, got, want)
	}
}

func TestWorkersBoundWhatRunsAtATime(t *testing.T) {
	var now, most atomic.Int64
	r := staged(t, Options{Workers: 3}, func(context.Context, string) error {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		time.Sleep(5 * time.Millisecond)
		return nil
	})
	r.all(t.Context())
	if most.Load() > 3 || most.Load() < 2 {
		t.Errorf("%d scenarios ran at a time with 3 workers", most.Load())
	}
}

// diary notes what an observer hears. It has no lock of its own: the race detector says when it would need one.
type diary struct {
	planned           int
	started, finished []string
}

func (d *diary) Planned(p *Plan)              { d.planned = len(p.Scenarios) }
func (d *diary) Started(s *features.Scenario) { d.started = append(d.started, s.ID) }
func (d *diary) Finished(s *report.Scenario)  { d.finished = append(d.finished, s.ID) }

func TestObserversHearEverything(t *testing.T) {
	var d diary
	r := staged(t, Options{Workers: 4, Observer: &d}, func(context.Context, string) error { return nil })
	r.all(t.Context())
	slices.Sort(d.started)
	slices.Sort(d.finished)
	if d.planned != 6 || len(d.started) != 6 || !slices.Equal(d.started, d.finished) {
		t.Errorf("heard of %d planned, %q started, %q finished", d.planned, d.started, d.finished)
	}
}

func TestRunsThatCannotBegin(t *testing.T) {
	undefined := small()
	for i := range undefined.Scenarios {
		undefined.Scenarios[i].Steps = oneStep("what nobody defined").Steps
	}
	tests := []struct {
		name string
		o    Options
		is   func(error) bool
		says string
	}{
		{"an unsound contract", Options{Contract: undefined}, isA[*LintError], "what nobody defined"},
		{"a selection of nothing", Options{Selection: Selection{Tags: "@nothing"}}, isA[*UsageError], "nothing is selected"},
		{"workers below zero", Options{Workers: -1}, isA[*UsageError], "-1 workers"},
		{"a time limit below zero", Options{Timeout: -time.Second}, isA[*UsageError], "-1s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result, err := Run(t.Context(), deaf(), test.o)
			if result != nil || !test.is(err) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, %T %v", result, err, err)
			}
		})
	}
	t.Run("a target that nobody reaches", func(t *testing.T) {
		gone := deaf()
		gone.Transport, gone.Probed = nil, false // port 1 of this machine
		var at sync.Once
		_, err := Run(t.Context(), gone, Options{Observer: planless(func() { at.Do(func() { t.Error("it was planned nevertheless") }) })})
		if !isA[*TargetError](err) || !strings.Contains(err.Error(), "127.0.0.1:1") {
			t.Errorf("got %T %v", err, err)
		}
	})
}

func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// planless is an observer that must hear nothing.
type planless func()

func (p planless) Planned(*Plan)              { p() }
func (p planless) Started(*features.Scenario) { p() }
func (p planless) Finished(*report.Scenario)  { p() }

type anyClock struct{}

func (anyClock) Advance(context.Context, time.Duration) error { return nil }

func TestASharedClockIsMovedByOneScenarioAtATime(t *testing.T) {
	kms := deaf()
	kms.Clock = anyClock{}
	plan, err := NewPlan(kms, Options{Workers: 8})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Workers != 1 {
		t.Errorf("%d scenarios at a time", plan.Workers)
	}
}
