// Package plan says what a run on AWS is going to do, before it does anything: which keys it makes, how often it calls
// which operation, how long that takes at the pace of the quotas, and what it costs. It finds out by rehearsing the run on
// the embedded reference KMS, whose time costs nothing.
package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/aws/budget"
	"github.com/kmsconform/kmsconform/fixtures/aws/quota"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/report"
)

// The callers that own the accounts, as the features name them. Plans name the accounts after them.
const (
	primary = "primary"
	second  = "second-account"
)

// Options say what is planned.
type Options struct {
	Contract  *features.Contract
	Scenarios []features.Scenario // of the contract: those that are to run
	// Regions are the codes by the features' names; Callers are those that there are, besides primary.
	Regions map[string]string
	Callers []string
	// Consistency and Patience are those of the run.
	Consistency target.Consistency
	Patience    target.Patience
	Share       float64 // of every quota that the run uses
	Workers     int     // scenarios at a time; zero: as many as keep the scarcest quota busy, see quota.Workers
	Version     string  // of kmsconform
}

// Plan is what a run is going to do.
type Plan struct {
	SchemaVersion string `json:"schemaVersion"`

	Regions   map[string]string `json:"regions"` // codes, by the features' names
	Accounts  []string          `json:"accounts"`
	Share     float64           `json:"quotaShare"`
	Workers   int               `json:"workers"`
	Scenarios int               `json:"scenarios"`
	// Skipped are the scenarios that a run on AWS begins and cannot play to their end, by the reason.
	Skipped []Skip     `json:"skipped,omitempty"`
	Keys    []KeyCount `json:"keys"`
	Calls   []Calls    `json:"calls"`
	// BoundSeconds is the shortest time that the quotas allow, and Scarce the quota that takes so long.
	BoundSeconds    float64     `json:"boundSeconds"`
	Scarce          *Quota      `json:"scarce,omitempty"`
	ExpectedSeconds float64     `json:"expectedSeconds"`
	Cost            budget.Cost `json:"cost"` // in US dollars, at most
	Left            []Left      `json:"left"`
	Parts           []Part      `json:"parts"` // one for each scenario, in the order of the contract
}

// Skip is why scenarios are not played to their end.
type Skip struct {
	Reason    string   `json:"reason"`
	Scenarios []string `json:"scenarios"` // ids
}

// KeyCount is how many keys of a sort a run makes.
type KeyCount struct {
	Kind    budget.Kind `json:"kind"`
	Account string      `json:"account"` // "primary" or "second-account": whose it is
	Region  string      `json:"region"`  // the code
	Keys    int         `json:"keys"`
}

// Calls is how often a run calls an operation.
type Calls struct {
	Account   string `json:"account"` // of the caller
	Region    string `json:"region"`
	Operation string `json:"operation"` // empty for requests that name none
	Calls     int    `json:"calls"`
	// Quota is what they count against; nil where no quota is documented.
	Quota *Quota `json:"quota,omitempty"`
}

// Quota is what limits calls.
type Quota struct {
	quota.Bucket
	Units     int     `json:"units"`     // what all calls that count against it take
	PerSecond float64 `json:"perSecond"` // what AWS grants by default
	Pace      float64 `json:"pace"`      // the share of it that the run uses
	Seconds   float64 `json:"seconds"`   // how long all of it takes at that pace
}

// Left is what a run leaves: keys that are pending deletion, which AWS does not charge for (DIKM-QUOTA-08).
type Left struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	Keys    int    `json:"keys"`
	Days    int    `json:"days"` // until the last of them is gone
}

// Part is what one scenario is going to do.
type Part struct {
	ID      string  `json:"id"`
	Skipped string  `json:"skipped,omitempty"` // why it is not played to its end
	Keys    int     `json:"keys"`
	Calls   int     `json:"calls"`
	USD     float64 `json:"usd"`
	// Seconds is how long it takes where no other scenario is under way, and no quota makes it wait.
	Seconds float64 `json:"seconds"`
	// Units are what it takes from each quota.
	Units quota.Calls `json:"-"`
}

// Make rehearses a run and counts. It takes seconds, and sends nothing anywhere. Errors are those of the rehearsal: it is
// the contract's fault, or this program's, where the reference KMS does not keep the contract.
func Make(ctx context.Context, o Options) (*Plan, error) {
	played, err := rehearse(ctx, &o, o.Scenarios)
	if err != nil {
		return nil, err
	}
	p := &Plan{SchemaVersion: SchemaVersion, Regions: o.Regions, Accounts: accounts(o.Callers), Share: o.Share, Scenarios: len(o.Scenarios)}
	all, units, buckets := budget.NewTally(), quota.Calls{}, map[budget.Lane]map[quota.Bucket]bool{}
	for i := range played {
		part, err := partOf(&o.Scenarios[i], &played[i])
		if err != nil {
			return nil, err
		}
		p.Parts = append(p.Parts, part)
		all.Merge(played[i].tally)
		for bucket, n := range part.Units {
			units[bucket] += n
		}
		for _, call := range played[i].calls {
			if buckets[call.lane] == nil {
				buckets[call.lane] = map[quota.Bucket]bool{}
			}
			if len(call.charges) > 0 {
				buckets[call.lane][call.charges[0].Bucket] = true
			}
		}
	}
	p.skipped()
	p.count(all, units, buckets)
	p.Cost = all.Cost()
	bound, scarce := units.Bound(o.Share)
	p.BoundSeconds = bound.Seconds()
	if bound > 0 {
		p.Scarce = p.quota(scarce, units)
	}
	if p.Workers = o.Workers; p.Workers == 0 {
		p.Workers = quota.Workers(p.Costs(), o.Share)
	}
	p.Workers = min(p.Workers, p.Scenarios)
	p.ExpectedSeconds = expected(played, p.Order(o.Scenarios), p.Workers, o.Share).Seconds()
	return p, nil
}

// Order returns the indices of scenarios in the order in which a run starts them, so that the scarcest quota has always
// somebody waiting for it; see quota.Order. It is that of a runner.Schedule.
func (p *Plan) Order(scenarios []features.Scenario) []int {
	ids := make([]string, len(scenarios))
	for i := range scenarios {
		ids[i] = scenarios[i].ID
	}
	return quota.Order(ids, p.Costs(), p.Share)
}

// Costs returns what each scenario takes, by its id.
func (p *Plan) Costs() map[string]quota.Cost {
	costs := make(map[string]quota.Cost, len(p.Parts))
	for _, part := range p.Parts {
		costs[part.ID] = quota.Cost{Duration: seconds(part.Seconds), Calls: part.Units}
	}
	return costs
}

func accounts(callers []string) []string {
	if slices.Contains(callers, second) {
		return []string{primary, second}
	}
	return []string{primary}
}

// Labels names accounts after the callers that own them: primary, and second-account for any other.
func Labels(callers map[string]target.Caller) map[string]string {
	labels := map[string]string{}
	for _, c := range callers {
		if c.Account != "" {
			labels[c.Account] = second
		}
	}
	if account := callers[primary].Account; account != "" {
		labels[account] = primary
	}
	return labels
}

func partOf(scenario *features.Scenario, r *rehearsed) (Part, error) {
	part := Part{
		ID: scenario.ID, Keys: r.tally.Made(), Calls: r.tally.Asked(), USD: r.tally.Cost().Total(),
		Seconds: r.took.Seconds(), Units: quota.Calls{},
	}
	for _, call := range r.calls {
		for _, charge := range call.charges {
			part.Units[charge.Bucket] += charge.Units
		}
	}
	switch r.status {
	case report.Skipped:
		part.Skipped = r.reason
	case report.Error:
		return Part{}, fmt.Errorf("rehearse %s: %s", scenario.ID, r.reason)
	default: // what it comes to is for the run to find out
	}
	return part, nil
}

func (p *Plan) skipped() {
	at := map[string]int{}
	for _, part := range p.Parts {
		if part.Skipped == "" {
			continue
		}
		key := report.Normalise(part.Skipped)
		n, known := at[key]
		if !known {
			n, at[key] = len(p.Skipped), len(p.Skipped)
			p.Skipped = append(p.Skipped, Skip{Reason: part.Skipped})
		}
		p.Skipped[n].Scenarios = append(p.Skipped[n].Scenarios, part.ID)
	}
	slices.SortStableFunc(p.Skipped, func(a, b Skip) int { return len(b.Scenarios) - len(a.Scenarios) })
}

// count fills in what is made, called and left. The buckets are those that the calls of a lane count against first; of
// several, which only cryptographic operations have, the one that takes longest is named.
func (p *Plan) count(all *budget.Tally, units quota.Calls, buckets map[budget.Lane]map[quota.Bucket]bool) {
	for lot, n := range all.Keys {
		p.Keys = append(p.Keys, KeyCount{Kind: lot.Kind, Account: lot.Account, Region: lot.Region, Keys: n})
	}
	slices.SortFunc(p.Keys, func(a, b KeyCount) int {
		return cmp.Or(p.comparePlaces(a.Account, a.Region, b.Account, b.Region),
			cmp.Compare(slices.Index(budget.Kinds(), a.Kind), slices.Index(budget.Kinds(), b.Kind)))
	})
	for lane, n := range all.Calls {
		calls := Calls{Account: lane.Account, Region: lane.Region, Operation: lane.Operation, Calls: n}
		for bucket := range buckets[lane] {
			q := p.quota(bucket, units)
			if calls.Quota == nil || q.Seconds > calls.seconds() || q.Seconds == calls.seconds() && bucket.String() < calls.Quota.String() {
				calls.Quota = q
			}
		}
		p.Calls = append(p.Calls, calls)
	}
	slices.SortFunc(p.Calls, func(a, b Calls) int {
		return cmp.Or(cmp.Compare(b.seconds(), a.seconds()), cmp.Compare(b.Calls, a.Calls), strings.Compare(a.Operation, b.Operation),
			p.comparePlaces(a.Account, a.Region, b.Account, b.Region))
	})
	p.left(all)
}

// comparePlaces compares two places: by their accounts, and the primary Region comes first.
func (p *Plan) comparePlaces(account, region, otherAccount, otherRegion string) int {
	if n := strings.Compare(account, otherAccount); n != 0 {
		return n
	}
	switch first := p.Regions[primary]; {
	case region == otherRegion:
		return 0
	case region == first:
		return -1
	case otherRegion == first:
		return 1
	default:
		return 0
	}
}

func (c *Calls) seconds() float64 {
	if c.Quota == nil {
		return 0
	}
	return c.Quota.Seconds
}

func (p *Plan) quota(b quota.Bucket, units quota.Calls) *Quota {
	granted, limited := quota.PerSecond(b.Quota)
	if !limited {
		return nil
	}
	q := &Quota{Bucket: b, Units: units[b], PerSecond: granted, Pace: granted * p.Share}
	q.Seconds = float64(q.Units) / q.Pace
	return q
}

// waitingDays is the shortest time that a key is pending deletion, and how long the suite's keys are.
const waitingDays = 7

// left fills in what a run leaves. The waiting period of a multi-Region primary begins when the last of its replicas is
// gone (DIKM-MRK-17), so where there are replicas it is two of them.
func (p *Plan) left(all *budget.Tally) {
	type place struct{ account, region string }
	keys := map[place]*Left{}
	replicas := false
	for lot, n := range all.Keys {
		at := place{lot.Account, lot.Region}
		if keys[at] == nil {
			keys[at] = &Left{Account: lot.Account, Region: lot.Region, Days: waitingDays}
		}
		keys[at].Keys += n
		replicas = replicas || lot.Kind == budget.Replica
	}
	for lot := range all.Keys {
		if replicas && lot.Kind == budget.Primary {
			keys[place{lot.Account, lot.Region}].Days = 2 * waitingDays
		}
	}
	for _, l := range keys {
		p.Left = append(p.Left, *l)
	}
	slices.SortFunc(p.Left, func(a, b Left) int {
		return p.comparePlaces(a.Account, a.Region, b.Account, b.Region)
	})
}

// KeysMade is how many keys the run makes.
func (p *Plan) KeysMade() int {
	n := 0
	for _, k := range p.Keys {
		n += k.Keys
	}
	return n
}

// CallsMade is how many calls the run makes.
func (p *Plan) CallsMade() int {
	n := 0
	for i := range p.Calls {
		n += p.Calls[i].Calls
	}
	return n
}

// Needs returns what each scenario needs, for a budget.
func (p *Plan) Needs() map[string]budget.Need {
	needs := make(map[string]budget.Need, len(p.Parts))
	for _, part := range p.Parts {
		need := budget.Need{
			Keys: part.Keys, USD: part.USD, Calls: part.Calls, Duration: seconds(part.Seconds), Busy: map[string]time.Duration{},
		}
		for b, units := range part.Units {
			if granted, limited := quota.PerSecond(b.Quota); limited {
				need.Busy[b.String()] = seconds(float64(units) / (granted * p.Share))
			}
		}
		needs[part.ID] = need
	}
	return needs
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
