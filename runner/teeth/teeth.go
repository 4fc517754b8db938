// Package teeth runs the contract against the reference with each seeded defect switched on, to find out which scenario
// notices which defect: the kill matrix.
package teeth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// Options say which part of the matrix is made. The zero value is all of it.
type Options struct {
	Contract  *features.Contract // nil: the embedded one
	Selection runner.Selection
	// Defects are those that are tried; nil: all.
	Defects []defect.Defect
	Workers int // scenarios at a time; zero: as many as there are processors
	// Quick ends a defect with the first scenario that notices it, so that only the first killers are known.
	Quick bool
	// Everything also plays scenarios that cover none of the requirements that a defect names, for defects that are
	// killed without them.
	Everything bool
	// Assertions are how many assertions each scenario is known to make; nil: nobody looks.
	Assertions map[string]int
	Tool       report.Tool
	// Progress hears how many of all plays are done; nil: nobody does. It is called from one goroutine at a time.
	Progress func(done, all int)
}

// scenarioTimeout bounds a scenario on a defective KMS, where a wait may be for something that never comes.
const scenarioTimeout = 20 * time.Second

// Run makes the matrix. It fails where nothing can be judged: the contract is not sound, or the reference without defects
// does not conform to it. What the matrix says is in it; see Matrix.Problems.
func Run(ctx context.Context, o Options) (*Matrix, error) {
	started := time.Now()
	contract, chosen, err := o.scenarios()
	if err != nil {
		return nil, err
	}
	r := &run{options: o, contract: contract, scenarios: chosen, defects: o.Defects}
	if r.defects == nil {
		r.defects = defect.All()
	}
	if o.Workers <= 0 {
		r.options.Workers = runtime.GOMAXPROCS(0)
	}
	// Whether a scenario that covers none of a defect's requirements fails does not matter as long as another one does.
	if err := r.clean(ctx, r.about); err != nil {
		return nil, err
	}
	r.try(ctx)
	if survivors := r.survivors(); len(survivors) > 0 || o.Everything {
		rest := func(i, d int) bool { return !r.about(i, d) && (o.Everything || survivors[d]) }
		if err := r.clean(ctx, rest); err != nil {
			return nil, err
		}
		r.try(ctx)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("make the kill matrix: %w", err)
	}
	return r.matrix(started)
}

// scenarios returns the contract, linted, and what is selected of it.
func (o *Options) scenarios() (*features.Contract, []features.Scenario, error) {
	contract := o.Contract
	if contract == nil {
		embedded, err := features.Load()
		if err != nil {
			return nil, nil, &runner.LintError{Err: err}
		}
		contract = embedded
	}
	if findings := contract.Lint(steps.Match); len(findings) > 0 {
		return nil, nil, &runner.LintError{Findings: findings}
	}
	chosen, err := o.Selection.Apply(contract)
	return contract, chosen, err
}

// run is a matrix in the making.
type run struct {
	options   Options
	contract  *features.Contract
	scenarios []features.Scenario
	defects   []defect.Defect

	cleanly []runner.Played // of each scenario, without a defect
	next    []play          // to be tried
	plays   []play          // that were tried
}

// play is a scenario played with a defect.
type play struct {
	scenario, defect int
	came             runner.Played
	took             time.Duration
}

// stages are as many stages as there are workers, each with a way to change the KMS that its next scenario gets.
func (r *run) stages() ([]*stage, error) {
	all := make([]*stage, r.options.Workers)
	for i := range all {
		s := &stage{}
		t, err := reference.Target(reference.Options{Version: r.options.Tool.Version, Install: func(o server.Options) server.Options {
			if s.install == nil {
				return o
			}
			return s.install(o)
		}})
		if err != nil {
			return nil, err
		}
		s.Stage = runner.NewStage(t, r.contract, scenarioTimeout)
		all[i] = s
	}
	return all, nil
}

type stage struct {
	*runner.Stage
	install func(server.Options) server.Options
}

// about reports whether a scenario covers a requirement that a defect names, so that its failure kills the defect.
func (r *run) about(scenario, d int) bool {
	return covers(&r.defects[d], r.scenarios[scenario].Requirements)
}

// clean plays every scenario without a defect that is of interest, and observes which of these would have changed
// anything.
func (r *run) clean(ctx context.Context, interesting func(scenario, d int) bool) error {
	first := r.cleanly == nil
	if first {
		r.cleanly = make([]runner.Played, len(r.scenarios))
	}
	var adding sync.Mutex
	r.next = nil
	err := r.each(ctx, len(r.scenarios), func(s *stage, i int) {
		var defects []defect.Defect
		var at []int
		for d := range r.defects {
			if interesting(i, d) {
				defects, at = append(defects, r.defects[d]), append(at, d)
			}
		}
		if len(defects) == 0 && !first {
			return
		}
		observer := defect.NewObserver(defects, r.scenarios[i].Profile == features.Concurrency)
		s.install = observer.Install
		came := s.Play(ctx, &r.scenarios[i])
		adding.Lock()
		defer adding.Unlock()
		if first {
			r.cleanly[i] = came
		}
		for n, touched := range observer.Touched() {
			if touched {
				r.next = append(r.next, play{scenario: i, defect: at[n]})
			}
		}
	})
	if err != nil || !first {
		return err
	}
	var wrong []error
	for i, p := range r.cleanly {
		if p.Scenario == nil {
			return fmt.Errorf("make the kill matrix: %w", ctx.Err())
		}
		if status := p.Scenario.Status; status != report.Passed && status != report.Answered {
			wrong = append(wrong, fmt.Errorf("%s %s: %s", r.scenarios[i].ID, status, p.Scenario.Reason))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the reference without defects does not conform, so nothing can be said about defects; mend this first: %w", errors.Join(wrong...))
	}
	return nil
}

// try plays with each defect the scenarios in which it would change something. All others would be played as they were.
func (r *run) try(ctx context.Context) {
	plays := r.next
	slices.SortFunc(plays, func(a, b play) int { return cmp.Or(a.scenario-b.scenario, a.defect-b.defect) })
	killed := make([]atomic.Bool, len(r.defects))
	// Nothing can go wrong that clean did not meet.
	_ = r.each(ctx, len(plays), func(s *stage, i int) {
		p := &plays[i]
		d := &r.defects[p.defect]
		if r.options.Quick && killed[p.defect].Load() {
			return
		}
		s.install = func(o server.Options) server.Options { return defect.Install(o, *d) }
		began := time.Now()
		p.came = s.Play(ctx, &r.scenarios[p.scenario])
		p.took = time.Since(began)
		if p.kills(d) {
			killed[p.defect].Store(true)
		}
	})
	r.plays = append(r.plays, plays...)
}

// survivors are the defects that nothing has killed so far.
func (r *run) survivors() map[int]bool {
	alive := map[int]bool{}
	for d := range r.defects {
		alive[d] = true
	}
	for i := range r.plays {
		if p := &r.plays[i]; p.kills(&r.defects[p.defect]) {
			delete(alive, p.defect)
		}
	}
	return alive
}

// kills reports whether the scenario failed, and is about the defect: it covers one of its requirements, or failed on one.
func (p *play) kills(d *defect.Defect) bool {
	s := p.came.Scenario
	return s != nil && s.Status == report.Failed && (covers(d, s.Requirements) || covers(d, []string{s.Divergence.Requirement}))
}

// each does something for every number below n, on all stages at once.
func (r *run) each(ctx context.Context, n int, do func(s *stage, i int)) error {
	stages, err := r.stages()
	if err != nil {
		return fmt.Errorf("make the reference KMS: %w", err)
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	var telling sync.Mutex
	done := 0
	for _, s := range stages {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(s, i)
				telling.Lock()
				done++
				if r.options.Progress != nil {
					r.options.Progress(done, n)
				}
				telling.Unlock()
			}
		})
	}
	workers.Wait()
	return nil
}

// covers reports whether some requirements are among those that a defect names.
func covers(d *defect.Defect, requirements []string) bool {
	return slices.ContainsFunc(requirements, func(id string) bool { return slices.Contains(d.Requirements, id) })
}
