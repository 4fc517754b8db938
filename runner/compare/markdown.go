package compare

import (
	"fmt"
	"io"
	"strings"

	"github.com/kmsconform/kmsconform/runner/page"
)

// WriteMarkdown writes a comparison in GitHub's Markdown: verdicts, the requirements that separate the targets, all of
// them, the answers to open questions, and what changed.
func WriteMarkdown(w io.Writer, c *Comparison) error {
	m := markdown{c: c}
	m.runs()
	m.profiles()
	m.requirements()
	m.questions()
	m.differences()
	_, err := io.WriteString(w, m.out.String())
	return err
}

// markdown is a comparison being written.
type markdown struct {
	c   *Comparison
	out strings.Builder
}

// columns are the first ones, and then the runs.
func (m *markdown) columns(first ...string) []string {
	for i := range m.c.Runs {
		first = append(first, page.Markdown(m.c.Runs[i].Name))
	}
	return first
}

func (m *markdown) runs() {
	m.out.WriteString("## Comparison\n\n")
	for i := range m.c.Runs {
		r := &m.c.Runs[i]
		fmt.Fprintf(&m.out, "- **%s**: %s (%s)\n", page.Markdown(r.Name), page.Markdown(string(r.Verdict)), page.Markdown(r.describe()))
	}
	for _, note := range m.c.Notes {
		fmt.Fprintf(&m.out, "\n> %s\n", page.Markdown(note))
	}
}

func (m *markdown) profiles() {
	m.out.WriteString("\n### Profiles\n\nEach with " + profilesSay + ".\n\n" + page.Table(m.columns("profile")...))
	for _, p := range m.c.Profiles {
		cells := []string{page.Markdown(string(p.Name))}
		for _, cell := range p.Cells {
			cells = append(cells, page.Markdown(cell.says()))
		}
		m.out.WriteString(page.Row(cells...))
	}
}

func (m *markdown) requirements() {
	behaviour, coverage := m.c.separating(Behaviour), m.c.separating(Coverage)
	fmt.Fprintf(&m.out, "\n### Requirements\n\n%d of %d separate the targets: some hold it, others break it.\n", len(behaviour), len(m.c.Requirements))
	m.table(behaviour)
	if len(coverage) > 0 {
		fmt.Fprintf(&m.out, "\n%s held by some, and could not be judged of others.\n", isOrAre(len(coverage), "requirement"))
		m.folded("Which", coverage)
	}
	if rest := m.c.separating(None); len(rest) > 0 {
		fmt.Fprintf(&m.out, "\n%s no difference between the targets.\n", makesOrMake(len(rest)))
		m.folded("The others", rest)
	}
}

func makesOrMake(n int) string {
	if n == 1 {
		return "1 requirement makes"
	}
	return fmt.Sprintf("%d requirements make", n)
}

func (m *markdown) folded(label string, requirements []*Requirement) {
	fmt.Fprintf(&m.out, "\n<details><summary>%s</summary>\n", label)
	m.table(requirements)
	m.out.WriteString("\n</details>\n")
}

func (m *markdown) table(requirements []*Requirement) {
	if len(requirements) == 0 {
		return
	}
	m.out.WriteString("\n" + page.Table(m.columns("requirement", "what it says", "evidence")...))
	for _, r := range requirements {
		cells := []string{page.Markdown(r.ID), page.Markdown(r.Statement), page.Markdown(string(r.Evidence))}
		for _, cell := range r.Cells {
			text := page.Markdown(cell.Mark())
			if cell.Deviates() && cell.Actual != "" {
				text += ": " + page.Code(clip(cell.Actual, 120))
			}
			cells = append(cells, text)
		}
		m.out.WriteString(page.Row(cells...))
	}
}

func (m *markdown) questions() {
	if len(m.c.Questions) == 0 {
		return
	}
	fmt.Fprintf(&m.out, "\n### Open questions\n\n%d of %d are answered differently.\n", m.c.differing(), len(m.c.Questions))
	folded := false
	for i := range m.c.Questions {
		q := &m.c.Questions[i]
		if !q.Differs && !folded {
			folded = true
			m.out.WriteString("\n<details><summary>Answered alike</summary>\n")
		}
		fmt.Fprintf(&m.out, "\n**%s** %s\n\n", page.Markdown(q.ID), page.Markdown(q.Asks))
		m.out.WriteString(page.Table(m.columns("scenario")...))
		for _, a := range q.Asked {
			cells := []string{page.Code(a.Scenario)}
			for _, answer := range a.Answers {
				cells = append(cells, page.Markdown(orDash(answer)))
			}
			m.out.WriteString(page.Row(cells...))
		}
	}
	if folded {
		m.out.WriteString("\n</details>\n")
	}
}

func (m *markdown) differences() {
	for i := range m.c.Differences {
		d := &m.c.Differences[i]
		fmt.Fprintf(&m.out, "\n### From %s to %s\n\n%s.\n", page.Markdown(d.Before), page.Markdown(d.After), page.Markdown(d.Says()))
		if len(d.List) == 0 {
			continue
		}
		m.out.WriteString("\n" + page.Table("change", "scenario", "status", "was", "is"))
		for j := range d.List {
			one := &d.List[j]
			m.out.WriteString(page.Row(string(one.Change), page.Code(one.Scenario), page.Markdown(moved(one)),
				page.Code(clip(one.Was, 120)), page.Code(clip(one.Is, 120))))
		}
	}
}
