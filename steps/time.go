package steps

import (
	"context"
	"regexp"
	"slices"
	"time"
)

// now is the target's time as far as this scenario knows: the real one, moved by as much as the scenario moved it.
func (s *Scenario) now() time.Time { return s.session.Now() }

// waitsForNothing reports whether all waits of this scenario cost nothing, because it moves the clock of a system of its own.
// What takes long there is the machine or the way to the target, of which a busy one is no reason to skip anything: the time
// limit of a scenario is what bounds it.
func (s *Scenario) waitsForNothing() bool { return s.session.Isolated() && s.session.Clock() != nil }

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
	if left > s.longestWait() {
		return &Absent{Reason: "needs a clock that can be moved: waiting would take " + left.Round(time.Second).String()}
	}
	s.waited = true
	return s.rest(ctx, left)
}

var aSpanPasses = regexp.MustCompile(`^(` + aSpan + `) pass(?:es)?$`)

// outOfReach tells before the first call that a scenario lets time pass that nobody can wait for, where no clock can be
// moved: its Givens would use keys, and parameters for import, for nothing (DIKM-QUOTA-11).
func (s *Scenario) outOfReach() error {
	if s.session.Clock() != nil || !slices.Contains(s.scenario.Tags, "@clock") {
		return nil
	}
	by := ""
	for _, step := range s.scenario.Steps {
		if m := aSpanPasses.FindStringSubmatch(step.Text); m != nil {
			by = " by " + m[1]
		}
	}
	return &Absent{Reason: "needs a clock that can be moved" + by}
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
