package teeth

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// SchemaVersion is the version of the format of teeth.json.
const SchemaVersion = "1.0"

// Matrix is which scenario notices which defect.
type Matrix struct {
	SchemaVersion   string      `json:"schemaVersion"`
	Tool            report.Tool `json:"tool"`
	Started         time.Time   `json:"started"`
	DurationSeconds float64     `json:"durationSeconds"`
	Plays           int         `json:"plays"`  // scenarios played with a defect
	Pruned          int         `json:"pruned"` // pairs that were not played: the defect changes nothing there, or names nothing that the scenario covers
	Quick           bool        `json:"quick"`  // each defect ended with its first kill
	Summary         Summary     `json:"summary"`
	Defects         []Defect    `json:"defects"`   // by name
	Scenarios       []Scenario  `json:"scenarios"` // in the order of the contract
	// Problems are what is wrong with the contract or the catalogue, a sentence each; none: the contract has its teeth.
	Problems []string `json:"problems"`
}

// Summary counts.
type Summary struct {
	Defects    int `json:"defects"`
	Killed     int `json:"killed"`
	Advisory   int `json:"advisory"` // killed, but only by differences that do not gate
	Survived   int `json:"survived"`
	Scenarios  int `json:"scenarios"` // that judge: without probes
	Toothless  int `json:"toothless"`
	Probes     int `json:"probes"`
	Assertions int `json:"assertions"`
}

// Verdict is what became of a defect.
type Verdict string

// The verdicts.
const (
	Killed       Verdict = "killed"   // a scenario failed that gates
	KilledMildly Verdict = "advisory" // only scenarios failed whose differences are advisory
	Misnamed     Verdict = "misnamed" // only scenarios failed that cover none of the requirements the defect names
	Survived     Verdict = "survived"
)

// Defect is a row of the matrix.
type Defect struct {
	Name         string   `json:"name"`
	Sentence     string   `json:"sentence"`
	Requirements []string `json:"requirements"`
	Verdict      Verdict  `json:"verdict"`
	Seconds      float64  `json:"seconds"` // of all its plays
	Played       int      `json:"played"`
	Kills        []Kill   `json:"kills"`
	Unnamed      []Kill   `json:"unnamed"` // failures of scenarios that cover none of the requirements it names
	Blocked      []string `json:"blocked"` // scenarios that could not be reached
	Errors       []string `json:"errors"`  // scenarios that the suite could not run
	Noticed      []string `json:"noticed"` // probes that recorded another answer
}

// Kill is a scenario that failed because of a defect.
type Kill struct {
	Scenario    string `json:"scenario"`
	Requirement string `json:"requirement"`
	Advisory    bool   `json:"advisory"`
	Expected    string `json:"expected"`
	Actual      string `json:"actual"`
}

// Scenario is a column of the matrix.
type Scenario struct {
	ID         string           `json:"id"`
	Feature    string           `json:"feature"`
	Profile    features.Profile `json:"profile"`
	Probe      bool             `json:"probe"`
	Assertions int              `json:"assertions"`
	Kills      int              `json:"kills"` // defects that it kills
	Toothless  bool             `json:"toothless"`
	Reason     string           `json:"reason,omitempty"` // why no defect need make it fail
}

// matrix judges what was played.
func (r *run) matrix(started time.Time) (*Matrix, error) {
	m := &Matrix{
		SchemaVersion: SchemaVersion, Tool: r.options.Tool, Started: started.UTC(), Quick: r.options.Quick, Plays: len(r.plays),
		Pruned: len(r.scenarios)*len(r.defects) - len(r.plays), Problems: []string{},
	}
	m.Defects, m.Scenarios = r.rows(), r.columns()
	for _, p := range r.plays {
		if p.came.Scenario == nil { // ended by a kill
			continue
		}
		r.enter(m, p)
	}
	// What no selected scenario is about, these scenarios need not notice.
	if len(r.scenarios) < len(r.contract.Scenarios) {
		m.Defects = slices.DeleteFunc(m.Defects, func(d Defect) bool {
			return len(d.Kills) == 0 && !slices.ContainsFunc(r.scenarios, func(s features.Scenario) bool {
				return slices.ContainsFunc(s.Requirements, func(id string) bool { return slices.Contains(d.Requirements, id) })
			})
		})
	}
	for i := range m.Defects {
		d := &m.Defects[i]
		d.Verdict = verdict(d)
		m.Summary.add(d)
	}
	expected, err := defect.ExpectedToothless()
	if err != nil {
		return nil, err
	}
	// Whether a scenario is toothless, all of the catalogue has to say.
	whole := len(r.scenarios) == len(r.contract.Scenarios)
	if whole && r.options.Defects == nil && !r.options.Quick {
		m.toothless(expected, r.contract)
	}
	for i := range m.Scenarios {
		m.Summary.Assertions += m.Scenarios[i].Assertions
		if m.Scenarios[i].Probe {
			m.Summary.Probes++
		} else {
			m.Summary.Scenarios++
		}
		if m.Scenarios[i].Toothless {
			m.Summary.Toothless++
		}
	}
	m.problems(r.options.Assertions)
	m.DurationSeconds = time.Since(started).Seconds()
	return m, nil
}

func (r *run) rows() []Defect {
	rows := make([]Defect, len(r.defects))
	for i := range r.defects {
		d := &r.defects[i]
		rows[i] = Defect{
			Name: d.Name, Sentence: d.Sentence, Requirements: d.Requirements,
			Kills: []Kill{}, Unnamed: []Kill{}, Blocked: []string{}, Errors: []string{}, Noticed: []string{},
		}
	}
	return rows
}

func (r *run) columns() []Scenario {
	columns := make([]Scenario, len(r.scenarios))
	for i := range r.scenarios {
		s := &r.scenarios[i]
		columns[i] = Scenario{
			ID: s.ID, Feature: s.Feature, Profile: s.Profile, Probe: slices.Contains(s.Tags, "@probe"), Assertions: r.cleanly[i].Scenario.Assertions,
		}
	}
	return columns
}

// enter puts one play into its row and column.
func (r *run) enter(m *Matrix, p play) {
	row, column, s := &m.Defects[p.defect], &m.Scenarios[p.scenario], p.came.Scenario
	row.Played++
	row.Seconds += p.took.Seconds()
	switch s.Status {
	case report.Failed:
		k := Kill{
			Scenario: s.ID, Requirement: s.Divergence.Requirement, Advisory: s.Advisory, Expected: s.Divergence.Expected, Actual: s.Divergence.Actual,
		}
		if p.kills(&r.defects[p.defect]) {
			column.Kills++
			row.Kills = append(row.Kills, k)
		} else {
			row.Unnamed = append(row.Unnamed, k)
		}
	case report.Blocked, report.Unsupported, report.Skipped:
		row.Blocked = append(row.Blocked, s.ID)
	case report.Error:
		row.Errors = append(row.Errors, s.ID+": "+s.Reason)
	case report.Answered:
		if !sameAnswers(r.cleanly[p.scenario].Answers, p.came.Answers) {
			row.Noticed = append(row.Noticed, s.ID)
		}
	default:
	}
}

func sameAnswers(a, b []steps.Answer) bool {
	return slices.EqualFunc(a, b, func(x, y steps.Answer) bool { return x.Question == y.Question && x.Answer == y.Answer })
}

func verdict(d *Defect) Verdict {
	switch {
	case slices.ContainsFunc(d.Kills, func(k Kill) bool { return !k.Advisory }):
		return Killed
	case len(d.Kills) > 0:
		return KilledMildly
	case len(d.Unnamed) > 0:
		return Misnamed
	default:
		return Survived
	}
}

func (s *Summary) add(d *Defect) {
	s.Defects++
	switch d.Verdict {
	case Killed:
		s.Killed++
	case KilledMildly:
		s.Killed++
		s.Advisory++
	case Misnamed, Survived:
		s.Survived++
	}
}

// toothless finds the scenarios that no defect made fail, and compares them with those that need none.
func (m *Matrix) toothless(expected []defect.Toothless, contract *features.Contract) {
	reasons := map[string]string{}
	for _, e := range expected {
		if reasons[e.Scenario] != "" || strings.TrimSpace(e.Reason) == "" {
			m.problem("toothless.yaml: %s is there twice, or without a reason", e.Scenario)
		}
		reasons[e.Scenario] = e.Reason
	}
	for i := range m.Scenarios {
		s := &m.Scenarios[i]
		s.Toothless = s.Kills == 0 && !s.Probe
		s.Reason = reasons[s.ID]
		switch {
		case s.Toothless && s.Reason == "":
			m.problem("%s: no defect makes it fail; seed one, sharpen the scenario, or say in toothless.yaml why none is needed", s.ID)
		case !s.Toothless && s.Reason != "":
			m.problem("toothless.yaml: %s is listed, and a defect makes it fail (or it is a probe); take the entry out", s.ID)
		}
	}
	for id := range reasons {
		if !slices.ContainsFunc(contract.Scenarios, func(s features.Scenario) bool { return s.ID == id }) {
			m.problem("toothless.yaml: there is no scenario %s; take the entry out", id)
		}
	}
}

// problems says what is wrong about defects and assertions.
func (m *Matrix) problems(assertions map[string]int) {
	for i := range m.Defects {
		d := &m.Defects[i]
		switch d.Verdict {
		case Survived:
			m.problem("%s survives: no scenario fails of %d that it touches; a scenario is missing, or the defect shows nowhere", d.Name, d.Played)
		case Misnamed:
			m.problem("%s is killed only by scenarios about other requirements than those it names: %s fails on %s", d.Name, d.Unnamed[0].Scenario, d.Unnamed[0].Requirement)
		case Killed, KilledMildly:
		}
	}
	if assertions != nil {
		for _, p := range CompareAssertions(assertions, m) {
			m.problem("%s", p)
		}
	}
	slices.Sort(m.Problems)
}

func (m *Matrix) problem(format string, args ...any) {
	m.Problems = append(m.Problems, fmt.Sprintf(format, args...))
}

// WriteJSON writes teeth.json.
func (m *Matrix) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return fmt.Errorf("write the kill matrix: %w", err)
	}
	return nil
}
