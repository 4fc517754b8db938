package baseline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kmsconform/kmsconform/runner/report"
)

// StaleError says what in a baseline holds no longer.
type StaleError struct {
	Path     string
	Findings []Finding // in the order of the file
}

// Finding is one thing that holds no longer, and what to do about it.
type Finding struct {
	Line     int
	Scenario string
	Problem  string // what is wrong
	Advice   string // the edit to make
}

// Error lists the findings, each with its place and, on a line of its own, the edit to make.
func (e *StaleError) Error() string {
	var all []string
	for _, f := range e.Findings {
		all = append(all, fmt.Sprintf("baseline %s:%d: scenario %q %s.\n  %s", e.Path, f.Line, f.Scenario, f.Problem, f.Advice))
	}
	return strings.Join(all, "\n")
}

// Check compares a baseline with a run and the ids of all scenarios of the contract. A listed scenario must still diverge
// in the same way, unless this run did not come to it, could not run it or lacked what it needs. The error is a
// *StaleError.
func (b *Baseline) Check(r *report.Report, ids []string) error {
	if b == nil {
		return nil
	}
	ran := make(map[string]*report.Scenario, len(r.Scenarios))
	for i := range r.Scenarios {
		ran[r.Scenarios[i].ID] = &r.Scenarios[i]
	}
	stale := &StaleError{Path: b.Path}
	for i := range b.Entries {
		e := &b.Entries[i]
		if s := ran[e.Scenario]; s != nil {
			stale.Findings = append(stale.Findings, b.compare(e, s)...)
			continue
		}
		if !slices.Contains(ids, e.Scenario) {
			advice := fmt.Sprintf("Remove the entry (%s), or fix its name.", e.lines())
			if near := nearest(e.Scenario, ids); near != "" {
				advice = fmt.Sprintf("Did you mean %q? %s", near, advice)
			}
			stale.add(e, "matches nothing", advice)
		}
	}
	if len(stale.Findings) == 0 {
		return nil
	}
	return stale
}

func (e *StaleError) add(entry *Entry, problem, advice string) {
	e.Findings = append(e.Findings, Finding{Line: entry.Line, Scenario: entry.Scenario, Problem: problem, Advice: advice})
}

// compare says what an entry and what its scenario came to have against each other.
func (b *Baseline) compare(e *Entry, s *report.Scenario) []Finding {
	found := StaleError{}
	switch {
	case s.Status == report.Passed || s.Status == report.Answered:
		found.add(e, "passes now", fmt.Sprintf("Remove the entry (%s).", e.lines()))
	case s.Status == report.Unsupported:
		found.add(e, "is unsupported now: "+s.Reason, fmt.Sprintf("Remove the entry (%s); what is unsupported needs none.", e.lines()))
	case !diverges(s): // skipped, or in error: this run does not know
	default:
		if !e.same(s) {
			problem, advice := e.change(s)
			found.add(e, problem, advice)
		}
		if b.expired(e) {
			found.add(e, "is listed until "+e.Expires.Format(dateLayout)+", which has passed", fmt.Sprintf(
				"Look at the divergence again; then write a later date after expires:, or remove the entry (%s).", e.lines()))
		}
	}
	return found.Findings
}

// change says how a scenario diverges in another way than listed, and what to write if that is known, too.
func (e *Entry) change(s *report.Scenario) (problem, advice string) {
	d := s.Divergence
	var was, is, write []string
	for _, member := range []struct{ name, was, is string }{
		{"status", string(e.Status), string(s.Status)},
		{"requirement", e.Requirement, d.Requirement},
		{"fingerprint", e.Fingerprint, d.Fingerprint},
	} {
		if member.was == member.is {
			continue
		}
		was, is = append(was, member.name+" "+orNothing(member.was)), append(is, member.name+" "+orNothing(member.is))
		value := member.is
		if value == "" {
			value = `""`
		}
		write = append(write, fmt.Sprintf("%q", member.name+": "+value))
	}
	problem = fmt.Sprintf("diverges in another way than listed: it was %s; it is %s (expected %s, got %s)",
		strings.Join(was, ", "), strings.Join(is, ", "), d.Expected, strings.TrimSuffix(d.Actual, "."))
	return problem, fmt.Sprintf("Look at it, and if this is to be known, too, write %s in %s.", strings.Join(write, " and "), e.lines())
}

func orNothing(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func (e *Entry) lines() string {
	if e.LastLine <= e.Line {
		return fmt.Sprintf("line %d", e.Line)
	}
	return fmt.Sprintf("lines %d to %d", e.Line, e.LastLine)
}

// nearest returns the id that shares the most pairs of letters with what was written, if they share more than half.
func nearest(written string, ids []string) string {
	best, most := "", 0.5
	for _, id := range ids {
		if share := similarity(written, id); share > most {
			best, most = id, share
		}
	}
	return best
}

// similarity is the share of pairs of neighbouring letters that two texts have in common (Dice's coefficient).
func similarity(a, b string) float64 {
	pairs := map[string]int{}
	for i := 0; i+2 <= len(a); i++ {
		pairs[a[i:i+2]]++
	}
	common := 0
	for i := 0; i+2 <= len(b); i++ {
		if pairs[b[i:i+2]] > 0 {
			pairs[b[i:i+2]]--
			common++
		}
	}
	if len(a)+len(b) < 4 {
		return 0
	}
	return 2 * float64(common) / float64(len(a)+len(b)-2)
}
