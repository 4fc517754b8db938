package runner

import (
	"context"
	"slices"
	"sync"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/steps"
)

// places are for the scenarios that may act at a time: one for each worker.
type places chan struct{}

// take waits for a place; nil when the context ends first.
func (p places) take(ctx context.Context) *place {
	taken := &place{of: p}
	if taken.take(ctx) != nil {
		return nil
	}
	return taken
}

// place is what one scenario holds while it acts.
type place struct {
	of   places
	mu   sync.Mutex
	held bool
}

func (p *place) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil { // so that a scenario that was left behind takes nothing
		return err
	}
	select {
	case p.of <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = true
	return nil
}

// leave gives the place away, where it is held.
func (p *place) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held {
		p.held = false
		<-p.of
	}
}

// Aside implements steps.Place.
func (p *place) Aside(ctx context.Context, wait func() error) error {
	p.leave()
	if err := wait(); err != nil {
		return err
	}
	return p.take(ctx)
}

// placed lets a scenario give its place away while it waits. Where somebody schedules the scenarios, what is under way at a
// time is what the schedule reckons with.
func (r *run) placed(ctx context.Context, p *place) context.Context {
	if r.options.Schedule != nil {
		return ctx
	}
	return steps.WithPlace(ctx, p)
}

// order is the one in which the plan's scenarios start: that of the contract, but where dates have to be waited for, those
// that do so come first, and wait while the others run. Who wants to stop at the first divergence wants to wait for none.
func (r *run) order() []int {
	if r.options.Schedule != nil {
		return r.options.Schedule.Order(r.plan.Scenarios)
	}
	order := make([]int, len(r.plan.Scenarios))
	for i := range order {
		order[i] = i
	}
	if !r.options.FailFast && !movable(r.target) {
		slices.SortStableFunc(order, func(a, b int) int {
			return rank(&r.plan.Scenarios[a]) - rank(&r.plan.Scenarios[b])
		})
	}
	return order
}

func rank(scenario *features.Scenario) int {
	if steps.WaitsForADate(scenario) {
		return 0
	}
	return 1
}

// movable reports whether the target's time can be moved, for all scenarios or for each.
func movable(t *target.Target) bool { return t.Clock != nil || t.Isolate != nil }
