package report

import (
	"slices"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/page"
)

// Short returns a text of a report for a line of its own: ids and ARNs of keys shortened, and harmless characters only.
func Short(text string) string { return page.Plain(abbreviate(text)) }

// Diverged reports whether a scenario shows a difference, whatever it counts for.
func (s *Scenario) Diverged() bool {
	return s.Status == Failed || s.Status == Changed || s.Status == Blocked
}

// Kind is a scenario's status, or what makes its divergence one that does not gate: known, or advisory.
func (s *Scenario) Kind() string {
	switch {
	case !s.Diverged():
		return string(s.Status)
	case s.Known:
		return "known"
	case s.Advisory:
		return string(AdvisoryOnly)
	default:
		return string(s.Status)
	}
}

// ProfileOrder returns the profiles of a report in the order of the contract, and then those that it does not know.
func (r *Report) ProfileOrder() []features.Profile { return profileOrder(r) }

// Overall is the verdict on all that ran: that of its worst profile. A run of nothing is partial.
func (r *Report) Overall() Verdict {
	worst := []Verdict{Conformant, Partial, Outdated, Nonconformant}
	at := 0
	if len(r.Profiles) == 0 || r.Interrupted {
		at = 1
	}
	for _, p := range r.Profiles {
		at = max(at, slices.Index(worst, p.Verdict))
	}
	return worst[at]
}

// Whole reports whether every scenario that the contract has in this profile ran.
func (p Profile) Whole() bool { return p.Total() >= p.InContract }
