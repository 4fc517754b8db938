package report

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// SchemaVersion is the version of report.json: MAJOR.MINOR. A minor version only adds members.
const SchemaVersion = "1.0"

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of report.json.
func Schema() []byte { return slices.Clone(schema) }

// WriteJSON writes report.json. Two equal reports give equal bytes.
func WriteJSON(w io.Writer, r *Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // it is no HTML, and patterns and commands stay readable
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r.whole()); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	return nil
}

// whole returns a copy in which nothing that the schema wants as a list or an object is null.
func (r *Report) whole() *Report {
	c := *r
	c.SchemaVersion = SchemaVersion
	if c.Profiles == nil {
		c.Profiles = map[features.Profile]Profile{}
	}
	if c.Target.Regions == nil {
		c.Target.Regions = map[string]string{}
	}
	if c.Target.Callers == nil {
		c.Target.Callers = []target.Caller{}
	}
	if c.Target.Capabilities.Unimplemented == nil {
		c.Target.Capabilities.Unimplemented = map[string]string{}
	}
	if c.Answers == nil {
		c.Answers = []Answer{}
	}
	c.Scenarios = append([]Scenario{}, c.Scenarios...)
	for i := range c.Scenarios {
		s := &c.Scenarios[i]
		s.Tags, s.Requirements = list(s.Tags), list(s.Requirements)
	}
	if c.Plan != nil {
		p := *c.Plan
		p.Keys, p.Calls = append([]PlannedKeys{}, p.Keys...), append([]PlannedCalls{}, p.Calls...)
		c.Plan = &p
	}
	c.Requirements = append([]Requirement{}, c.Requirements...)
	for i := range c.Requirements {
		c.Requirements[i].Scenarios = list(c.Requirements[i].Scenarios)
	}
	return &c
}

func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// Load reads a report.json of this major version. Members that it does not know are passed over. Its errors name the file
// and say what to do.
func Load(path string) (*Report, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	r, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// parse reads a report. Its errors say what to do, and leave out the file.
func parse(text []byte) (*Report, error) {
	var head struct {
		SchemaVersion *string         `json:"schemaVersion"`
		Scenarios     json.RawMessage `json:"scenarios"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, notJSON(text, err)
	}
	switch {
	case head.SchemaVersion == nil:
		return nil, errors.New("it is JSON, and no report of kmsconform: schemaVersion is missing; give the report.json of a run")
	case major(*head.SchemaVersion) != major(SchemaVersion):
		return nil, fmt.Errorf("its schemaVersion is %.40q, and this kmsconform reads %s.x; run the contract again with this version, "+
			"or read it with the version that wrote it", *head.SchemaVersion, major(SchemaVersion))
	case head.Scenarios == nil:
		return nil, errors.New("it has no scenarios; it is not a whole report, so run the contract again")
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, notJSON(text, err)
	}
	return &r, r.check()
}

// check refuses what would mislead whoever reads on.
func (r *Report) check() error {
	seen := map[string]bool{}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		switch {
		case s.ID == "":
			return fmt.Errorf("scenario %d has no id; the file was changed, so run the contract again", i+1)
		case seen[s.ID]:
			return fmt.Errorf("scenario %.200q is there twice; the file was changed, so run the contract again", s.ID)
		case !slices.Contains(Statuses(), s.Status):
			return fmt.Errorf("scenario %.200q has the status %.40q, which this kmsconform does not know; "+
				"read it with the version that wrote it", s.ID, s.Status)
		}
		seen[s.ID] = true
		if slices.Contains(s.Exchanges, nil) {
			return fmt.Errorf("scenario %.200q has null for an exchange; the file was changed, so run the contract again", s.ID)
		}
	}
	return nil
}

func major(version string) string {
	m, _, _ := strings.Cut(version, ".")
	return m
}

// notJSON says what is wrong with a text that cannot be decoded.
func notJSON(text []byte, err error) error {
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case len(strings.TrimSpace(string(text))) == 0:
		return errors.New("the file is empty; give the report.json of a run that ended")
	case errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return fmt.Errorf("the file ends in the middle of the report (%w); it was cut short, so run the contract again", err)
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d is no JSON (%w); give the report.json of a run", lineOf(text, syntax.Offset), err)
	case errors.As(err, &typed):
		return fmt.Errorf("line %d: %s cannot be a JSON %s; it is no report of kmsconform, or it was changed: give the report.json of a run",
			lineOf(text, typed.Offset), member(typed.Field), typed.Value)
	default:
		return fmt.Errorf("it cannot be read (%w); give the report.json of a run", err)
	}
}

func member(path string) string {
	if path == "" {
		return "the report"
	}
	return path
}

func lineOf(text []byte, offset int64) int {
	return 1 + strings.Count(string(text[:min(max(offset, 0), int64(len(text)))]), "\n")
}
