package steps

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/kmsconform/kmsconform/features"
)

// Place is what a scenario holds while it calls, where only so many may do so at a time.
type Place interface {
	// Aside gives the place away for as long as wait takes, and then takes one again.
	Aside(ctx context.Context, wait func() error) error
}

type placeKey struct{}

// WithPlace returns a context for a scenario that gives its place away while it waits for a date, or for what the target
// does in the background. Without one it keeps whatever it holds.
func WithPlace(ctx context.Context, p Place) context.Context {
	return context.WithValue(ctx, placeKey{}, p)
}

// rest lets real time pass without holding up other scenarios.
func (s *Scenario) rest(ctx context.Context, d time.Duration) error {
	wait := func() error { return s.session.Pass(ctx, d) }
	if p, is := ctx.Value(placeKey{}).(Place); is && d > 0 {
		return p.Aside(ctx, wait)
	}
	return wait()
}

// aDatePasses are the steps for which the date of a material has to come.
var aDatePasses = regexp.MustCompile(`^(?:its material expires|the date of the deleted material passes|an?(?:other)? .* key whose material expired.*)$`)

// WaitsForADate reports whether a scenario lets the date of a material pass, which takes real time where no clock can be moved.
func WaitsForADate(scenario *features.Scenario) bool {
	return slices.ContainsFunc(scenario.Steps, func(step features.Step) bool { return aDatePasses.MatchString(step.Text) })
}
