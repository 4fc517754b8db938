package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/kmsconform/kmsconform/fixtures/aws/budget"
	"github.com/kmsconform/kmsconform/fixtures/aws/quota"
	"github.com/kmsconform/kmsconform/runner/page"
)

// WriteJSON writes a plan for programs.
func (p *Plan) WriteJSON(w io.Writer) error {
	whole := *p
	whole.Keys, whole.Calls = append([]KeyCount{}, p.Keys...), append([]Calls{}, p.Calls...)
	whole.Left, whole.Parts = append([]Left{}, p.Left...), append([]Part{}, p.Parts...)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(&whole); err != nil {
		return fmt.Errorf("encode the plan: %w", err)
	}
	return nil
}

// WriteText writes a plan for a screen: keys, calls, time, cost, what is left, what is skipped and why, and whether the
// limits hold all of it.
func (p *Plan) WriteText(w io.Writer, limits budget.Limits) error {
	var s strings.Builder
	fmt.Fprintf(&s, "%s on AWS in %s and %s, %s, %d at a time, with %.4g %% of the request quotas. Nothing was sent to AWS.\n\n",
		page.Plural(p.Scenarios, "scenario"), p.Regions["primary"], p.Regions["replica"], p.who(), p.Workers, p.Share*100)
	p.writeKeys(&s)
	p.writeCalls(&s)
	p.writeTime(&s)
	p.writeCost(&s)
	p.writeLeft(&s)
	p.writeSkipped(&s)
	p.writeLimits(&s, limits)
	_, err := io.WriteString(w, s.String())
	return err
}

func (p *Plan) who() string {
	if len(p.Accounts) > 1 {
		return "in two accounts"
	}
	return "in one account"
}

// column is a place of keys and calls: an account in a Region.
type column struct{ account, region string }

// columns are the places that a plan has to do with, as tables show them.
func (p *Plan) columns() []column {
	var all []column
	add := func(account, region string) {
		if c := (column{account, region}); !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	for _, k := range p.Keys {
		add(k.Account, k.Region)
	}
	for i := range p.Calls {
		add(p.Calls[i].Account, p.Calls[i].Region)
	}
	slices.SortFunc(all, func(a, b column) int {
		return p.comparePlaces(a.account, a.region, b.account, b.region)
	})
	return all
}

// head is a column's title. The account is named where there are two.
func (p *Plan) head(c column) string {
	if len(p.Accounts) > 1 && c.account != primary {
		return c.region + " (" + c.account + ")"
	}
	return c.region
}

// headed begins a table whose columns are places.
func (p *Plan) headed(what string, places []column) table.Row {
	header := table.Row{what}
	for _, c := range places {
		header = append(header, p.head(c))
	}
	return header
}

// behindFirst are the numbers of all columns but the first.
func behindFirst(header table.Row) []int {
	var numbers []int
	for n := 2; n <= len(header); n++ {
		numbers = append(numbers, n)
	}
	return numbers
}

func (p *Plan) writeKeys(s *strings.Builder) {
	places := p.columns()
	header := p.headed("keys", places)
	t := page.Columns(behindFirst(header)...)
	t.AppendHeader(header)
	row := func(name string, of func(KeyCount) bool) {
		cells, any := table.Row{name}, false
		for _, c := range places {
			n := 0
			for _, k := range p.Keys {
				if k.Account == c.account && k.Region == c.region && of(k) {
					n += k.Keys
				}
			}
			cells, any = append(cells, orEmpty(n)), any || n > 0
		}
		if any {
			t.AppendRow(cells)
		}
	}
	for _, kind := range budget.Kinds() {
		row(string(kind), func(k KeyCount) bool { return k.Kind == kind })
	}
	row("all", func(KeyCount) bool { return true })
	s.WriteString(page.Lines(t) + "\n")
}

func (p *Plan) writeCalls(s *strings.Builder) {
	places := p.columns()
	header := append(p.headed("calls", places), "quota a second", "pace a second", "takes")
	t := page.Columns(behindFirst(header)...)
	t.AppendHeader(header)
	var order []string // p.Calls begins with those that take longest
	for i := range p.Calls {
		if name := p.Calls[i].Operation; !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	for _, name := range order {
		cells, limit := table.Row{orNone(page.Plain(name))}, (*Quota)(nil)
		for _, c := range places {
			n := 0
			for i := range p.Calls {
				calls := &p.Calls[i]
				if calls.Operation != name || calls.Account != c.account || calls.Region != c.region {
					continue
				}
				n += calls.Calls
				if limit == nil || calls.Quota != nil && calls.Quota.Seconds > limit.Seconds {
					limit = calls.Quota
				}
			}
			cells = append(cells, orEmpty(n))
		}
		switch {
		case limit == nil:
			cells = append(cells, "none known", "", "")
		case limit.Quota != name:
			cells = append(cells, number(limit.PerSecond)+" shared", number(limit.Pace), brief(limit.Seconds))
		default:
			cells = append(cells, number(limit.PerSecond), number(limit.Pace), brief(limit.Seconds))
		}
		t.AppendRow(cells)
	}
	s.WriteString(page.Lines(t) + "\n")
}

func (p *Plan) writeTime(s *strings.Builder) {
	if p.Scarce == nil {
		fmt.Fprintf(s, "time    about %s; no quota limits it\n", brief(p.ExpectedSeconds))
		return
	}
	fmt.Fprintf(s, "time    about %s; no less than %s, which is what %s in %s takes at %s a second\n",
		brief(p.ExpectedSeconds), brief(p.BoundSeconds), p.Scarce.Quota, p.Scarce.Region, number(p.Scarce.Pace))
	fmt.Fprintf(s, "        quotas: %s, %s\n", quota.Source, quota.AsOf)
}

func (p *Plan) writeCost(s *strings.Builder) {
	fmt.Fprintf(s, "cost    %s at most: %s for an hour of each key, %s for rotated materials, %s for requests,\n",
		budget.USD(p.Cost.Total()), budget.USD(p.Cost.Keys), budget.USD(p.Cost.Materials), budget.USD(p.Cost.Requests))
	fmt.Fprintf(s, "        of which the first %d of a month are free where nobody used them; taxes are not in it\n", budget.FreeRequests)
	fmt.Fprintf(s, "        prices: %s, %s\n", budget.PriceSource, budget.PricesAsOf)
	if p.Cost.Materials > 0 {
		fmt.Fprintf(s, "        rotations: %s\n", budget.RotationSource)
	}
}

func (p *Plan) writeLeft(s *strings.Builder) {
	for i, l := range p.Left {
		label := "left"
		if i > 0 {
			label = ""
		}
		where := p.head(column{l.Account, l.Region})
		fmt.Fprintf(s, "%-6s  %s in %s, pending deletion for %d days, free of charge", label, page.Plural(l.Keys, "key"), where, waitingDays)
		if l.Days > waitingDays {
			fmt.Fprintf(s, "; multi-Region primaries wait for their replicas first, and so for %d", l.Days)
		}
		s.WriteByte('\n')
	}
	if len(p.Left) == 0 {
		s.WriteString("left    nothing\n")
	}
}

func (p *Plan) writeSkipped(s *strings.Builder) {
	if len(p.Accounts) < 2 {
		s.WriteString("\nWithout a second account, scenarios about two accounts are skipped: add --profile-second or --assume-second.\n")
	}
	if len(p.Skipped) == 0 {
		return
	}
	n := 0
	for _, skip := range p.Skipped {
		n += len(skip.Scenarios)
	}
	fmt.Fprintf(s, "\n%s will be skipped:\n", page.Plural(n, "scenario"))
	for _, skip := range p.Skipped {
		fmt.Fprintf(s, "%5d  %s\n", len(skip.Scenarios), page.Plain(skip.Reason))
	}
}

// writeLimits says which limits end the run before its plan.
func (p *Plan) writeLimits(s *strings.Builder, l budget.Limits) {
	if l.None() {
		return
	}
	var short []string
	if made := p.KeysMade(); l.Keys > 0 && l.Keys < made {
		short = append(short, fmt.Sprintf("--max-keys %d is less than the %d keys that it makes", l.Keys, made))
	}
	if cost := p.Cost.Total(); l.USD > 0 && l.USD < cost {
		short = append(short, fmt.Sprintf("--max-cost %.4g is less than the %s that it may cost", l.USD, budget.USD(cost)))
	}
	if l.Duration > 0 && l.Duration.Seconds() < p.ExpectedSeconds {
		short = append(short, fmt.Sprintf("--max-duration %s is less than the %s that it takes", brief(l.Duration.Seconds()), brief(p.ExpectedSeconds)))
	}
	if len(short) == 0 {
		s.WriteString("\nAll of it is within the limits.\n")
		return
	}
	fmt.Fprintf(s, "\nThe run would be stopped before its end: %s.\n", strings.Join(short, "; "))
}

func orEmpty(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func orNone(operation string) string {
	if operation == "" {
		return "(no operation)"
	}
	return operation
}

func number(n float64) string { return strconv.FormatFloat(n, 'g', 6, 64) }

// brief is a number of seconds in as much detail as a plan has.
func brief(s float64) string {
	d := seconds(s)
	switch {
	case d == 0:
		return "0s"
	case d < time.Second:
		return "<1s"
	default:
		return budget.Brief(d)
	}
}
