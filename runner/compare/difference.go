package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/report"
)

// Change is what happened to a scenario between two runs.
type Change string

// The changes, in the order of every list.
const (
	Broken   Change = "broken"  // held, or was answered, and now diverges
	Changed  Change = "changed" // diverges as before, but in another way
	Fixed    Change = "fixed"   // diverged, and now holds
	Reworded Change = "answer"  // a probe that answers differently now
	Moved    Change = "moved"   // to or from what judges nothing: unsupported, skipped, error
	New      Change = "new"     // did not run before
	Gone     Change = "gone"    // does not run any more
)

// Changes returns all changes in the order of every list.
func Changes() []Change { return []Change{Broken, Changed, Fixed, Reworded, Moved, New, Gone} }

// Differences are between two runs of one target.
type Differences struct {
	Target string       `json:"target"`
	Before string       `json:"before"` // the name of a run
	After  string       `json:"after"`
	Same   int          `json:"same"` // scenarios that came to the same in the same way
	List   []Difference `json:"list"`
}

// Difference is a scenario that came to something else.
type Difference struct {
	Change   Change        `json:"change"`
	Scenario string        `json:"scenario"`
	Title    string        `json:"title"`
	Profile  string        `json:"profile"`
	Gates    bool          `json:"gates"`  // it diverges now, and that is neither advisory nor known
	Before   report.Status `json:"before"` // empty for new ones
	After    report.Status `json:"after"`  // empty for those that are gone
	// Was and Is are what the target did: of a divergence what came, of a probe its answer, else the reason.
	Was string `json:"was"`
	Is  string `json:"is"`
	// Expected is what should have come, where it diverges now; Again is the command that shows it.
	Expected string `json:"expected"`
	Again    string `json:"again"`
}

// Count returns how many scenarios changed in one way.
func (d *Differences) Count(change Change) int {
	n := 0
	for i := range d.List {
		if d.List[i].Change == change {
			n++
		}
	}
	return n
}

// Says is the counts of the changes in words.
func (d *Differences) Says() string {
	var parts []string
	for _, change := range Changes() {
		if n := d.Count(change); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, changeWords[change]))
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("nothing changed in %s", page.Plural(d.Same, "scenario"))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d the same", d.Same)), ", ")
}

var changeWords = map[Change]string{
	Broken: "broken", Changed: "changed shape", Fixed: "fixed", Reworded: "answered differently", Moved: "moved", New: "new", Gone: "gone",
}

// differences compares runs of one target, each with the one before it.
func (c *Comparison) differences(inputs []Input, forced bool) {
	runs := map[string][]int{}
	var order []string
	for i := range inputs {
		key := called(inputs[i])
		if forced {
			key = ""
		}
		if runs[key] == nil {
			order = append(order, key)
		}
		runs[key] = append(runs[key], i)
	}
	for _, key := range order {
		of := runs[key]
		if !forced { // who says what is compared also says in which order
			slices.SortStableFunc(of, func(a, b int) int { return inputs[a].Report.Started.Compare(inputs[b].Report.Started) })
		}
		for i := 1; i < len(of); i++ {
			before, after := of[i-1], of[i]
			d := Differences{Target: called(inputs[after]), Before: c.Runs[before].Name, After: c.Runs[after].Name, List: []Difference{}}
			d.between(inputs[before].Report, inputs[after].Report)
			c.Differences = append(c.Differences, d)
		}
	}
}

func (d *Differences) between(before, after *report.Report) {
	was, is := byID(before), byID(after)
	oldAnswers, newAnswers := answersOf(before), answersOf(after)
	for i := range after.Scenarios {
		now := &after.Scenarios[i]
		then := was[now.ID]
		change := changeOf(then, now, oldAnswers[now.ID], newAnswers[now.ID])
		if change == "" {
			d.Same++
			continue
		}
		one := Difference{
			Change: change, Scenario: now.ID, Title: report.Title(now), Profile: string(now.Profile),
			Gates: now.Diverged() && !now.Advisory && !now.Known, After: now.Status, Is: outcome(now, newAnswers[now.ID]),
		}
		if then != nil {
			one.Before, one.Was = then.Status, outcome(then, oldAnswers[now.ID])
		}
		if now.Diverged() {
			one.Again = page.Plain(now.Again)
			if now.Divergence != nil {
				one.Expected = report.Short(now.Divergence.Expected)
			}
		}
		d.List = append(d.List, one)
	}
	for i := range before.Scenarios {
		then := &before.Scenarios[i]
		if is[then.ID] == nil {
			d.List = append(d.List, Difference{
				Change: Gone, Scenario: then.ID, Title: report.Title(then), Profile: string(then.Profile), Before: then.Status,
				Was: outcome(then, oldAnswers[then.ID]),
			})
		}
	}
	order := Changes()
	slices.SortStableFunc(d.List, func(a, b Difference) int {
		return cmp.Compare(slices.Index(order, a.Change), slices.Index(order, b.Change))
	})
}

// changeOf is empty for a scenario that came to the same in the same way.
func changeOf(then, now *report.Scenario, oldAnswer, newAnswer string) Change {
	switch {
	case then == nil:
		return New
	case judged(then) && !then.Diverged() && now.Diverged():
		return Broken
	case then.Diverged() && now.Diverged():
		if then.Status != now.Status || fingerprint(then) != fingerprint(now) {
			return Changed
		}
		return ""
	case then.Diverged() && judged(now):
		return Fixed
	case then.Status != now.Status && (judged(then) != judged(now) || !judged(now)):
		return Moved
	case oldAnswer != newAnswer:
		return Reworded
	default:
		return ""
	}
}

// judged reports whether something was learnt of the target.
func judged(s *report.Scenario) bool {
	return s.Diverged() || s.Status == report.Passed || s.Status == report.Answered
}

func fingerprint(s *report.Scenario) string {
	if s.Divergence == nil {
		return ""
	}
	return s.Divergence.Fingerprint
}

// answersOf joins the answers of each scenario.
func answersOf(r *report.Report) map[string]string {
	all := map[string]string{}
	for _, a := range r.Answers {
		text := a.Question + " " + page.Plain(a.Answer)
		if before := all[a.Scenario]; before != "" {
			text = before + "; " + text
		}
		all[a.Scenario] = text
	}
	return all
}

// outcome is what a target did, in a line.
func outcome(s *report.Scenario, answer string) string {
	switch {
	case s.Diverged() && s.Divergence != nil:
		return report.Short(s.Divergence.Actual)
	case answer != "":
		return answer
	default:
		return report.Short(s.Reason)
	}
}
