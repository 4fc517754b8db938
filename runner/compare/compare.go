// Package compare puts the reports of several runs beside each other: which requirements tell targets apart, how they
// answer what nobody knows of AWS, and what changed between two runs of one target.
package compare

import (
	"errors"
	"fmt"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/report"
)

// SchemaVersion is the version of the comparison as JSON: MAJOR.MINOR. A minor version only adds members.
const SchemaVersion = "1.0"

// Input is a report to compare.
type Input struct {
	// Name is what people call the target; empty: what the report calls it. Two reports of one name are two runs of one
	// target.
	Name   string
	Path   string // where it was read; for messages
	Report *report.Report
}

// Options say how to compare. The zero value compares with the embedded contract absent: ids without statements.
type Options struct {
	// Contract supplies statements, profiles and what questions ask; may be nil.
	Contract *features.Contract
	// Diff takes exactly two reports for two runs of one target, whatever they are called.
	Diff bool
}

// Comparison is several runs beside each other. Every list of cells has one for each run, in the order of Runs.
type Comparison struct {
	SchemaVersion string          `json:"schemaVersion"`
	Runs          []Run           `json:"runs"`
	Notes         []string        `json:"notes"` // what makes the runs hard to compare, a sentence each
	Profiles      []Profile       `json:"profiles"`
	Requirements  []Requirement   `json:"requirements"`
	Questions     []Question      `json:"questions"` // those that the targets answer differently first
	Differences   []Differences   `json:"differences"`
	statements    map[string]rule // by id
}

// rule is what the contract says of a requirement.
type rule struct {
	statement string
	profile   features.Profile
}

// Run is one report, and a column of every table.
type Run struct {
	Name        string         `json:"name"` // no two are equal
	Target      string         `json:"target"`
	Kind        string         `json:"kind"`
	Endpoint    string         `json:"endpoint"`
	Tool        report.Tool    `json:"tool"`
	Started     time.Time      `json:"started"`
	Interrupted bool           `json:"interrupted"`
	Verdict     report.Verdict `json:"verdict"` // on all that ran
	Scenarios   int            `json:"scenarios"`
	Passed      int            `json:"passed"`
	Failed      int            `json:"failed"`
	Blocked     int            `json:"blocked"`
}

// Profile is a profile's verdicts.
type Profile struct {
	Name  features.Profile `json:"name"`
	Cells []ProfileCell    `json:"cells"`
}

// ProfileCell is what one run says of a profile. Its Verdict is empty when nothing of it ran.
type ProfileCell struct {
	Verdict    report.Verdict `json:"verdict"`
	Passed     int            `json:"passed"`
	Answered   int            `json:"answered"`
	Failed     int            `json:"failed"`
	Scenarios  int            `json:"scenarios"` // that ran
	InContract int            `json:"inContract"`
}

// Of compares reports. Its errors say what is missing for a comparison.
func Of(inputs []Input, o Options) (*Comparison, error) {
	switch {
	case len(inputs) == 0:
		return nil, errors.New("there is no report to compare; give two report.json or more")
	case len(inputs) == 1:
		return nil, errors.New("one report alone cannot be compared; give another target's, or an earlier one of the same target")
	case o.Diff && len(inputs) != 2:
		return nil, fmt.Errorf("the difference is between two runs, and %d reports are given; give the earlier one and the later one", len(inputs))
	}
	for i := range inputs {
		for j := range i {
			if inputs[i].Report == inputs[j].Report || inputs[i].Path != "" && inputs[i].Path == inputs[j].Path {
				return nil, fmt.Errorf("%s is given twice; give it once", inputs[i].Path)
			}
		}
	}
	c := &Comparison{SchemaVersion: SchemaVersion, Notes: []string{}, Differences: []Differences{}, statements: rules(o.Contract)}
	names := naming(inputs)
	for i := range inputs {
		c.Runs = append(c.Runs, newRun(names[i], inputs[i].Report))
	}
	c.profiles(inputs)
	c.requirements(inputs)
	c.questions(inputs, report.Asks(o.Contract))
	c.note(inputs)
	c.differences(inputs, o.Diff)
	return c, nil
}

func rules(contract *features.Contract) map[string]rule {
	all := map[string]rule{}
	if contract == nil {
		return all
	}
	for i := range contract.Requirements {
		r := &contract.Requirements[i]
		all[r.ID] = rule{statement: r.Statement, profile: r.Profile}
	}
	return all
}

// called is what people call an input's target.
func called(in Input) string {
	if in.Name != "" {
		return in.Name
	}
	if name := page.Plain(in.Report.Target.Name); name != "" {
		return name
	}
	return "a target without a name"
}

// naming returns a name for each run. Runs of one target are told apart by when they started and, where that does not,
// by their place.
func naming(inputs []Input) []string {
	names := make([]string, len(inputs))
	for i := range inputs {
		names[i] = called(inputs[i])
	}
	names = tellApart(names, func(i int) string { return inputs[i].Report.Started.UTC().Format("2006-01-02 15:04:05") })
	return tellApart(names, func(i int) string { return fmt.Sprintf("#%d", i+1) })
}

// tellApart adds to every name that is there more than once what tells its bearers apart.
func tellApart(names []string, by func(i int) string) []string {
	times := map[string]int{}
	for _, name := range names {
		times[name]++
	}
	out := make([]string, len(names))
	for i, name := range names {
		if out[i] = name; times[name] > 1 {
			out[i] = name + " " + by(i)
		}
	}
	return out
}

func newRun(name string, r *report.Report) Run {
	all := report.Tally(r.Scenarios)
	return Run{
		Name: name, Target: r.Target.Name, Kind: string(r.Target.Kind), Endpoint: r.Target.Endpoint, Tool: r.Tool, Started: r.Started.UTC(),
		Interrupted: r.Interrupted, Verdict: r.Overall(), Scenarios: len(r.Scenarios), Passed: all.Passed, Failed: all.Failed, Blocked: all.Blocked,
	}
}

func (c *Comparison) profiles(inputs []Input) {
	together := &report.Report{Profiles: map[features.Profile]report.Profile{}}
	for i := range inputs {
		for name := range inputs[i].Report.Profiles {
			together.Profiles[name] = report.Profile{}
		}
	}
	c.Profiles = []Profile{}
	for _, name := range together.ProfileOrder() {
		p := Profile{Name: name}
		for i := range inputs {
			found := inputs[i].Report.Profiles[name]
			p.Cells = append(p.Cells, ProfileCell{
				Verdict: found.Verdict, Passed: found.Passed, Answered: found.Answered, Failed: found.Failed, Scenarios: found.Total(), InContract: found.InContract,
			})
		}
		c.Profiles = append(c.Profiles, p)
	}
}

// note says what makes the runs hard to compare.
func (c *Comparison) note(inputs []Input) {
	first := inputs[0].Report
	for i := 1; i < len(inputs); i++ {
		r := inputs[i].Report
		if r.Tool.Version != first.Tool.Version || r.Tool.Commit != first.Tool.Commit {
			c.Notes = append(c.Notes, fmt.Sprintf("%s was run by %s, and %s by %s: their contracts may differ.",
				c.Runs[0].Name, version(first.Tool), c.Runs[i].Name, version(r.Tool)))
		}
	}
	if n := c.unlike(func(r *Requirement) bool { return r.someAbsent() }); n > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("The contracts of the runs differ: %s only in some of them. Run all of them with one version.",
			isOrAre(n, "requirement")))
	}
	if n := c.unlike(func(r *Requirement) bool { return r.evidenceDiffers }); n > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("The evidence of %s differs between the runs; the latest run's is shown.", page.Plural(n, "requirement")))
	}
	for i := range inputs {
		r := inputs[i].Report
		if r.Interrupted {
			c.Notes = append(c.Notes, fmt.Sprintf("%s was interrupted: what it lacks did not run.", c.Runs[i].Name))
		}
		if missing := notRun(r); missing > 0 && !r.Interrupted {
			c.Notes = append(c.Notes, fmt.Sprintf("%s ran its profiles in part: %s of them did not run.", c.Runs[i].Name, page.Plural(missing, "scenario")))
		}
	}
}

func version(t report.Tool) string {
	text := page.Plain(t.Name + " " + t.Version)
	if t.Commit != "" {
		text += " (" + page.Plain(t.Commit) + ")"
	}
	return text
}

func isOrAre(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return fmt.Sprintf("%d %ss are", n, what)
}

// unlike counts requirements.
func (c *Comparison) unlike(is func(*Requirement) bool) int {
	n := 0
	for i := range c.Requirements {
		if is(&c.Requirements[i]) {
			n++
		}
	}
	return n
}

// notRun is how many scenarios of the profiles that a report has did not run.
func notRun(r *report.Report) int {
	n := 0
	for _, p := range r.Profiles {
		n += max(p.InContract-p.Total(), 0)
	}
	return n
}
