package compare

import (
	_ "embed"
	"io"
	"slices"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/report"
)

//go:embed compare.html
var htmlText string

var htmlPage = page.New("compare", htmlText, map[string]any{
	"dash": orDash, "moved": moved, "describe": (*Run).describe,
})

// WriteHTML writes a comparison as one page that needs nothing else.
func WriteHTML(w io.Writer, c *Comparison) error {
	h := htmlComparison{Comparison: c, Title: "kmsconform: comparison", Differing: c.differing(), Groups: []htmlGroup{
		{"Requirements that separate the targets", "Some hold it, others break it.", c.separating(Behaviour)},
		{"Requirements that could not be judged everywhere", "Some targets hold it; others are blocked, do not implement what it takes, or lack a caller, a Region or a clock.", c.separating(Coverage)},
		{"Requirements that separate nothing", "All hold it, all break it, or it is not judged.", c.separating(None)},
	}}
	for i := range c.Runs {
		h.Title += " " + page.Plain(c.Runs[i].Name)
	}
	h.Kinds = kinds(c)
	return page.Write(w, htmlPage, h)
}

// htmlComparison is what the template shows.
type htmlComparison struct {
	*Comparison
	Title     string
	Differing int // questions
	Groups    []htmlGroup
	Kinds     []string // boxes of the filter
}

type htmlGroup struct {
	Title, Says  string
	Requirements []*Requirement
}

// Is are the words of the filter that a requirement answers to: the statuses of its cells.
func (r *Requirement) Is() []report.Status {
	var all []report.Status
	for _, c := range r.Cells {
		if !slices.Contains(all, c.Status) {
			all = append(all, c.Status)
		}
	}
	return all
}

// kinds are the statuses that requirements have, in the order of all reports.
func kinds(c *Comparison) []string {
	there := map[report.Status]bool{}
	for i := range c.Requirements {
		for _, status := range c.Requirements[i].Is() {
			there[status] = true
		}
	}
	there[report.Answered] = there[report.Answered] || len(c.Questions) > 0
	var all []string
	for _, status := range append(report.Statuses(), report.AdvisoryOnly, report.Untested, Absent) {
		if there[status] {
			all = append(all, string(status))
		}
	}
	return all
}

// ProfileNames are the profiles that the filter offers.
func (h htmlComparison) ProfileNames() []features.Profile {
	var all []features.Profile
	for _, p := range h.Profiles {
		all = append(all, p.Name)
	}
	return all
}
