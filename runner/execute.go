package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cucumber/godog"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/steps"
)

const (
	// DefaultTimeout is how long one scenario may take on a target whose changes show at once.
	DefaultTimeout = 60 * time.Second
	// cleanupTimeout bounds the cleanup of one scenario, which also runs when the run was interrupted, on a target whose
	// changes show at once.
	cleanupTimeout = 30 * time.Second
	// defaultGrace is how long a scenario that was told to stop may take to do so before it is left behind.
	defaultGrace = 5 * time.Second
)

// TimeoutFor returns how long one scenario may take on a target: DefaultTimeout, and where changes show late or calls take
// longer than usual, room for several waits in a row.
func TimeoutFor(t *target.Target) time.Duration {
	c, p := t.Consistency, t.Patience
	slow := max(t.CallTimeout-target.DefaultCallTimeout, 0)
	return DefaultTimeout + 6*(c.Within+c.Stays) + 20*c.Settle + time.Duration(p.Retries)*p.Longest + 2*slow
}

// cleanupTimeoutFor returns how long the cleanup of one scenario may take: where a target meters its calls and a run is
// interrupted, the cleanups of all scenarios wait for their turns at the same quota.
func cleanupTimeoutFor(t *target.Target) time.Duration {
	return cleanupTimeout + 2*t.Consistency.Settle + 2*time.Duration(t.Patience.Retries)*t.Patience.Longest
}

// executor runs one scenario at a time; several goroutines may use it.
type executor struct {
	target         *target.Target
	timeout, grace time.Duration
	races          steps.Races
	// register connects a scenario's steps with godog.
	register func(*godog.ScenarioContext, *steps.Scenario, features.Scenario) error
}

// execution is what one scenario came to, before its evidence and the baseline are looked at.
type execution struct {
	result    steps.Result
	exchanges []*target.Exchange
	started   time.Time
	duration  time.Duration // without the cleanup
	waited    time.Duration // for the target
	cut       bool          // the run was interrupted before the scenario came to anything
	leftovers error         // what the cleanup could not do
}

// registerFor gives godog only the sentences that the scenario uses.
func registerFor(sc *godog.ScenarioContext, state *steps.Scenario, scenario features.Scenario) error {
	texts := make([]string, len(scenario.Steps))
	for i, step := range scenario.Steps {
		texts[i] = step.Text
	}
	return steps.RegisterFor(sc, state, texts)
}

// execute runs a scenario in a session of its own and cleans up after it, whatever happens. One that lost the answer to a
// call that cannot be repeated, or came too late for a state that does not last, begins anew, as often as the target's patience allows; what all of them exchanged is kept.
func (x *executor) execute(ctx context.Context, scenario features.Scenario) execution {
	restarts := x.target.Patience.Restarts
	e := x.attempt(ctx, scenario, restarts)
	for n := 1; e.result.Unsure && n <= restarts && ctx.Err() == nil; n++ {
		why := e.result.Reason
		next := x.attempt(ctx, scenario, restarts-n)
		next.exchanges = append(e.exchanges, next.exchanges...)
		next.started, next.duration, next.waited = e.started, e.duration+next.duration, e.waited+next.waited
		next.leftovers = errors.Join(e.leftovers, next.leftovers)
		next.result.Notes = append(next.result.Notes, fmt.Sprintf("begun anew, for the %d. time: %s", n, why))
		e = next
	}
	return e
}

// attempt runs a scenario once, which can begin anew so often after that.
func (x *executor) attempt(ctx context.Context, scenario features.Scenario, restarts int) execution {
	session := x.target.Open(scenario.ID)
	e := execution{started: time.Now()}
	limited, cancel := context.WithTimeout(ctx, x.timeout)
	defer cancel()

	ended := make(chan steps.Result, 1) // buffered: a scenario that was left behind must still be able to end
	go func() { ended <- x.play(limited, session, scenario, restarts) }()
	select {
	case e.result = <-ended:
	case <-limited.Done():
		grace := time.NewTimer(x.grace)
		defer grace.Stop()
		select {
		case e.result = <-ended:
		case <-grace.C:
			e.result = steps.Result{Status: steps.Errored, Reason: fmt.Sprintf(
				"a step went on for %s after it was told to stop, and was left behind", x.grace)}
		}
	}
	e.duration = time.Since(e.started)
	e.exchanges, e.waited = session.Exchanges(), session.Waited()
	if e.result.Status == steps.Errored {
		switch {
		case ctx.Err() != nil:
			e.cut = true
			e.result.Reason = "the run was interrupted: " + e.result.Reason
		case limited.Err() != nil:
			e.result.Reason = fmt.Sprintf("the scenario's time limit of %s (--timeout) passed: %s", x.timeout, e.result.Reason)
		}
	}

	cleaning, cancelCleaning := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeoutFor(x.target))
	defer cancelCleaning()
	e.leftovers = session.Cleanup(cleaning)
	return e
}

// play has godog run the one scenario of a document. What a scenario came to is what its steps say; godog only has to
// confirm that it ran them.
func (x *executor) play(ctx context.Context, session *target.Session, scenario features.Scenario, restarts int) (result steps.Result) {
	at := "before its first step"
	defer func() {
		if what := recover(); what != nil {
			result = steps.Result{Status: steps.Errored, Reason: fmt.Sprintf("panic %s: %v", at, what)}
		}
	}()

	state := steps.New(session, scenario)
	state.Race(x.races)
	state.Restarts(restarts)
	var refused error
	ran := 0
	suite := godog.TestSuite{
		Name: scenario.ID,
		// Everything is registered here and nothing at the level of the suite, where godog v0.15.1 shares memory.
		ScenarioInitializer: func(sc *godog.ScenarioContext) {
			refused = x.register(sc, state, scenario)
			hooks := sc.StepContext()
			hooks.Before(func(ctx context.Context, step *godog.Step) (context.Context, error) {
				at = fmt.Sprintf("in %q", step.Text)
				return ctx, nil
			})
			hooks.After(func(ctx context.Context, _ *godog.Step, _ godog.StepResultStatus, _ error) (context.Context, error) {
				ran++
				return ctx, nil
			})
		},
		Options: &godog.Options{
			Format: "progress", Output: io.Discard, NoColors: true, Strict: true, Concurrency: 1,
			DefaultContext:  ctx,
			FeatureContents: []godog.Feature{{Name: scenario.ID + ".feature", Contents: scenario.Document}},
		},
	}
	status := suite.Run()
	if refused != nil {
		return steps.Result{Status: steps.Errored, Reason: refused.Error()}
	}
	result = state.Result()
	if good := result.Status == steps.Passed || result.Status == steps.Answered; good && (status != 0 || ran != len(scenario.Steps)) {
		return steps.Result{Status: steps.Errored, Reason: fmt.Sprintf(
			"godog ended with %d after %d of %d steps, and no step says why", status, ran, len(scenario.Steps))}
	}
	if result.Status == steps.Errored && result.Step != "" {
		result.Reason = fmt.Sprintf("%q: %s", result.Step, result.Reason)
	}
	return result
}
