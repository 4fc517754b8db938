// Package race finds out whether the calls that several callers make on one key at the same time can be explained by some
// order of them: whether a KMS is linearizable.
//
// Each round has a key of its own. Its history is checked by porcupine against the rules of the reference KMS (package
// kms), one call at a time. A contradiction is shrunk to the calls that make it.
package race

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/kmsconform/kmsconform/fixtures/target"
)

// Options say how much is tried. Zero values mean the defaults.
type Options struct {
	Seed       uint64        // decides what is called; what it comes to is up to the target
	Rounds     int           // default 100
	Callers    int           // default 4
	Operations int           // of each caller in a round, default 6
	For        time.Duration // no new round begins after it; zero: no limit
	Without    []string      // what is not called: operations, or only some calls of them, as Steps names these
	// CheckLimit bounds the check of one history, and each look while one is shrunk; default 10 s.
	CheckLimit time.Duration
	// Progress, when set, hears of each round that was checked.
	Progress func(done, rounds int)
}

// The defaults, and the bounds that keep a history small enough to check.
const (
	DefaultRounds     = 100
	DefaultCallers    = 4
	DefaultOperations = 6
	MostCallers       = 16
	MostCalls         = 64 // callers times operations

	defaultCheckLimit = 10 * time.Second
	roundsAlone       = 3 // before the races: one caller makes the calls of a round
)

// Result is what came of it.
type Result struct {
	Seed      uint64
	Rounds    int // that were played and checked
	Calls     int // in them
	Lost      int // calls whose answer was lost, which may have been done or not
	Throttled int // calls that the target refused because it was asked too often
	Undecided int // rounds that could not be checked in time: neither right nor wrong
	// Without are the operations that were left out, because the target does not implement them or because it was asked.
	Without []string
	// Open says which open questions the target answers otherwise than the reference.
	Open        []string
	Violation   *Violation // nil: none was found
	Interrupted bool       // by the context
}

// OptionsError says which option makes no sense.
type OptionsError struct{ Problem, Advice string }

// Error implements the error interface.
func (e *OptionsError) Error() string { return e.Problem + " " + e.Advice }

// running is one Run.
type running struct {
	target  *target.Target
	options Options
	planner planner
	spec    *spec
	open    []*question
	result  *Result
}

// Run plays rounds on a target until one contradicts the contract. Its error says why nothing could be found out; a
// *OptionsError says that the options make no sense.
func Run(ctx context.Context, t *target.Target, o Options) (*Result, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	if c := t.Consistency; c.Reads > 1 || c.Within > 0 || c.Settle > 0 {
		return nil, &OptionsError{"The changes of this target show late, and late answers look like races.", "Race a target whose changes show at once."}
	}
	s, err := newSpec()
	if err != nil {
		return nil, err
	}
	r := &running{target: t, options: o, spec: s, result: &Result{Seed: o.Seed}, planner: planner{
		seed: o.Seed, callers: o.Callers, operations: o.Operations, without: map[string]bool{}, clock: t.Isolate != nil || t.Clock != nil,
	}}
	for _, operation := range o.Without {
		r.leaveOut(operation)
	}
	err = r.run(ctx)
	if ctx.Err() != nil {
		r.result.Interrupted, err = true, nil
	}
	return r.result, err
}

// complete fills in the defaults.
func (o *Options) complete() error {
	for _, number := range []struct {
		at        *int
		otherwise int
	}{{&o.Rounds, DefaultRounds}, {&o.Callers, DefaultCallers}, {&o.Operations, DefaultOperations}} {
		if *number.at == 0 {
			*number.at = number.otherwise
		}
	}
	if o.CheckLimit == 0 {
		o.CheckLimit = defaultCheckLimit
	}
	switch {
	case o.Rounds < 1 || o.For < 0:
		return &OptionsError{fmt.Sprintf("%d rounds in %s are none.", o.Rounds, o.For), "Ask for at least one."}
	case o.Callers < 2 || o.Callers > MostCallers:
		return &OptionsError{fmt.Sprintf("%d callers do not race.", o.Callers), fmt.Sprintf("Take 2 to %d.", MostCallers)}
	case o.Operations < 1 || o.Callers*o.Operations > MostCalls:
		return &OptionsError{
			fmt.Sprintf("%d callers with %d operations each are a history that nobody can check.", o.Callers, o.Operations),
			fmt.Sprintf("Take at least one operation, at most %d calls in all, and more rounds.", MostCalls),
		}
	}
	for _, name := range o.Without {
		switch {
		case slices.Contains(needed, name):
			return &OptionsError{fmt.Sprintf("There is no race without %s.", name), "Leave out another operation."}
		case !slices.Contains(Operations(), name) && !slices.Contains(Steps(), name):
			return &OptionsError{
				fmt.Sprintf("%q is none of the calls that race.", name),
				fmt.Sprintf("Name an operation (%s), or one way to call it, such as %q.", strings.Join(Operations(), ", "), importNewB),
			}
		}
	}
	return nil
}

func (r *running) run(ctx context.Context) error {
	for _, q := range questions {
		if done, err := r.ask(ctx, q); done || err != nil {
			return err
		}
	}
	for n := 1; n <= min(roundsAlone, r.options.Rounds); n++ {
		if done, err := r.try(ctx, func() round { return r.planner.round(n).alone() }); done || err != nil {
			return err
		}
	}
	began := time.Now()
	for n := 1; n <= r.options.Rounds; n++ {
		if n > 1 && r.options.For > 0 && time.Since(began) > r.options.For {
			return nil
		}
		done, err := r.try(ctx, func() round { return r.planner.round(n) })
		if err != nil {
			return err
		}
		r.result.Rounds++
		if r.options.Progress != nil {
			r.options.Progress(n, r.options.Rounds)
		}
		if done {
			return nil
		}
	}
	return nil
}

// ask finds out how the target answers an open question. It is done where the answer can be none of those that the
// contract allows.
func (r *running) ask(ctx context.Context, q *question) (done bool, err error) {
	for _, steps := range q.scripts {
		if len(r.planner.allowed(steps)) < len(steps) {
			continue
		}
		calls, played, err := r.play(ctx, func() round { return script(steps) })
		if err != nil {
			return false, err
		}
		if len(r.planner.allowed(steps)) < len(steps) || legal(r.spec, calls, r.options.CheckLimit) != porcupine.Illegal {
			continue
		}
		if !slices.Contains(r.open, q) {
			r.open = append(r.open, q)
			r.result.Open = append(r.result.Open, q.id+": "+q.asks)
			if r.spec, err = newSpec(r.open...); err != nil {
				return false, err
			}
		}
		if legal(r.spec, calls, r.options.CheckLimit) == porcupine.Illegal {
			r.result.Violation = explain(r.spec, played, calls, r.options.CheckLimit)
			return true, nil
		}
	}
	return false, nil
}

// try plays a round and checks it. It is done where a contradiction was found.
func (r *running) try(ctx context.Context, plan func() round) (done bool, err error) {
	calls, played, err := r.play(ctx, plan)
	if err != nil {
		return false, err
	}
	r.result.Calls += len(calls)
	for _, c := range calls {
		if c.Outcome.Lost {
			r.result.Lost++
		}
	}
	switch legal(r.spec, calls, r.options.CheckLimit) {
	case porcupine.Ok:
	case porcupine.Illegal:
		r.result.Violation = explain(r.spec, played, calls, r.options.CheckLimit)
		if r.result.Violation.Alone {
			return true, nil
		}
		return true, r.blameless(ctx, played)
	default:
		r.result.Undecided++
	}
	return false, nil
}

// blameless plays a round that went wrong again with one caller. Where that goes wrong, too, the race is not to blame.
func (r *running) blameless(ctx context.Context, found round) error {
	calls, played, err := r.play(ctx, func() round { return found.alone() })
	if err != nil {
		return err
	}
	if legal(r.spec, calls, r.options.CheckLimit) == porcupine.Illegal {
		r.result.Violation = explain(r.spec, played, calls, r.options.CheckLimit)
	}
	return nil
}

// play plays a round, and makes it anew without the operations that turn out not to be implemented.
func (r *running) play(ctx context.Context, plan func() round) ([]Call, round, error) {
	for {
		made := plan()
		calls, throttled, err := play(ctx, r.target, made)
		r.result.Throttled += throttled
		var lacks *unimplemented
		if !errors.As(err, &lacks) || r.planner.without[lacks.operation] || slices.Contains(needed, lacks.operation) {
			return calls, made, err
		}
		r.leaveOut(lacks.operation)
		if made.number == 0 { // a script without one of its calls asks nothing
			return nil, made, nil
		}
	}
}

func (r *running) leaveOut(operation string) {
	r.planner.without[operation] = true
	r.result.Without = append(r.result.Without, operation)
}
