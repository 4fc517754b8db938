package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/kmsconform/kmsconform/runner/page"
)

// Plan is what was planned before a run began, and what came of it. Accounts are named after the callers that own them.
type Plan struct {
	Scenarios    Figures        `json:"scenarios"` // that were to start, and that did
	Keys         []PlannedKeys  `json:"keys"`
	Calls        []PlannedCalls `json:"calls"`
	Seconds      Figures        `json:"seconds"`
	BoundSeconds float64        `json:"boundSeconds"`     // the shortest time that the quotas allow what was planned
	Scarce       string         `json:"scarce,omitempty"` // the operation whose quota takes so long
	USD          Figures        `json:"usd"`              // at most
	// Stopped is what ended the run before its plan, such as "stopped by --max-keys 300 after 120 scenarios"; empty: nothing.
	Stopped string `json:"stopped,omitempty"`
}

// Figures are a number that was planned, and what it came to.
type Figures struct {
	Planned float64 `json:"planned"`
	Actual  float64 `json:"actual"`
}

// PlannedKeys are the keys of a kind in an account and a Region.
type PlannedKeys struct {
	Kind    string `json:"kind"`
	Account string `json:"account"`
	Region  string `json:"region"`
	Figures
}

// PlannedCalls are the calls of an operation by an account in a Region.
type PlannedCalls struct {
	Operation string `json:"operation"` // empty for requests that name none
	Account   string `json:"account"`
	Region    string `json:"region"`
	Figures
}

// PlanRow is a line of the table that compares a plan with its outcome.
type PlanRow struct{ What, Planned, Actual string }

// Outcome is the table that compares a plan with its outcome: the sums, and the calls of the scarce operation.
func (p *Plan) Outcome() []PlanRow {
	var keys, calls, scarce Figures
	for _, k := range p.Keys {
		keys.add(k.Figures)
	}
	for _, c := range p.Calls {
		calls.add(c.Figures)
		if c.Operation == p.Scarce {
			scarce.add(c.Figures)
		}
	}
	rows := []PlanRow{p.Scenarios.row("scenarios", whole), keys.row("keys", whole), calls.row("calls", whole)}
	if p.Scarce != "" {
		rows = append(rows, scarce.row("calls of "+p.Scarce, whole))
	}
	return append(rows, p.Seconds.row("duration", minutes), p.USD.row("cost at most", dollars))
}

func (f *Figures) add(other Figures) {
	f.Planned += other.Planned
	f.Actual += other.Actual
}

func (f Figures) row(what string, as func(float64) string) PlanRow {
	return PlanRow{what, as(f.Planned), as(f.Actual)}
}

func whole(n float64) string { return strconv.FormatFloat(n, 'f', 0, 64) }

func minutes(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}

func dollars(amount float64) string {
	digits := 2
	if amount > 0 && amount < 0.1 {
		digits = 4
	}
	return strconv.FormatFloat(amount, 'f', digits, 64) + " USD"
}

// Bounds says how short the run could have been; empty where nothing was bound.
func (p *Plan) Bounds() string {
	if p.BoundSeconds <= 0 {
		return ""
	}
	text := "The quotas allow what was planned in " + minutes(p.BoundSeconds) + " at the least"
	if p.Scarce != "" {
		text += ", which is what " + page.Plain(p.Scarce) + " takes"
	}
	return text + "."
}

// plan shows what was planned beside what came of it.
func (p Printer) plan(s *strings.Builder, r *Report) {
	if r.Plan == nil {
		return
	}
	t := page.Columns(2, 3)
	t.AppendHeader(table.Row{"plan and outcome", "planned", "actual"})
	for _, row := range r.Plan.Outcome() {
		t.AppendRow(table.Row{page.Plain(row.What), row.Planned, row.Actual})
	}
	s.WriteString(page.Lines(t))
	if bounds := r.Plan.Bounds(); bounds != "" {
		s.WriteString(bounds + "\n")
	}
	if r.Plan.Stopped != "" {
		s.WriteString(p.paint(yellow, "The run was "+page.Plain(r.Plan.Stopped)+".") + "\n")
	}
	s.WriteByte('\n')
}

func (m *markdown) plan(r *Report) {
	if r.Plan == nil {
		return
	}
	m.text.WriteString("\n### Plan and outcome\n\n")
	if r.Plan.Stopped != "" {
		fmt.Fprintf(&m.text, "**The run was %s.**\n\n", page.Markdown(r.Plan.Stopped))
	}
	m.text.WriteString(page.Table("what", ">planned", ">actual"))
	for _, row := range r.Plan.Outcome() {
		m.text.WriteString(page.Row(page.Markdown(row.What), row.Planned, row.Actual))
	}
	if bounds := r.Plan.Bounds(); bounds != "" {
		m.text.WriteString("\n" + page.Markdown(bounds) + "\n")
	}
}
