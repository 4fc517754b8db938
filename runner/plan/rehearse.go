package plan

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/aws/budget"
	"github.com/kmsconform/kmsconform/fixtures/aws/quota"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// background is how long AWS takes for what it does in the background: rotations (DIKM-MULTI-05), replicas and changes of
// the primary Region (DIKM-EC-08).
const background = time.Minute

// rehearsed is what one scenario did.
type rehearsed struct {
	status report.Status
	reason string
	tally  *budget.Tally
	calls  []moment
	took   time.Duration // with all its waits and calls, as if no quota made it wait
}

// moment is a call of a scenario: when it was made, of the time that the scenario took, and what it takes.
type moment struct {
	at      time.Duration
	lane    budget.Lane
	charges []quota.Charge
}

// rehearse plays scenarios on the embedded reference KMS as they would be played on AWS. Their calls are real, and their
// waits cost nothing.
func rehearse(ctx context.Context, o *Options, scenarios []features.Scenario) ([]rehearsed, error) {
	results := make([]rehearsed, len(scenarios))
	var next atomic.Int64
	var workers sync.WaitGroup
	failed := make(chan error, 1) // the first
	for range min(runtime.GOMAXPROCS(0), len(scenarios)) {
		theatre, err := newTheatre(o)
		if err != nil {
			return nil, err
		}
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(scenarios) || ctx.Err() != nil {
					return
				}
				var err error
				if results[i], err = theatre.play(ctx, &scenarios[i]); err != nil {
					select {
					case failed <- fmt.Errorf("rehearse %s: %w", scenarios[i].ID, err):
					default:
					}
					return
				}
			}
		})
	}
	workers.Wait()
	select {
	case err := <-failed:
		return nil, err
	default:
		return results, ctx.Err()
	}
}

// theatre is where one worker rehearses: a reference KMS that looks like AWS, and what is written down of the scenario
// that is being played. It is the target's gate.
type theatre struct {
	stage  *runner.Stage
	labels map[string]string // of accounts

	mu    sync.Mutex
	now   rehearsed
	clock time.Duration // how far the clock of the scenario's KMS was moved
}

func newTheatre(o *Options) (*theatre, error) {
	t := &theatre{}
	kms, err := reference.Target(reference.Options{Version: o.Version, Install: slowly})
	if err != nil {
		return nil, fmt.Errorf("make the reference KMS to rehearse on: %w", err)
	}
	isolate := kms.Isolate
	kms.Isolate = func() (http.RoundTripper, target.Clock) {
		transport, clock := isolate()
		return transport, &watched{clock: clock, theatre: t}
	}
	kms.Rehearsal, kms.AnswerTime, kms.Gate = true, answerTime, t
	kms.Regions, kms.Consistency, kms.Patience = o.Regions, o.Consistency, o.Patience
	for name := range kms.Callers {
		if name != primary && !slices.Contains(o.Callers, name) {
			delete(kms.Callers, name)
		}
	}
	t.labels = Labels(kms.Callers)
	kms.Capabilities.Clock = false
	kms.Capabilities.Accounts, kms.Capabilities.Regions = len(t.labels), len(o.Regions)
	t.stage = runner.NewStage(kms, o.Contract, 0)
	// On AWS the rounds of a race take longer than the time that a race is given, so that the fewest are run.
	races := runner.RacesFor(&target.Target{Kind: target.AWS}, steps.Races{})
	races.Within = 1
	t.stage.Race(races)
	return t, nil
}

// slowly has a server take as long as AWS does for what it does in the background.
func slowly(o server.Options) server.Options {
	o.Rotation, o.Replication, o.Promotion = background, background, background
	return o
}

func (t *theatre) play(ctx context.Context, scenario *features.Scenario) (rehearsed, error) {
	t.mu.Lock()
	t.now, t.clock = rehearsed{tally: budget.NewTally()}, 0
	t.mu.Unlock()
	played := t.stage.Play(ctx, scenario)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.status, t.now.reason, t.now.took = played.Scenario.Status, played.Scenario.Reason, t.clock
	if err := ctx.Err(); err != nil {
		return rehearsed{}, err
	}
	return t.now, nil
}

// Pass implements target.Gate: nothing is refused, and all is written down.
func (t *theatre) Pass(ctx context.Context, call target.Call) error {
	call.Account = t.labels[call.Account]
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.calls = append(t.now.calls, moment{
		at: t.clock, charges: quota.Of(call), lane: budget.Lane{Account: call.Account, Region: call.Region, Operation: call.Operation},
	})
	return ctx.Err()
}

// Came implements target.Gate.
func (t *theatre) Came(call target.Call, e *target.Exchange) {
	call.Account = t.labels[call.Account]
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.tally.Add(call, e)
}

// watched is the clock of a scenario's KMS.
type watched struct {
	clock   target.Clock
	theatre *theatre
}

// Advance implements target.Clock.
func (w *watched) Advance(ctx context.Context, by time.Duration) error {
	if err := w.clock.Advance(ctx, by); err != nil {
		return err
	}
	w.theatre.mu.Lock()
	defer w.theatre.mu.Unlock()
	w.theatre.clock += by
	return nil
}
