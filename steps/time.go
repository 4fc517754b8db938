package steps

import (
	"context"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/target"
)

// now is the target's time as far as this scenario knows: the real one, moved by as much as the scenario moved it.
func (s *Scenario) now() time.Time { return s.session.Now() }

// passes lets the date that was asked for last go by: by moving the target's clock where it has one, else by waiting.
func (s *Scenario) passes(ctx context.Context) error {
	// A second more than the date, because KMS keeps dates to the second.
	left := s.expires.Add(time.Second).Sub(s.now())
	if left <= 0 {
		return nil
	}
	if s.session.Clock() != nil {
		return s.move(ctx, left)
	}
	if left > longestWait {
		return &Absent{Reason: "needs a clock that can be moved: waiting would take " + left.Round(time.Second).String()}
	}
	s.waited = true
	return target.Pause(ctx, left)
}

// spanPasses moves the clock; no scenario waits for hours.
func (s *Scenario) spanPasses(ctx context.Context, span string) error {
	d, err := duration(span)
	if err != nil {
		return err
	}
	if s.session.Clock() == nil {
		return &Absent{Reason: "needs a clock that can be moved by " + span}
	}
	return s.move(ctx, d)
}

func (s *Scenario) move(ctx context.Context, d time.Duration) error {
	return s.session.Advance(ctx, d)
}
