package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/page"
)

// TheOperation is the one that the contract is about. What a target without it does says nothing about the contract.
const TheOperation = "DeleteImportedKeyMaterial"

// anUnimplemented finds the operation in the reason of an unsupported scenario, as steps.Unimplemented words it.
var anUnimplemented = regexp.MustCompile(`does not implement (\w+)`)

// Lacks returns how many scenarios are unsupported because the target does not implement an operation.
func (r *Report) Lacks(operation string) int {
	n := 0
	for i := range r.Scenarios {
		if s := &r.Scenarios[i]; s.Status == Unsupported && lacking(s) == operation {
			n++
		}
	}
	return n
}

func lacking(s *Scenario) string {
	if m := anUnimplemented.FindStringSubmatch(s.Reason); m != nil {
		return m[1]
	}
	return ""
}

// untried is a reason why scenarios did not run.
type untried struct {
	status Status
	text   string
	n      int
	in     map[features.Profile]int // of each profile, where the target lacks an operation
}

// reasons are why scenarios did not run, by status, the commonest first. How a target says that it does not implement an
// operation differs from call to call, and is one reason.
func reasons(r *Report, status Status) []*untried {
	var all []*untried
	at := map[string]*untried{}
	for i := range r.Scenarios {
		x := &r.Scenarios[i]
		if x.Status != status {
			continue
		}
		key := Normalise(x.Reason)
		operation := ""
		if status == Unsupported {
			operation = lacking(x)
			key = cmp.Or(operation, key)
		}
		u := at[key]
		if u == nil {
			u = &untried{status: status, text: orNone(abbreviate(x.Reason)), in: map[features.Profile]int{}}
			at[key], all = u, append(all, u)
		}
		u.n++
		if operation != "" {
			u.in[x.Profile]++
		}
	}
	slices.SortStableFunc(all, func(a, b *untried) int { return cmp.Compare(b.n, a.n) })
	return all
}

// where is how many scenarios of each profile a lack concerns; empty for another reason.
func (u *untried) where(r *Report) string {
	var parts []string
	for _, name := range profileOrder(r) {
		if u.in[name] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", name, u.in[name]))
		}
	}
	return page.Plain(strings.Join(parts, ", "))
}

// listReasons says what was not tried, a line for each reason, and of which profiles where the target lacks an operation.
func (p Printer) listReasons(s *strings.Builder, r *Report) {
	listed := false
	for _, status := range []Status{Error, Unsupported, Skipped} {
		all := reasons(r, status)
		for i, x := range all {
			if i == maxReasons {
				fmt.Fprintf(s, "%5s %-12s %d more reasons; the report has them all\n", "", status, len(all)-maxReasons)
				break
			}
			fmt.Fprintf(s, "%5d %-12s %s\n", x.n, status, clip(page.Plain(x.text), width-19))
			if where := x.where(r); where != "" {
				fmt.Fprintf(s, "%18s in %s\n", "", where)
			}
		}
		listed = listed || len(all) > 0
	}
	if listed {
		s.WriteByte('\n')
	}
}

// Unshown says, of a report in which nothing failed, why it is no conformance all the same; empty for any other report. A
// table without a red line is easily taken for success.
func (r *Report) Unshown() string {
	c := Tally(r.Scenarios)
	if r.Interrupted || r.Overall() != Partial || len(r.Scenarios) == 0 || c.Blocked+c.Error > 0 {
		return ""
	}
	var names []string
	for _, name := range profileOrder(r) {
		if r.Profiles[name].Verdict != Conformant {
			names = append(names, string(name))
		}
	}
	text := "Nothing failed, and that is no conformance: not everything ran, so nobody can claim " + strings.Join(names, ", ") + "."
	if n := r.Lacks(TheOperation); n > 0 {
		text = fmt.Sprintf("The target does not implement %s, which this contract is about, so %s say nothing. %s", TheOperation, page.Plural(n, "scenario"), text)
	}
	return text
}
