package steps

import (
	"context"
	"slices"
	"time"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// Scenario is the state of one running scenario. It belongs to one goroutine.
type Scenario struct {
	session  *target.Session
	scenario features.Scenario

	keys    []*key             // "the key" is the first, "the other key" the second
	replica *key               // "the replica", of the first
	params  *importParameters  // what "the parameters fetched before" are
	made    map[string]product // what was made with the key, by name: ciphertext, data key, signature, MAC

	calls      []*outcome // what the When steps came to; the last one is "the call"
	exchanges  []*target.Exchange
	before     map[string]snapshot // before the first When, of each key that a Then compares with what it was
	placed     words               // what the braces in a message stand for
	expires    time.Time           // the ValidTo that was asked for last
	waited     bool                // a date passed by waiting, not by moving a clock: changes may show late
	background bool                // the target was asked for something that it does in the background, and that takes a while
	racing     Races
	rounds     []*round  // of the races so far
	fleeting   *fleeting // the state that the Given left a key in, where it ends by itself
	racer      bool      // it is one of several that call at the same time
	restarts   int       // how often it can still begin anew after this
	result     Result
	kind       features.StepKind
	begun      bool     // its first step was reached
	acting     bool     // a When was reached
	compared   []string // the keys that a Then compares with what they were before
}

// New returns the state of one scenario that is about to run in a session of its own.
func New(session *target.Session, scenario features.Scenario) *Scenario {
	s := &Scenario{
		session: session, scenario: scenario, made: map[string]product{}, placed: words{}, before: map[string]snapshot{},
		restarts: session.Target().Patience.Restarts,
	}
	for _, step := range scenario.Steps {
		if m := aComparison.FindStringSubmatch(step.Text); m != nil && !slices.Contains(s.compared, m[2]) {
			s.compared = append(s.compared, m[2])
		}
	}
	return s
}

// Restarts says how often the scenario can still begin anew after this, where that is not as often as the target's patience
// has it. Call it before godog runs the scenario.
func (s *Scenario) Restarts(left int) { s.restarts = left }

// Result returns what the scenario came to. Call it after godog ran the scenario.
func (s *Scenario) Result() Result {
	r := s.result
	if r.Status == "" {
		r.Status = Passed
		if len(r.Answers) > 0 {
			r.Status = Answered
		}
	}
	if n := len(s.calls); n > 0 {
		r.Call = s.calls[n-1].exchange
	}
	return r
}

// hooks connects the scenario with godog. Verdicts come from here, never from godog's summary, which counts a skipped
// scenario as passed.
func (s *Scenario) hooks(sc *godog.ScenarioContext) {
	sc.Before(func(ctx context.Context, _ *godog.Scenario) (context.Context, error) {
		return s.session.Context(ctx), nil
	})
	steps := sc.StepContext()
	steps.Before(func(ctx context.Context, st *godog.Step) (context.Context, error) {
		s.kind = kindOf(st.Type, s.kind)
		if !s.begun {
			s.begun = true
			if err := s.outOfReach(); err != nil {
				s.judge(s.kind, st.Text, err)
				return ctx, err
			}
		}
		if s.kind == features.Given || s.acting {
			return ctx, nil
		}
		s.acting = true
		err := s.shoot(ctx)
		s.judge(features.Given, "what the keys are before", err)
		return ctx, err
	})
	steps.After(func(ctx context.Context, st *godog.Step, _ godog.StepResultStatus, err error) (context.Context, error) {
		if err == nil && s.kind == features.When {
			err = s.caught(ctx)
			s.judge(s.kind, st.Text, err)
			return ctx, err
		}
		s.judge(s.kind, st.Text, err)
		return ctx, nil
	})
}

func kindOf(t messages.PickleStepType, before features.StepKind) features.StepKind {
	switch t {
	case messages.PickleStepType_CONTEXT:
		return features.Given
	case messages.PickleStepType_ACTION:
		return features.When
	case messages.PickleStepType_OUTCOME:
		return features.Then
	default:
		return before
	}
}

// check counts one assertion and returns a Mismatch unless it holds.
func (s *Scenario) check(holds bool, expected, actual string) error {
	s.result.Assertions++
	if holds {
		return nil
	}
	return &Mismatch{Expected: expected, Actual: actual}
}

// becomes looks until what is looked for holds in as many reads in a row as the target's consistency asks for. On a
// strongly consistent target it looks once.
func (s *Scenario) becomes(ctx context.Context, look func(context.Context) error) error {
	return s.agrees(ctx, s.consistency().Reads, look)
}

// agrees looks until what is looked for holds in so many reads in a row.
func (s *Scenario) agrees(ctx context.Context, reads int, look func(context.Context) error) error {
	c := s.consistency()
	deadline := s.now().Add(c.Within)
	agreed := 0
	for {
		err := look(ctx)
		switch {
		case err == nil:
			if agreed++; agreed >= reads {
				return nil
			}
		case !isMismatch(err) || !s.now().Before(deadline):
			return err
		default:
			agreed = 0
		}
		if err := s.waitFor(ctx, c.Every); err != nil {
			return err
		}
	}
}

// stays looks for as long as the target's consistency asks for and wants to see no change.
func (s *Scenario) stays(ctx context.Context, look func(context.Context) error) error {
	c := s.consistency()
	// The change that is being looked at may itself need time to show: settle first, then hold.
	if err := s.becomes(ctx, look); err != nil || c.Stays == 0 {
		return err
	}
	for until := s.now().Add(c.Stays); s.now().Before(until); {
		if err := s.waitFor(ctx, c.Every); err != nil {
			return err
		}
		if err := look(ctx); err != nil {
			return err
		}
	}
	return nil
}

// The patience with what a target does in the background: rotations and changes of the primary Region take about a minute
// on AWS, replicas need seconds (DIKM-MULTI-05, DIKM-EC-08, DIKM-EC-11).
const (
	backgroundWithin = 3 * time.Minute
	backgroundEvery  = time.Second
	// soonWithin is the patience with a target whose changes show at once: what it does in the background takes it little.
	soonWithin = 20 * time.Second
)

// finds is one assertion in the words of all sentences: is reads once, becomes waits, stays looks for a while.
func (s *Scenario) finds(ctx context.Context, verb string, look func(context.Context) error) error {
	s.result.Assertions++
	switch verb {
	case "becomes":
		return s.becomes(ctx, look)
	case "stays":
		return s.stays(ctx, look)
	default:
		return look(ctx)
	}
}

// consistency is the target's, with patience for what happens at a date or in the background. How long after a date AWS acts
// is not stated (DIKM-EXP-06), so where time cannot be moved the suite waits longer than for an answer to a call: as long
// as for whatever else a target does of its own accord.
func (s *Scenario) consistency() target.Consistency {
	c := s.session.Target().Consistency
	c.Reads = max(c.Reads, 1)
	if s.waited {
		c.Within = max(c.Within, soonWithin)
		c.Every = max(c.Every, 250*time.Millisecond)
	}
	if s.background {
		if s.session.Target().Consistency.Within > 0 {
			c.Within = max(c.Within, backgroundWithin)
		}
		c.Within = max(c.Within, soonWithin)
		c.Every = max(c.Every, backgroundEvery)
	}
	return c
}

// waitFor lets a span of time go by between two reads. What a target does in the background needs no waiting where its
// clock can be moved.
func (s *Scenario) waitFor(ctx context.Context, d time.Duration) error {
	if s.background && s.session.Clock() != nil {
		return s.move(ctx, d)
	}
	if s.background || s.waited {
		return s.rest(ctx, d)
	}
	return s.session.Pass(ctx, d)
}
