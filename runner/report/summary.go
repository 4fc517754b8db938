package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/page"
)

// maxCauses and maxReasons bound what the summary lists; the report has all of it.
const (
	maxCauses  = 15
	maxReasons = 10
)

// Summary shows the end of a run: a verdict for each profile, divergences by cause, open questions answered, what was not
// tried and why, and the time.
func (p Printer) Summary(w io.Writer, r *Report) {
	var s strings.Builder
	s.WriteByte('\n')
	if profiles := p.profileTable(r); profiles != "" {
		s.WriteString(profiles + "\n\n")
	}
	groups := [3][]*Scenario{} // new, advisory, known
	for i := range r.Scenarios {
		switch x := &r.Scenarios[i]; {
		case !x.Diverged():
		case x.Known:
			groups[2] = append(groups[2], x)
		case x.Advisory:
			groups[1] = append(groups[1], x)
		default:
			groups[0] = append(groups[0], x)
		}
	}
	p.listCauses(&s, divergences(r), groups[0])
	p.listCauses(&s, advisories(r, "Advisory divergences: they fail nobody, because nobody recorded what AWS does"), groups[1])
	p.listCauses(&s, "Known divergences: the baseline lists them", groups[2])
	p.listReasons(&s, r)
	if len(r.Answers) > 0 {
		s.WriteString(answersLine(r) + "\n")
	}
	p.plan(&s, r)
	s.WriteString(timeLine(r) + "\n")
	if text := r.Unshown(); text != "" {
		s.WriteString(p.paint(yellow, page.Plain(text)) + "\n")
	}
	if r.Interrupted {
		s.WriteString(p.paint(yellow, "The run was interrupted: this is about what ran.") + "\n")
	}
	_, _ = io.WriteString(w, s.String()) // a screen that went away must not lose the report
}

// column is a column of the profile table that is left out where it holds nothing.
type column struct {
	name string
	of   func(Counts) int
}

func columns(all Counts) []column {
	var shown []column
	for _, status := range Statuses() {
		if status == Passed || all.Of(status) > 0 {
			shown = append(shown, column{string(status), func(c Counts) int { return c.Of(status) }})
		}
	}
	if all.Advisory > 0 {
		shown = append(shown, column{"advisory", func(c Counts) int { return c.Advisory }})
	}
	if all.Known > 0 {
		shown = append(shown, column{"known", func(c Counts) int { return c.Known }})
	}
	return shown
}

func (p Printer) profileTable(r *Report) string {
	if len(r.Profiles) == 0 {
		return ""
	}
	shown := columns(Tally(r.Scenarios))
	header := table.Row{"profile", "verdict", "scenarios"}
	numbers := []int{len(header)}
	for _, c := range shown {
		header = append(header, c.name)
		numbers = append(numbers, len(header))
	}
	t := page.Columns(numbers...)
	t.AppendHeader(header)
	for _, name := range profileOrder(r) {
		profile := r.Profiles[name]
		row := table.Row{page.Plain(string(name)), p.paint(verdictColour(profile.Verdict), string(profile.Verdict)), ran(profile)}
		for _, c := range shown {
			if n := c.of(profile.Counts); n > 0 {
				row = append(row, n)
			} else {
				row = append(row, "")
			}
		}
		t.AppendRow(row)
	}
	return strings.TrimSuffix(page.Lines(t), "\n")
}

// ran is how many scenarios of a profile ran, and of how many where that is not all.
func ran(p Profile) string {
	if total := p.Total(); p.InContract > total {
		return fmt.Sprintf("%d of %d", total, p.InContract)
	}
	return fmt.Sprint(p.Total())
}

// profileOrder is the profiles of a report in the order of the contract, and then those the contract does not know.
func profileOrder(r *Report) []features.Profile {
	order := features.Profiles()
	var others []features.Profile
	for name := range r.Profiles {
		if !slices.Contains(order, name) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	return slices.DeleteFunc(append(order, others...), func(name features.Profile) bool {
		_, there := r.Profiles[name]
		return !there
	})
}

func verdictColour(v Verdict) colour {
	switch v {
	case Conformant:
		return green
	case Nonconformant:
		return red
	default:
		return yellow
	}
}

func (p Printer) listCauses(s *strings.Builder, title string, diverging []*Scenario) {
	if len(diverging) == 0 {
		return
	}
	all := p.causes(diverging)
	causes := "causes"
	if len(all) == 1 {
		causes = "cause"
	}
	fmt.Fprintf(s, "%s (%d, of %d %s)\n", p.paint(bold, title), len(diverging), len(all), causes)
	for i, c := range all {
		if i == maxCauses {
			fmt.Fprintf(s, "  and %d more causes; the report has them all\n", len(all)-maxCauses)
			break
		}
		fmt.Fprintf(s, "  %s   %s\n", c.counted(), clip(page.Plain(c.title), width-5-len(c.counted())))
		fmt.Fprintf(s, "      %s\n", p.paint(dim, page.Plain(c.where())))
	}
	s.WriteByte('\n')
}

// where is the requirements of a cause and the first scenario that shows it.
func (c *cause) where() string {
	ids := c.requirements
	more := ""
	if len(ids) > 4 {
		more = fmt.Sprintf(" and %d more", len(ids)-4)
		ids = ids[:4]
	}
	parts := []string{}
	if len(ids) > 0 {
		parts = append(parts, strings.Join(ids, ", ")+more)
	}
	if c.expected != "" {
		parts = append(parts, "expected "+clip(c.expected, width/2))
	}
	first := c.first.ID
	if c.size() > 1 {
		first = "first: " + first
	}
	return strings.Join(append(parts, first), "   ")
}

func answersLine(r *Report) string {
	questions, contradictions := map[string]bool{}, map[string]bool{}
	for _, a := range r.Answers {
		if strings.HasPrefix(a.Question, "C-") {
			contradictions[a.Question] = true
		} else {
			questions[a.Question] = true
		}
	}
	asked := page.Plural(len(questions), "open question")
	switch {
	case len(questions) == 0:
		asked = page.Plural(len(contradictions), "contradiction")
	case len(contradictions) > 0:
		asked += " and " + page.Plural(len(contradictions), "contradiction")
	}
	return fmt.Sprintf("%s answered, in %s; the report has them.", asked, page.Plural(len(r.Answers), "observation"))
}

func timeLine(r *Report) string {
	assertions := 0
	for i := range r.Scenarios {
		assertions += r.Scenarios[i].Assertions
	}
	return fmt.Sprintf("%s with %s in %s; all workers together waited %s for the target.",
		page.Plural(len(r.Scenarios), "scenario"), page.Plural(assertions, "assertion"), seconds(r.DurationSeconds), seconds(r.Timing.TargetSeconds))
}

func seconds(s float64) string { return roundly(time.Duration(s * float64(time.Second))) }
