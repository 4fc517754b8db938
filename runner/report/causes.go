package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// cause is what several divergences have in common.
type cause struct {
	title    string
	expected string // where all of them expect the same

	failed, changed, blocked int
	requirements             []string // that are broken, or in the way
	first                    *Scenario
	all                      []*Scenario
}

func (c *cause) size() int { return c.failed + c.changed + c.blocked }

// causes groups divergences, the largest group first. What one requirement blocks belongs together, and to it what fails
// on that requirement; else what the same operation answered in the same way does.
func (p Printer) causes(diverging []*Scenario) []*cause {
	inTheWay := map[string]bool{}
	for _, s := range diverging {
		if d := divergenceOf(s); s.Status == Blocked && d.Requirement != "" {
			inTheWay[d.Requirement] = true
		}
	}
	at := map[string]*cause{}
	var all []*cause
	for _, s := range diverging {
		d := divergenceOf(s)
		key, title := outcomeOf(s, d)
		if inTheWay[d.Requirement] {
			key, title = "requirement "+d.Requirement, p.broken(d.Requirement)
		}
		c := at[key]
		if c == nil {
			c = &cause{title: title, expected: abbreviate(d.Expected), first: s}
			at[key] = c
			all = append(all, c)
		}
		if c.expected != abbreviate(d.Expected) {
			c.expected = ""
		}
		c.all = append(c.all, s)
		switch s.Status {
		case Failed:
			c.failed++
		case Changed:
			c.changed++
		default:
			c.blocked++
		}
		if d.Requirement != "" && !slices.Contains(c.requirements, d.Requirement) {
			c.requirements = append(c.requirements, d.Requirement)
		}
	}
	slices.SortStableFunc(all, func(a, b *cause) int { return cmp.Compare(b.size(), a.size()) })
	return all
}

// outcomeOf returns what tells one outcome of an operation from another, and the words for it.
func outcomeOf(s *Scenario, d Divergence) (key, title string) {
	operation := ""
	if e := s.DecisiveExchange(); e != nil {
		operation = e.Operation
	}
	title = strings.TrimSuffix(abbreviate(d.Actual), ".")
	if operation != "" && !strings.HasPrefix(title, operation) {
		title = operation + ": " + title
	}
	return "outcome " + operation + "\x00" + Normalise(d.Actual), title
}

// broken says that a requirement does not hold.
func (p Printer) broken(id string) string {
	if r := p.requirement(id); r != nil {
		return "does not hold: " + strings.TrimSuffix(r.Statement, ".")
	}
	return id + " does not hold"
}

// counted is "1 failed, 14 blocked".
func (c *cause) counted() string {
	var parts []string
	if c.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", c.failed))
	}
	if c.changed > 0 {
		parts = append(parts, fmt.Sprintf("%d changed", c.changed))
	}
	if c.blocked > 0 {
		parts = append(parts, fmt.Sprintf("%d blocked", c.blocked))
	}
	return strings.Join(parts, ", ")
}
