package report

import (
	"slices"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// Derive fills Summary, Profiles and Requirements from the scenarios and the contract, which may be nil.
//
// The verdict of a profile is nonconformant when a scenario failed that is not advisory, whether or not the baseline
// knows it; else partial when one was blocked, unsupported, skipped or in error, or when the run was interrupted; else
// conformant. On AWS itself nothing is nonconformant: where it does something else, the contract is outdated.
//
// The status of a requirement is the first of these that fits: failed and advisory, when a scenario failed on this very
// requirement; error, blocked, unsupported, skipped, when that came of a scenario that covers it; passed; answered, when
// only probes cover it; untested. A scenario that fails on another requirement ends before it shows this one, and so
// counts as blocked here.
func (r *Report) Derive(contract *features.Contract) {
	r.Summary = Tally(r.Scenarios)
	r.Profiles = r.profiles(contract)
	r.Requirements, r.Changes = nil, nil
	if r.Target.Kind == target.AWS {
		r.Changes = r.changes(contract)
	}
	if contract != nil {
		r.Requirements = r.requirements(contract.Requirements)
	}
}

// Tally counts scenarios by what they came to.
func Tally(scenarios []Scenario) Counts {
	var c Counts
	for i := range scenarios {
		c.add(&scenarios[i])
	}
	return c
}

func (c *Counts) add(s *Scenario) {
	if n := c.at(s.Status); n != nil {
		*n++
	}
	if s.Advisory {
		c.Advisory++
	}
	if s.Known {
		c.Known++
	}
}

// Of returns how many scenarios came to a status.
func (c Counts) Of(status Status) int {
	if n := c.at(status); n != nil {
		return *n
	}
	return 0
}

// Total returns how many scenarios were counted.
func (c Counts) Total() int {
	total := 0
	for _, status := range Statuses() {
		total += c.Of(status)
	}
	return total
}

// at returns the counter of a status, or nil for what is no status of a scenario.
func (c *Counts) at(status Status) *int {
	switch status {
	case Passed:
		return &c.Passed
	case Failed:
		return &c.Failed
	case Changed:
		return &c.Changed
	case Blocked:
		return &c.Blocked
	case Unsupported:
		return &c.Unsupported
	case Skipped:
		return &c.Skipped
	case Answered:
		return &c.Answered
	case Error:
		return &c.Error
	default:
		return nil
	}
}

func (r *Report) profiles(contract *features.Contract) map[features.Profile]Profile {
	found := map[features.Profile]Profile{}
	gating, changed := map[features.Profile]bool{}, map[features.Profile]bool{}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		p := found[s.Profile]
		p.add(s)
		found[s.Profile] = p
		gating[s.Profile] = gating[s.Profile] || s.Status == Failed && !s.Advisory
		changed[s.Profile] = changed[s.Profile] || s.Status == Changed && !s.Advisory
	}
	if contract != nil {
		for i := range contract.Scenarios {
			if p, ran := found[contract.Scenarios[i].Profile]; ran {
				p.InContract++
				found[contract.Scenarios[i].Profile] = p
			}
		}
	}
	for name, p := range found {
		switch {
		case gating[name]:
			p.Verdict = Nonconformant
		case changed[name]:
			p.Verdict = Outdated
		case r.Interrupted || p.Blocked+p.Unsupported+p.Skipped+p.Error > 0:
			p.Verdict = Partial
		default:
			p.Verdict = Conformant
		}
		found[name] = p
	}
	return found
}

func (r *Report) requirements(all []features.Requirement) []Requirement {
	covering := map[string][]*Scenario{}
	for i := range r.Scenarios {
		for _, id := range r.Scenarios[i].Requirements {
			covering[id] = append(covering[id], &r.Scenarios[i])
		}
	}
	out := make([]Requirement, len(all))
	for i := range all {
		id := all[i].ID
		out[i] = Requirement{ID: id, Evidence: all[i].Evidence, Status: Untested}
		for _, s := range covering[id] {
			out[i].Scenarios = append(out[i].Scenarios, s.ID)
			out[i].Status = graver(out[i].Status, statusFor(s, id))
		}
	}
	return out
}

// statusFor is what a scenario says of one of the requirements that it covers.
func statusFor(s *Scenario, id string) Status {
	switch {
	case s.Status != Failed && s.Status != Changed:
		return s.Status
	case s.Divergence != nil && s.Divergence.Requirement != "" && s.Divergence.Requirement != id &&
		slices.Contains(s.Requirements, s.Divergence.Requirement):
		return Blocked
	case s.Advisory:
		return AdvisoryOnly
	default:
		return s.Status
	}
}

// gravity orders what scenarios say of a requirement: the first one decides.
var gravity = []Status{Failed, Changed, AdvisoryOnly, Error, Blocked, Unsupported, Skipped, Passed, Answered, Untested}

func graver(a, b Status) Status {
	if slices.Index(gravity, b) < slices.Index(gravity, a) {
		return b
	}
	return a
}
