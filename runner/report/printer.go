package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/page"
)

// Printer shows what a run found on a screen.
type Printer struct {
	Colour bool
	// Contract supplies the statements and sources of requirements; without it, ids must do.
	Contract *features.Contract
}

const (
	width     = 120 // of the screen; what is to be copied may be longer
	nameWidth = 80  // of a scenario's name, before its requirement
	bodyWidth = 72  // of a request's body
	maxLines  = 5   // of one value
)

// Scenario shows one scenario: a divergence as what must hold, what came, the call, and how to see it again; an error as
// its reason; anything else in a line.
func (p Printer) Scenario(w io.Writer, s *Scenario) {
	var b block
	b.printer = p
	switch s.Status {
	case Failed, Changed:
		b.failed(s)
	case Blocked:
		b.blocked(s)
	case Error:
		b.head(p.paint(red, "!"), s, "error")
		b.member("error", orNone(s.Reason))
		b.call(s)
		b.again(s)
	case Passed:
		b.head(p.paint(green, "✓"), s, "")
	default:
		b.head("-", s, string(s.Status))
		if s.Reason != "" {
			b.member("reason", s.Reason)
		}
	}
	_, _ = io.WriteString(w, b.text.String()) // a screen that went away must not stop a run
}

// requirement returns a requirement of the contract, or nil.
func (p Printer) requirement(id string) *features.Requirement {
	if p.Contract == nil {
		return nil
	}
	for i := range p.Contract.Requirements {
		if p.Contract.Requirements[i].ID == id {
			return &p.Contract.Requirements[i]
		}
	}
	return nil
}

// colour is a number of ANSI's.
type colour int

const (
	bold   colour = 1
	dim    colour = 2
	red    colour = 31
	green  colour = 32
	yellow colour = 33
)

func (p Printer) paint(c colour, text string) string {
	if !p.Colour {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", c, text)
}

// block is the text about one scenario.
type block struct {
	printer Printer
	text    strings.Builder
}

func (b *block) failed(s *Scenario) {
	d := divergenceOf(s)
	r := b.printer.requirement(d.Requirement)
	b.head(b.mark(s, "✗"), s, d.Requirement+evidence(r))
	b.statement(r)
	b.qualified(s)
	if s.Status == Changed && r != nil {
		b.member("means", string(changeOf(r.Evidence)))
	}
	b.outcome(d)
	b.call(s)
	b.source(r)
	b.again(s)
}

// blocked says what is in the way, which another requirement may rule.
func (b *block) blocked(s *Scenario) {
	d := divergenceOf(s)
	about := ""
	if len(s.Requirements) > 0 {
		about = s.Requirements[0]
	}
	b.head(b.mark(s, "…"), s, about+evidence(b.printer.requirement(about)))
	way := "blocked by what the target did before"
	if s.Step != "" {
		way = fmt.Sprintf("blocked before its point: %q was not reached", s.Step)
	}
	b.paragraph(way)
	b.qualified(s)
	if d.Requirement != "" {
		r := b.printer.requirement(d.Requirement)
		way = d.Requirement + evidence(r)
		if r != nil {
			way += ": " + r.Statement
		}
		b.member("unmet", way)
	}
	b.outcome(d)
	b.call(s)
	b.source(b.printer.requirement(d.Requirement))
	b.again(s)
}

func (b *block) mark(s *Scenario, mark string) string {
	if s.Advisory || s.Known || s.Status == Blocked {
		return b.printer.paint(yellow, mark)
	}
	return b.printer.paint(red, mark)
}

// head is the scenario's name, and its requirement on the right.
func (b *block) head(mark string, s *Scenario, right string) {
	name := page.Plain(Title(s))
	b.text.WriteString(mark + " " + b.printer.paint(bold, name))
	for _, note := range []struct {
		holds bool
		text  string
	}{{s.Advisory, "  advisory"}, {s.Known, "  known"}} {
		if note.holds {
			right += note.text
		}
	}
	if right != "" {
		b.text.WriteString(strings.Repeat(" ", max(nameWidth-2-len([]rune(name)), 2)) + right)
	}
	b.text.WriteByte('\n')
}

func evidence(r *features.Requirement) string {
	if r == nil {
		return ""
	}
	return "  " + string(r.Evidence)
}

func (b *block) statement(r *features.Requirement) {
	if r != nil {
		b.paragraph(r.Statement)
	}
}

func (b *block) paragraph(text string) {
	for _, line := range wrap(page.Plain(text), width-4) {
		b.text.WriteString("    " + line + "\n")
	}
}

// qualified says why a divergence does not gate.
func (b *block) qualified(s *Scenario) {
	if s.Advisory {
		b.member("advisory", "this fails nobody, because nobody recorded what AWS does")
	}
	if s.Known {
		b.member("known", orNone(s.KnownReason))
	}
}

func (b *block) outcome(d Divergence) {
	actual := d.Actual
	if !strings.Contains(Normalise(d.Expected), "<") { // where ids are expected, the difference may be in them
		actual = abbreviate(actual)
	}
	b.member("expected", d.Expected)
	b.member("actual", actual)
}

// member is a labelled value, wrapped below itself.
func (b *block) member(label, value string) {
	lines := wrap(page.Plain(value), width-16)
	if len(lines) > maxLines {
		lines = append(lines[:maxLines-1], lines[maxLines-1]+" …")
	}
	for i, line := range lines {
		if i > 0 {
			label = ""
		}
		b.labelled(label, line)
	}
}

func (b *block) labelled(label, text string) {
	b.text.WriteString("      " + b.printer.paint(dim, fmt.Sprintf("%-8s", label)) + "  " + text + "\n")
}

func (b *block) call(s *Scenario) {
	e := s.DecisiveExchange()
	if e == nil {
		return
	}
	parts := []string{callOf(e), roundly(e.Duration)}
	switch {
	case e.RequestID() != "":
		parts = append(parts, "request "+shortID(e.RequestID()))
	case e.Error != "":
		parts = append(parts, "no whole answer")
	}
	b.labelled("call", page.Plain(strings.Join(parts, "   ")))
}

// callOf is the operation, with as much of the request's redacted body as fits.
func callOf(e *target.Exchange) string {
	name := e.Operation
	if name == "" {
		name = strings.TrimSpace(e.Request.Method + " " + e.Request.URL)
	}
	return strings.TrimSpace(name + " " + clip(abbreviate(e.Request.Body), bodyWidth))
}

// source is the first of a requirement's, which is the best; explain shows all of them.
func (b *block) source(r *features.Requirement) {
	if r == nil || len(r.Sources) == 0 {
		return
	}
	switch source := r.Sources[0]; {
	case source.URL != "":
		b.labelled("source", page.Plain(source.URL))
	case source.Repository != "":
		b.labelled("source", page.Plain(strings.TrimSpace(source.Repository+" "+source.Path)))
	default:
		b.labelled("source", page.Plain(source.Title))
	}
}

func (b *block) again(s *Scenario) {
	if s.Again != "" {
		b.labelled("again", page.Plain(s.Again))
	}
}

// Title is how people call a scenario: its feature, its name, and the row of examples.
func Title(s *Scenario) string { return s.Feature + " › " + nameAndRow(s) }

func nameAndRow(s *Scenario) string {
	if row := s.Row(); row != "" {
		return s.Name + " › " + row
	}
	return s.Name
}

// divergenceOf is for reports that others wrote, which may lack one.
func divergenceOf(s *Scenario) Divergence {
	if s.Divergence != nil {
		return *s.Divergence
	}
	return Divergence{Expected: "not recorded", Actual: orNone(s.Reason)}
}

func orNone(text string) string {
	if strings.TrimSpace(text) == "" {
		return "no reason was given"
	}
	return text
}

func clip(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}

// wrap breaks text between words; a word that is too long stays whole, because somebody may want to copy it.
func wrap(text string, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) > most:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// roundly is a duration in about three digits.
func roundly(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	default:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
}
