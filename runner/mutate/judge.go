package main

import (
	"fmt"
	"io"
	"path"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/kmsconform/kmsconform/runner/page"
)

// goal is how many percent of the mutants that the contract executes it has to kill.
const goal = 90

// figures count the verdicts of a package.
type figures map[verdict]int

func (f figures) all() (n int) {
	for _, count := range f {
		n += count
	}
	return n
}

// killed is the share of the covered mutants that were noticed, in percent.
func (f figures) killed() float64 {
	noticed := f[killed] + f[timedOut]
	if tried := noticed + f[survived]; tried > 0 {
		return 100 * float64(noticed) / float64(tried)
	}
	return 0
}

// judgement is what a run says about the contract.
type judgement struct {
	packages    []string
	figures     map[string]figures // by package; the sum is that of ""
	unexplained []*trial
	explained   int
	stale       []string // with what to do about each
	whole       bool     // every mutant was tried
}

// judge compares the trials with the list of explained survivors. Of a part of the mutants, only entries about that part can
// be stale.
func judge(trials []trial, list []explained, part bool) *judgement {
	j := &judgement{figures: map[string]figures{"": {}}, whole: !part}
	byKey := map[string]*explained{}
	for i := range list {
		byKey[list[i].key()] = &list[i]
	}
	met := map[string]*trial{}
	for i := range trials {
		t := &trials[i]
		p := path.Dir(t.File)
		if j.figures[p] == nil {
			j.figures[p] = figures{}
			j.packages = append(j.packages, p)
		}
		j.figures[p][t.Verdict]++
		j.figures[""][t.Verdict]++
		met[t.key()] = t
		switch {
		case t.Verdict == notTried:
			j.whole = false
		case t.Verdict == survived && byKey[t.key()] == nil:
			j.unexplained = append(j.unexplained, t)
		case t.Verdict == survived:
			j.explained++
		}
	}
	for i := range list {
		e := &list[i]
		remove := fmt.Sprintf("remove lines %d to %d", e.first, e.last)
		switch t := met[e.key()]; {
		case t == nil && j.whole:
			j.stale = append(j.stale, fmt.Sprintf("%s: no mutant is %q in %q; %s, or correct the line's text", e.place(), e.Change, e.Line, remove))
		case t != nil && t.Verdict != survived && t.Verdict != notTried:
			came := string(t.Verdict)
			if t.Scenario != "" {
				came += " by " + t.Scenario
			}
			j.stale = append(j.stale, fmt.Sprintf("%s: %s %s is %s now; %s", e.place(), t.place(), t.Change, came, remove))
		}
	}
	return j
}

// failed reports whether something is to be done.
func (j *judgement) failed() bool {
	return len(j.unexplained) > 0 || len(j.stale) > 0 || j.short() || j.figures[""][notTried] > 0
}

// short reports whether the whole set was tried and too few were killed.
func (j *judgement) short() bool { return j.whole && j.figures[""].killed() <= goal }

// write prints the table, the survivors that nobody has explained, and what is stale.
func (j *judgement) write(w io.Writer) error {
	t := page.Columns(2, 3, 4, 5, 6, 7, 8, 9)
	t.AppendHeader(table.Row{"package", "mutants", "killed", "timed out", "survived", "not covered", "not viable", "not tried", "killed of covered"})
	row := func(name string, f figures) {
		t.AppendRow(table.Row{
			name, f.all(), f[killed], f[timedOut], f[survived], f[notCovered], f[notViable], f[notTried], fmt.Sprintf("%.1f %%", f.killed()),
		})
	}
	for _, p := range j.packages {
		row(p, j.figures[p])
	}
	if len(j.packages) > 1 {
		row("both", j.figures[""])
	}
	if _, err := fmt.Fprint(w, page.Lines(t)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "\n%s explained in %s, %d not.\n", page.Plural(j.explained, "survivor"), survivorsFile, len(j.unexplained)); err != nil {
		return err
	}
	for _, s := range j.unexplained {
		add, err := entry(&s.mutant)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "\n%s: nothing notices %s in\n    %s\n"+
			"  Write the scenario that does, delete the code, or add to %s with a reason:\n%s", s.place(), s.Change, s.Text, survivorsFile, add); err != nil {
			return err
		}
	}
	for _, s := range j.stale {
		if _, err := fmt.Fprintf(w, "\n%s\n", s); err != nil {
			return err
		}
	}
	if n := j.figures[""][notTried]; n > 0 {
		_, err := fmt.Fprintf(w, "\n%s not tried, because the time was over; -resume goes on.\n", page.Plural(n, "mutant"))
		return err
	}
	if j.short() {
		_, err := fmt.Fprintf(w, "\nThe contract kills %.1f %% of the covered mutants; it has to kill more than %d %%.\n", j.figures[""].killed(), goal)
		return err
	}
	return nil
}
