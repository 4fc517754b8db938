package compare

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/kmsconform/kmsconform/runner/page"
)

// The widths of a screen, and of a run's column on it.
const (
	width     = 120
	maxColumn = 28
)

// WriteText writes a comparison for a screen: verdicts, the requirements that separate the targets, the questions that
// they answer differently, and what changed. With all, it lists the requirements and questions that they agree on, too.
func WriteText(w io.Writer, c *Comparison, all bool) error {
	t := text{c: c, all: all}
	t.runs()
	t.profiles()
	t.requirements()
	t.questions()
	t.differences()
	_, err := io.WriteString(w, t.out.String())
	return err
}

// text is a comparison being written.
type text struct {
	c   *Comparison
	all bool
	out strings.Builder
}

func (t *text) line(format string, args ...any) {
	t.out.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func (t *text) runs() {
	for i := range t.c.Runs {
		r := &t.c.Runs[i]
		t.line("%s: %s", page.Plain(r.Name), r.Verdict)
		t.line("    %s", page.Plain(r.describe()))
	}
	for _, note := range t.c.Notes {
		t.line("note: %s", page.Plain(note))
	}
}

// rows writes cells below the runs' names; a column is as wide as its longest cell, within a bound.
func (t *text) rows(head string, names []string, rows [][]string) {
	widths := make([]int, len(t.c.Runs))
	first := runewidth.StringWidth(head) // of what names the rows
	for _, name := range names {
		first = max(first, runewidth.StringWidth(name))
	}
	for i := range t.c.Runs {
		widths[i] = min(runewidth.StringWidth(t.c.Runs[i].Name), maxColumn)
		for _, row := range rows {
			widths[i] = max(widths[i], min(runewidth.StringWidth(row[i]), maxColumn))
		}
	}
	put := func(name string, cells []string) {
		line := pad(name, first)
		for i, cell := range cells {
			line += "  " + pad(cell, widths[i])
		}
		t.line("  %s", line)
	}
	titles := make([]string, len(t.c.Runs))
	for i := range t.c.Runs {
		titles[i] = t.c.Runs[i].Name
	}
	put(head, titles)
	for i, name := range names {
		put(name, rows[i])
	}
}

func pad(text string, to int) string {
	return runewidth.FillRight(clip(page.Plain(text), to), to)
}

func (t *text) profiles() {
	names, rows := []string{}, [][]string{}
	for _, p := range t.c.Profiles {
		names = append(names, string(p.Name))
		row := []string{}
		for _, cell := range p.Cells {
			short := "not run"
			if cell.Verdict != "" {
				short = fmt.Sprintf("%-13s %8s", cell.Verdict, cell.Settled())
			}
			row = append(row, short)
		}
		rows = append(rows, row)
	}
	t.line("\nProfiles: %s", profilesSay)
	t.rows("profile", names, rows)
}

func (t *text) requirements() {
	behaviour, coverage := t.c.separating(Behaviour), t.c.separating(Coverage)
	t.line("\nRequirements: %d of %d separate the targets by what they do, and %d by what can be judged of them",
		len(behaviour), len(t.c.Requirements), len(coverage))
	if len(behaviour) > 0 {
		t.list("some targets hold it, others break it", behaviour)
	}
	if len(coverage) > 0 {
		t.list("some targets hold it, others could not be judged", coverage)
	}
	if rest := t.c.separating(None); t.all && len(rest) > 0 {
		t.list("separates nothing", rest)
	} else if len(rest) > 0 {
		t.line("\n  %d others separate nothing; --all lists them, too.", len(rest))
	}
}

func (t *text) list(head string, requirements []*Requirement) {
	names, rows := []string{}, [][]string{}
	for _, r := range requirements {
		names = append(names, fmt.Sprintf("%-15s %-10s", r.ID, r.Evidence))
		row := []string{}
		for _, cell := range r.Cells {
			row = append(row, cell.Mark())
		}
		rows = append(rows, row)
	}
	t.line("")
	t.rows(head, names, rows)
}

func (t *text) questions() {
	if len(t.c.Questions) == 0 {
		return
	}
	t.line("\nOpen questions: %d of %d are answered differently", t.c.differing(), len(t.c.Questions))
	for i := range t.c.Questions {
		q := &t.c.Questions[i]
		if !q.Differs && !t.all {
			continue
		}
		t.line("\n  %s  %s", page.Plain(q.ID), clip(page.Plain(q.Asks), width-12))
		names, rows := []string{}, [][]string{}
		for _, a := range q.Asked {
			if !a.Differs && !t.all {
				continue
			}
			names = append(names, clip(a.Scenario, 60))
			row := []string{}
			for _, answer := range a.Answers {
				row = append(row, orDash(answer))
			}
			rows = append(rows, row)
		}
		t.rows("scenario", names, rows)
	}
}

func (t *text) differences() {
	for i := range t.c.Differences {
		d := &t.c.Differences[i]
		t.line("\nFrom %s to %s: %s", page.Plain(d.Before), page.Plain(d.After), d.Says())
		for j := range d.List {
			one := &d.List[j]
			t.line("  %-8s %s  %s", one.Change, page.Plain(one.Scenario), moved(one))
			if one.Was != "" {
				t.line("           was      %s", clip(page.Plain(one.Was), width-20))
			}
			if one.Expected != "" {
				t.line("           expected %s", clip(page.Plain(one.Expected), width-20))
			}
			if one.Is != "" {
				t.line("           is       %s", clip(page.Plain(one.Is), width-20))
			}
			if one.Again != "" {
				t.line("           again    %s", one.Again)
			}
		}
	}
}

// moved is the two statuses of a difference.
func moved(d *Difference) string {
	switch {
	case d.Before == "":
		return string(d.After)
	case d.After == "":
		return string(d.Before)
	case d.Before == d.After:
		return "still " + string(d.After)
	default:
		return string(d.Before) + " → " + string(d.After)
	}
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

func clip(text string, most int) string { return runewidth.Truncate(text, most, "…") }
