package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/page"
)

// maxDetailed bounds how many divergences the Markdown summary shows in full, so that it stays below what GitHub takes.
const maxDetailed = 50

// WriteMarkdown writes a summary in GitHub's Markdown, fit for a job summary: verdicts, divergences by cause and in full,
// what was not tried and why, and how many answers there are. The contract may be nil.
func WriteMarkdown(w io.Writer, r *Report, contract *features.Contract) error {
	m := markdown{printer: Printer{Contract: contract}}
	m.head(r)
	m.profiles(r)
	var gating, advisory, known []*Scenario
	for i := range r.Scenarios {
		switch s := &r.Scenarios[i]; s.Kind() {
		case string(Failed), string(Changed), string(Blocked):
			gating = append(gating, s)
		case string(AdvisoryOnly):
			advisory = append(advisory, s)
		case "known":
			known = append(known, s)
		}
	}
	m.causes(divergences(r), gating)
	m.detailed(gating)
	m.causes(advisories(r, "Advisory divergences, which fail nobody"), advisory)
	m.causes("Known divergences, which the baseline lists", known)
	m.notTried(r)
	m.plan(r)
	if len(r.Answers) > 0 {
		m.text.WriteString("\n" + page.Markdown(answersLine(r)) + "\n")
	}
	m.text.WriteString("\n" + page.Markdown(timeLine(r)) + "\n")
	_, err := io.WriteString(w, m.text.String())
	return err
}

// markdown is a summary being written.
type markdown struct {
	printer Printer
	text    strings.Builder
}

func (m *markdown) head(r *Report) {
	fmt.Fprintf(&m.text, "## %s %s: %s\n\n", verdictSign(r.Overall()), page.Markdown(r.Target.Name), r.Overall())
	fmt.Fprintf(&m.text, "%s %s · %s · %s %s\n\n", page.Markdown(string(r.Target.Kind)), page.Code(r.Target.Endpoint), r.Started.UTC().Format("2006-01-02 15:04 UTC"),
		page.Markdown(r.Tool.Name), page.Markdown(r.Tool.Version))
	if r.Interrupted {
		m.text.WriteString("**The run was interrupted: this is about what ran.**\n\n")
	}
	if text := r.Unshown(); text != "" {
		m.text.WriteString("**" + page.Markdown(text) + "**\n\n")
	}
}

func verdictSign(v Verdict) string {
	switch v {
	case Conformant:
		return "✅"
	case Nonconformant:
		return "❌"
	default:
		return "⚠️"
	}
}

func (m *markdown) profiles(r *Report) {
	if len(r.Profiles) == 0 {
		m.text.WriteString("No scenario ran.\n")
		return
	}
	shown := columns(Tally(r.Scenarios))
	names := []string{"profile", "verdict", ">scenarios"}
	for _, c := range shown {
		names = append(names, ">"+c.name)
	}
	m.text.WriteString(page.Table(names...))
	for _, name := range profileOrder(r) {
		p := r.Profiles[name]
		cells := []string{page.Markdown(string(name)), verdictSign(p.Verdict) + " " + page.Markdown(string(p.Verdict)), ran(p)}
		for _, c := range shown {
			cell := ""
			if n := c.of(p.Counts); n > 0 {
				cell = fmt.Sprint(n)
			}
			cells = append(cells, cell)
		}
		m.text.WriteString(page.Row(cells...))
	}
}

func (m *markdown) causes(title string, diverging []*Scenario) {
	if len(diverging) == 0 {
		return
	}
	all := m.printer.causes(diverging)
	fmt.Fprintf(&m.text, "\n### %s (%d)\n\n", title, len(diverging))
	m.text.WriteString(page.Table("what", "scenarios", "requirements", "first"))
	for i, c := range all {
		if i == maxCauses {
			fmt.Fprintf(&m.text, "\nand %d more causes; the report has them all.\n", len(all)-maxCauses)
			return
		}
		ids := c.requirements
		more := ""
		if len(ids) > 4 {
			ids, more = ids[:4], fmt.Sprintf(" and %d more", len(c.requirements)-4)
		}
		m.text.WriteString(page.Row(page.Markdown(clip(Short(c.title), 160)), c.counted(), page.Markdown(strings.Join(ids, ", "))+more, page.Code(c.first.ID)))
	}
}

// detailed shows divergences as the screen does, closed until somebody opens them.
func (m *markdown) detailed(diverging []*Scenario) {
	if len(diverging) == 0 {
		return
	}
	shown := diverging[:min(len(diverging), maxDetailed)]
	label := "Each of them"
	if len(shown) < len(diverging) {
		label = fmt.Sprintf("The first %d of them; the report has them all", len(shown))
	}
	fmt.Fprintf(&m.text, "\n<details><summary>%s</summary>\n", label)
	for _, s := range shown {
		d := divergenceOf(s)
		fmt.Fprintf(&m.text, "\n**%s** %s\n\n", page.Markdown(Title(s)), page.Markdown(d.Requirement))
		if r := m.printer.requirement(d.Requirement); r != nil {
			fmt.Fprintf(&m.text, "%s\n\n", page.Markdown(r.Statement))
		}
		if s.Status == Blocked {
			fmt.Fprintf(&m.text, "- blocked at %s\n", page.Code(s.Step))
		}
		fmt.Fprintf(&m.text, "- expected %s\n- actual %s\n", page.Code(clip(Short(d.Expected), 400)), page.Code(clip(Short(d.Actual), 400)))
		if s.Again != "" {
			fmt.Fprintf(&m.text, "- again %s\n", page.Code(s.Again))
		}
	}
	m.text.WriteString("\n</details>\n")
}

// notTried says what did not run, and why.
func (m *markdown) notTried(r *Report) {
	head := "\n### Not tried\n\n"
	for _, status := range []Status{Error, Unsupported, Skipped} {
		all := reasons(r, status)
		for i, x := range all {
			m.text.WriteString(head)
			head = ""
			if i == maxReasons {
				fmt.Fprintf(&m.text, "- %d more reasons for %s; the report has them all\n", len(all)-maxReasons, status)
				break
			}
			fmt.Fprintf(&m.text, "- %d %s: %s", x.n, status, page.Markdown(clip(page.Plain(x.text), width-19)))
			if where := x.where(r); where != "" {
				m.text.WriteString("; in " + page.Markdown(where))
			}
			m.text.WriteByte('\n')
		}
	}
}
