package compare

import (
	"slices"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/report"
)

// Absent is the status of a requirement in a run whose contract does not have it.
const Absent report.Status = "absent"

// Separation says how a requirement tells targets apart.
type Separation string

// The ways. A requirement that all hold, all break, or that nobody could be judged on, separates nothing.
const (
	// Behaviour: some targets hold it, and others break it.
	Behaviour Separation = "behaviour"
	// Coverage: some targets hold it, none breaks it, and others were not judged: they are blocked, do not implement what
	// it takes, or lack a caller, a Region or a clock.
	Coverage Separation = "coverage"
	// None: it separates nothing.
	None Separation = "none"
)

// Requirement is what the runs say of a requirement.
type Requirement struct {
	ID        string            `json:"id"`
	Profile   features.Profile  `json:"profile"`   // empty when the contract at hand does not have it
	Statement string            `json:"statement"` // likewise
	Evidence  features.Evidence `json:"evidence"`
	Separates Separation        `json:"separates"`
	Cells     []Cell            `json:"cells"`

	evidenceDiffers bool
}

// Cell is what one run says of a requirement.
type Cell struct {
	Status    report.Status `json:"status"`
	Known     bool          `json:"known"`     // all its divergences are in the baseline
	Scenarios int           `json:"scenarios"` // that ran and cover it
	Passed    int           `json:"passed"`    // of those
	// Expected and Actual are those of its first divergence, and Scenario is its id; empty when there is none.
	Scenario string `json:"scenario"`
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
}

// Deviates reports whether the target breaks the requirement, even if that fails nobody.
func (c Cell) Deviates() bool {
	return c.Status == report.Failed || c.Status == report.Changed || c.Status == report.AdvisoryOnly
}

func (r *Requirement) someAbsent() bool {
	return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Status == Absent })
}

// Uniform reports whether all runs say the same of it.
func (r *Requirement) Uniform() bool {
	return !slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Status != r.Cells[0].Status })
}

// separation decides how a requirement tells targets apart.
func separation(cells []Cell) Separation {
	holds, breaks, open := false, false, false
	for _, c := range cells {
		switch {
		case c.Status == report.Passed:
			holds = true
		case c.Deviates():
			breaks = true
		case c.Status == report.Untested, c.Status == Absent, c.Status == report.Answered:
		default:
			open = true
		}
	}
	switch {
	case holds && breaks:
		return Behaviour
	case holds && open:
		return Coverage
	default:
		return None
	}
}

// requirements lists those of all runs: in the order of the first run's contract, and then what later ones add.
func (c *Comparison) requirements(inputs []Input) {
	c.Requirements = []Requirement{}
	at := map[string]int{}
	latest := make([]int, 0) // the run whose evidence is shown
	for n := range inputs {
		r := inputs[n].Report
		scenarios := byID(r)
		for i := range r.Requirements {
			found := &r.Requirements[i]
			k, known := at[found.ID]
			if !known {
				k = len(c.Requirements)
				at[found.ID] = k
				rule := c.statements[found.ID]
				c.Requirements = append(c.Requirements, Requirement{
					ID: found.ID, Profile: rule.profile, Statement: rule.statement, Evidence: found.Evidence, Cells: absent(len(inputs)),
				})
				latest = append(latest, n)
			}
			row := &c.Requirements[k]
			if row.Evidence != found.Evidence {
				row.evidenceDiffers = true
				if r.Started.After(inputs[latest[k]].Report.Started) {
					row.Evidence, latest[k] = found.Evidence, n
				}
			}
			row.Cells[n] = newCell(found, scenarios)
		}
	}
	for i := range c.Requirements {
		c.Requirements[i].Separates = separation(c.Requirements[i].Cells)
	}
}

func absent(n int) []Cell {
	cells := make([]Cell, n)
	for i := range cells {
		cells[i].Status = Absent
	}
	return cells
}

func byID(r *report.Report) map[string]*report.Scenario {
	all := make(map[string]*report.Scenario, len(r.Scenarios))
	for i := range r.Scenarios {
		all[r.Scenarios[i].ID] = &r.Scenarios[i]
	}
	return all
}

// newCell takes the first divergence on the requirement itself and, where there is none, the first that is in its way.
func newCell(found *report.Requirement, scenarios map[string]*report.Scenario) Cell {
	cell := Cell{Status: found.Status}
	var shown *report.Scenario
	diverging, known := 0, 0
	for _, id := range found.Scenarios {
		s := scenarios[id]
		if s == nil {
			continue
		}
		cell.Scenarios++
		if s.Status == report.Passed {
			cell.Passed++
		}
		if s.Divergence == nil || !s.Diverged() {
			continue
		}
		diverging++
		if s.Known {
			known++
		}
		itself := s.Status != report.Blocked && s.Divergence.Requirement == found.ID
		if shown == nil || itself && (shown.Status == report.Blocked || shown.Divergence.Requirement != found.ID) {
			shown = s
		}
	}
	cell.Known = diverging > 0 && known == diverging
	if shown != nil {
		cell.Scenario, cell.Expected, cell.Actual = shown.ID, report.Short(shown.Divergence.Expected), report.Short(shown.Divergence.Actual)
	}
	return cell
}
