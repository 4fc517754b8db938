package features

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Observation is what a run of this suite recorded on AWS KMS itself: that a requirement holds there, or what AWS answers
// to an open question.
type Observation struct {
	Requirement string `yaml:"requirement"`
	Scenario    string `yaml:"scenario"` // the id of the one that saw it
	// Wording is the scenario's Wording at that time: an observation of other sentences is an observation of something else.
	Wording string `yaml:"wording"`
	// Question is the OQ-nn or C-nn that was answered; empty for a requirement that was seen to hold.
	Question string `yaml:"question,omitempty"`
	// Answer is the one of the closed set of answers that AWS gave, and Seen what it was, in words.
	Answer     string   `yaml:"answer,omitempty"`
	Seen       string   `yaml:"seen,omitempty"`
	Region     string   `yaml:"region"`     // the code
	RequestIDs []string `yaml:"requestIds"` // of the exchanges, as AWS support asks for them
	// Exchange is the call that showed it, without secrets; nil where a scenario makes none.
	Exchange *ObservedExchange `yaml:"exchange,omitempty"`

	Run  string    `yaml:"-"` // the id of the run, of its file
	Date time.Time `yaml:"-"` // of the run
	Tool string    `yaml:"-"` // the version of kmsconform
	SDK  string    `yaml:"-"` // the module and version of the SDK
	File string    `yaml:"-"` // path below features/
	Line int       `yaml:"-"`
}

// ObservedExchange is one call and its answer. Secrets are replaced by their length and a digest, and account ids by
// AWS's example ones.
type ObservedExchange struct {
	Operation string            `yaml:"operation"`
	Caller    string            `yaml:"caller"` // as the features call it
	Request   string            `yaml:"request"`
	Status    int               `yaml:"status"`
	Headers   map[string]string `yaml:"headers,omitempty"` // of the answer
	Response  string            `yaml:"response"`
}

// ObservationFile is what one run on AWS leaves in features/observations.
type ObservationFile struct {
	Run  string    `yaml:"run"`
	Date time.Time `yaml:"date"`
	Tool string    `yaml:"tool"`
	SDK  string    `yaml:"sdk"`
	// Confirmed are the requirements of which every scenario that gates passed in this run.
	Confirmed    []string      `yaml:"confirmed,omitempty"`
	Observations []Observation `yaml:"observations"`
}

// Wording is a digest of what a scenario says, from its first step to its last: 12 hexadecimal digits. Tags, comments and
// the place in the file do not count.
func (s *Scenario) Wording() string {
	h := sha256.New()
	for _, step := range s.Steps {
		_, _ = io.WriteString(h, string(step.Kind)+" "+step.Text+"\n") // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// parseObservations reads a file as strictly as requirements are read.
func parseObservations(file string, text []byte) *requirementFile {
	f := &requirementFile{}
	var root yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) || err == nil && len(root.Content) == 0 {
		f.findings.add(file, 1, "the file is empty", "Remove it.")
		return f
	} else if err != nil {
		f.yamlError(file, 1, err)
		return f
	}
	if root.Content[0].Kind != yaml.MappingNode {
		f.findings.add(file, root.Content[0].Line, "the file holds no run", "Begin it with \"run:\".")
		return f
	}
	var run ObservationFile
	if !f.decode(file, root.Content[0], &run) {
		return f
	}
	f.require(file, root.Content[0], "the run", []string{"run", run.Run}, []string{"tool", run.Tool}, []string{"sdk", run.SDK})
	if run.Date.IsZero() {
		f.findings.add(file, 1, "the run has no date", "Add when it began, such as 2026-01-31T02:00:00Z.")
	}
	list := value(root.Content[0], "observations")
	if list != nil && len(list.Content) != len(run.Observations) {
		f.findings.add(file, list.Line, "observations is not a list of its own", "Write out every entry, each beginning with \"- requirement:\".")
		return f
	}
	for i := range run.Observations {
		o := &run.Observations[i]
		o.Run, o.Date, o.Tool, o.SDK, o.File, o.Line = run.Run, run.Date.UTC(), run.Tool, run.SDK, file, list.Content[i].Line
		f.observation(list.Content[i], o)
	}
	f.observations = run.Observations
	f.confirmed = []confirmation{{ids: run.Confirmed, date: run.Date.UTC(), file: file, line: lineOf(root.Content[0], "confirmed", -1)}}
	return f
}

// confirmation is what a run saw to hold, by the ids of requirements.
type confirmation struct {
	ids  []string
	date time.Time
	file string
	line int
}

func (f *requirementFile) observation(entry *yaml.Node, o *Observation) {
	what := o.Requirement
	if what == "" {
		what = "an observation"
	}
	f.require(o.File, entry, what,
		[]string{"requirement", o.Requirement}, []string{"scenario", o.Scenario}, []string{"wording", o.Wording}, []string{"region", o.Region})
	switch {
	case o.Question != "" && !questionID.MatchString(o.Question) && !contradictionID.MatchString(o.Question):
		f.findings.add(o.File, lineOf(entry, "question", -1), fmt.Sprintf("%q is no question", o.Question), "Questions are called OQ-nn, contradictions C-nn.")
	case (o.Question == "") != (o.Answer == ""):
		f.findings.add(o.File, o.Line, what+" has one of question and answer", "An answer belongs to a question: give both, or neither.")
	}
}

// addObservations adds what was recorded on AWS, and raises what it shows to observed.
func (c *Contract) addObservations(sheets []*requirementFile, found *findings) {
	at := map[string]int{}
	for i := range c.Requirements {
		at[c.Requirements[i].ID] = i
	}
	sets := map[string][]string{}
	for _, q := range c.Questions {
		sets[q.ID] = q.Answers
	}
	for _, x := range c.Contradictions {
		sets[x.ID] = x.Readings
	}
	for _, sheet := range sheets {
		*found = append(*found, sheet.findings...)
	}
	if len(*found) > 0 {
		return // what could not be read would look like something that is missing
	}
	for _, sheet := range sheets {
		for i := range sheet.observations {
			o := &sheet.observations[i]
			n, known := at[o.Requirement]
			set, asked := sets[o.Question]
			switch {
			case !known:
				found.add(o.File, o.Line, fmt.Sprintf("there is no requirement %q", o.Requirement), didYouMean(o.Requirement, c.ids(), "Remove the observation, or correct the id."))
				continue
			case o.Question != "" && !asked:
				found.add(o.File, o.Line, fmt.Sprintf("there is no question %q", o.Question), didYouMean(o.Question, c.ids(), "Remove the observation, or correct the id."))
				continue
			case o.Answer != "" && o.Answer != Other && !slices.Contains(set, o.Answer):
				found.add(o.File, o.Line, fmt.Sprintf("%q is no answer to %s", o.Answer, o.Question),
					didYouMean(o.Answer, set, "The answers are "+strings.Join(append(slices.Clone(set), Other), ", ")+"."))
				continue
			}
			c.Observations = append(c.Observations, *o)
			c.Requirements[n].raise(o)
		}
		for _, run := range sheet.confirmed {
			for _, id := range run.ids {
				n, known := at[id]
				if !known {
					found.add(run.file, run.line, fmt.Sprintf("there is no requirement %q", id), didYouMean(id, c.ids(), "Remove it from the list."))
					continue
				}
				c.Requirements[n].saw(run.date)
			}
		}
	}
	slices.SortStableFunc(c.Observations, func(a, b Observation) int { return a.Date.Compare(b.Date) })
}

// raise makes a requirement observed by what was seen of it. An answer to a question raises only what nobody knew: where a
// text was inferred or documented, the answer is judged by itself, and the text stays as good as its sources.
func (r *Requirement) raise(o *Observation) {
	r.saw(o.Date)
	if r.Evidence == Observed || o.Question != "" && r.Evidence != Unknown {
		return
	}
	r.Written, r.Evidence = r.Evidence, Observed
	r.Sources = slices.Concat(r.Sources, []Source{{
		Title: fmt.Sprintf("Recorded by kmsconform on AWS KMS in %s (%s)", o.Region, o.Scenario), Date: o.Date.Format(time.DateOnly),
	}})
}

// saw notes when a requirement was last seen to hold on AWS by this suite.
func (r *Requirement) saw(date time.Time) {
	if date.After(r.Seen) {
		r.Seen = date
	}
}

// WithObservations returns a copy of the contract to which the observation files of a folder are added.
func (c *Contract) WithObservations(dir string) (*Contract, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read observations: %w: name the folder that the files are in", err)
	}
	more := *c
	more.Requirements, more.Observations = slices.Clone(c.Requirements), slices.Clone(c.Observations)
	var sheets []*requirementFile
	for _, entry := range entries {
		ext := filepath.Ext(entry.Name())
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ".") || ext != ".yaml" && ext != ".yml" {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read observations: %w", err)
		}
		sheets = append(sheets, parseObservations(path, text))
	}
	if len(sheets) == 0 {
		return nil, fmt.Errorf("read observations: %s has no file of them: name a folder that has *.yaml in it", dir)
	}
	var found findings
	more.addObservations(sheets, &found)
	if len(found) > 0 {
		return nil, &LoadError{Findings: found.sorted()}
	}
	return &more, nil
}

// Kept returns what a scenario's answers to a question are held to: those of the newest run, in the order in which the
// scenario records them; nothing where none is kept. What was recorded for another wording of the scenario holds nobody.
func (c *Contract) Kept(scenario *Scenario, question string) []*Observation {
	var kept []*Observation
	wording := ""
	for i := range c.Observations { // the newest come last
		o := &c.Observations[i]
		if o.Scenario != scenario.ID || o.Question != question {
			continue
		}
		if wording == "" {
			wording = scenario.Wording()
		}
		switch {
		case o.Wording != wording:
		case len(kept) > 0 && kept[0].Run == o.Run:
			kept = append(kept, o)
		default:
			kept = []*Observation{o}
		}
	}
	return kept
}
