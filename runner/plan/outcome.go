package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/aws/budget"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/report"
)

// Outcome compares a plan with what came of it, for the report: what the run used, by its own callers, how many scenarios
// it started, how long it took, and what stopped it.
func (p *Plan) Outcome(used *budget.Tally, callers map[string]target.Caller, started int, took time.Duration, stopped *budget.Stop) *report.Plan {
	out := &report.Plan{
		Scenarios: report.Figures{Planned: float64(p.Scenarios), Actual: float64(started)},
		Seconds:   report.Figures{Planned: p.ExpectedSeconds, Actual: took.Seconds()}, BoundSeconds: p.BoundSeconds,
		USD: report.Figures{Planned: p.Cost.Total(), Actual: used.Cost().Total()},
	}
	if p.Scarce != nil {
		out.Scarce = p.Scarce.Quota
	}
	if stopped != nil {
		out.Stopped = stopped.String()
	}
	labels := Labels(callers)
	keys, calls := map[budget.Lot]report.Figures{}, map[budget.Lane]report.Figures{}
	for _, k := range p.Keys {
		keys[budget.Lot{Kind: k.Kind, Account: k.Account, Region: k.Region}] = report.Figures{Planned: float64(k.Keys)}
	}
	for lot, n := range used.Keys {
		lot.Account = labels[lot.Account]
		f := keys[lot]
		f.Actual += float64(n)
		keys[lot] = f
	}
	for i := range p.Calls {
		c := &p.Calls[i]
		calls[budget.Lane{Account: c.Account, Region: c.Region, Operation: c.Operation}] = report.Figures{Planned: float64(c.Calls)}
	}
	for lane, n := range used.Calls {
		lane.Account = labels[lane.Account]
		f := calls[lane]
		f.Actual += float64(n)
		calls[lane] = f
	}
	for lot, f := range keys {
		out.Keys = append(out.Keys, report.PlannedKeys{Kind: string(lot.Kind), Account: lot.Account, Region: lot.Region, Figures: f})
	}
	for lane, f := range calls {
		out.Calls = append(out.Calls, report.PlannedCalls{Operation: lane.Operation, Account: lane.Account, Region: lane.Region, Figures: f})
	}
	slices.SortFunc(out.Keys, func(a, b report.PlannedKeys) int {
		return cmp.Or(p.comparePlaces(a.Account, a.Region, b.Account, b.Region), strings.Compare(a.Region, b.Region),
			cmp.Compare(slices.Index(budget.Kinds(), budget.Kind(a.Kind)), slices.Index(budget.Kinds(), budget.Kind(b.Kind))))
	})
	slices.SortFunc(out.Calls, func(a, b report.PlannedCalls) int {
		return cmp.Or(p.comparePlaces(a.Account, a.Region, b.Account, b.Region), strings.Compare(a.Region, b.Region),
			strings.Compare(a.Operation, b.Operation))
	})
	return out
}
