package compare

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/report"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

// contract has a requirement of each evidence.
func contract() *features.Contract {
	c := &features.Contract{
		Requirements: []features.Requirement{
			{ID: "DIKM-STATE-01", Evidence: features.Observed, Profile: features.Core, Statement: "The key becomes PendingImport."},
			{ID: "DIKM-STATE-07", Evidence: features.Documented, Profile: features.Core, Statement: "The key stays PendingDeletion."},
			{ID: "DIKM-MATRIX-01", Evidence: features.Inferred, Profile: features.Core, Statement: "GetPublicKey is refused."},
			{ID: "DIKM-EXP-01", Evidence: features.Documented, Profile: features.Expiration, Statement: "Material that expires is gone."},
			{ID: "DIKM-WIRE-20", Evidence: features.Unknown, Profile: features.Core, Statement: "What an empty body is."},
		},
		Questions: []features.Question{{ID: "OQ-12", Asks: "What is an empty body?"}, {ID: "OQ-03", Asks: "Which error comes first?"}},
	}
	for _, id := range []string{"states/enabled", "states/pending-deletion", "states/public-key", "wire/empty", "wire/order"} {
		c.Scenarios = append(c.Scenarios, features.Scenario{ID: id, Profile: features.Core})
	}
	c.Scenarios = append(c.Scenarios, features.Scenario{ID: "expiration/expired", Profile: features.Expiration})
	return c
}

// outcomes is what a target did: a status, or what came where success was expected.
type outcomes struct{ enabled, pendingDeletion, publicKey, expired, empty, order string }

func run(name string, minute int, o outcomes) *report.Report {
	r := &report.Report{
		SchemaVersion: report.SchemaVersion, Tool: report.Tool{Name: "kmsconform", Version: "1.2.3", Commit: "0123456"},
		Target:  report.Target{Name: name, Kind: "endpoint", Endpoint: "http://127.0.0.1:4566"},
		Started: time.Date(2026, 3, 1, 12, minute, 0, 0, time.UTC),
	}
	add := func(id, title, requirement, outcome string, profile features.Profile) {
		if outcome == "" {
			return
		}
		s := report.Scenario{
			ID: id, Feature: "Feature", Name: title, Profile: profile, Requirements: []string{requirement}, Status: report.Status(outcome),
			Reason: "because it is " + outcome, Again: "kmsconform run --scenario '" + id + "'",
		}
		answer, probe := strings.CutPrefix(outcome, "answer ")
		switch {
		case probe:
			s.Status, s.Reason = report.Answered, ""
			question := "OQ-12"
			if id == "wire/order" {
				question = "OQ-03"
			}
			r.Answers = append(r.Answers, report.Answer{Question: question, Requirement: requirement, Scenario: id, Answer: answer})
		case strings.HasPrefix(outcome, "400"):
			s.Status, s.Divergence = report.Failed, report.NewDivergence(requirement, "success", outcome)
			s.Advisory = requirement == "DIKM-MATRIX-01"
		case outcome == "blocked":
			s.Divergence = report.NewDivergence("DIKM-STATE-01", "state PendingImport", "state Enabled")
		case outcome == "passed":
			s.Reason = ""
		}
		r.Scenarios = append(r.Scenarios, s)
	}
	add("states/enabled", "An enabled key", "DIKM-STATE-01", o.enabled, features.Core)
	add("states/pending-deletion", "A key pending deletion", "DIKM-STATE-07", o.pendingDeletion, features.Core)
	add("states/public-key", "A public key", "DIKM-MATRIX-01", o.publicKey, features.Core)
	add("expiration/expired", "The material expires", "DIKM-EXP-01", o.expired, features.Expiration)
	add("wire/empty", "An empty body", "DIKM-WIRE-20", o.empty, features.Core)
	add("wire/order", "Two errors", "DIKM-WIRE-20", o.order, features.Core)
	r.Derive(contract())
	return r
}

func good(name string, minute int) *report.Report {
	return run(name, minute, outcomes{"passed", "passed", "passed", "passed", "answer success", "answer state first"})
}

func bad(name string, minute int) *report.Report {
	return run(name, minute, outcomes{"passed", "400 KMSInvalidStateException", "400 no such thing", "skipped", "answer refused", "answer state first"})
}

func compared(t *testing.T, o Options, reports ...*report.Report) *Comparison {
	t.Helper()
	var inputs []Input
	for _, r := range reports {
		inputs = append(inputs, Input{Report: r})
	}
	o.Contract = contract()
	c, err := Of(inputs, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// three has targets that differ, and two runs of one of them.
func three(t *testing.T) *Comparison {
	return compared(t, Options{}, good("good", 1), bad("bad", 2),
		run("bad", 3, outcomes{"400 NotFoundException", "passed", "400 another thing", "passed", "answer success", ""}))
}

var writers = map[string]func(*bytes.Buffer, *Comparison) error{
	"text":     func(w *bytes.Buffer, c *Comparison) error { return WriteText(w, c, false) },
	"all":      func(w *bytes.Buffer, c *Comparison) error { return WriteText(w, c, true) },
	"markdown": func(w *bytes.Buffer, c *Comparison) error { return WriteMarkdown(w, c) },
	"html":     func(w *bytes.Buffer, c *Comparison) error { return WriteHTML(w, c) },
	"json":     func(w *bytes.Buffer, c *Comparison) error { return WriteJSON(w, c) },
}

func written(t *testing.T, format string, c *Comparison) string {
	t.Helper()
	var out bytes.Buffer
	if err := writers[format](&out, c); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWriters(t *testing.T) {
	for format := range writers {
		t.Run(format, func(t *testing.T) {
			got := written(t, format, three(t))
			if again := written(t, format, three(t)); got != again {
				t.Error("twice the same comparison, and two texts")
			}
			if format == "html" {
				got = regexp.MustCompile(`(?s)^.*?<body>|<script>.*</script>`).ReplaceAllString(got, "")
			}
			golden(t, format, got)
		})
	}
}

func TestRequirementsThatSeparate(t *testing.T) {
	c := three(t)
	want := map[string]Separation{
		"DIKM-STATE-01": Behaviour, "DIKM-STATE-07": Behaviour, "DIKM-MATRIX-01": Behaviour, "DIKM-EXP-01": Coverage, "DIKM-WIRE-20": None,
	}
	for _, r := range c.Requirements {
		if r.Separates != want[r.ID] {
			t.Errorf("%s: %s, want %s", r.ID, r.Separates, want[r.ID])
		}
	}
	if len(c.Requirements) != len(want) {
		t.Errorf("%d requirements", len(c.Requirements))
	}
	if cell := c.Requirements[1].Cells[1]; cell.Status != report.Failed || cell.Actual != "400 KMSInvalidStateException" || cell.Scenario != "states/pending-deletion" || cell.Passed != 0 || cell.Scenarios != 1 {
		t.Errorf("cell %+v", cell)
	}
}

func TestSeparation(t *testing.T) {
	tests := map[string]struct {
		statuses []report.Status
		want     Separation
	}{
		"all hold":             {[]report.Status{report.Passed, report.Passed}, None},
		"all break":            {[]report.Status{report.Failed, report.AdvisoryOnly}, None},
		"one breaks":           {[]report.Status{report.Passed, report.Failed}, Behaviour},
		"one is advised":       {[]report.Status{report.AdvisoryOnly, report.Passed}, Behaviour},
		"one cannot":           {[]report.Status{report.Passed, report.Unsupported}, Coverage},
		"nobody can":           {[]report.Status{report.Skipped, report.Unsupported}, None},
		"breaks or cannot":     {[]report.Status{report.Failed, report.Unsupported}, None},
		"one was not asked":    {[]report.Status{report.Passed, report.Untested}, None},
		"one does not know it": {[]report.Status{report.Passed, Absent}, None},
		"all three":            {[]report.Status{report.Blocked, report.Passed, report.Failed}, Behaviour},
	}
	for name, test := range tests {
		var cells []Cell
		for _, status := range test.statuses {
			cells = append(cells, Cell{Status: status})
		}
		if got := separation(cells); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestQuestionsThatDifferComeFirst(t *testing.T) {
	c := three(t)
	if len(c.Questions) != 2 || c.Questions[0].ID != "OQ-12" || !c.Questions[0].Differs || c.Questions[1].Differs {
		t.Fatalf("questions %+v", c.Questions)
	}
	if got := strings.Join(c.Questions[1].Asked[0].Answers, "|"); got != "state first|state first|" {
		t.Errorf("answers %s", got) // who does not answer does not differ
	}
}

func TestJSONFitsItsSchema(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("compare.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("compare.json")
	if err != nil {
		t.Fatal(err)
	}
	older := good("good", 1)
	older.Requirements = older.Requirements[1:]
	for name, c := range map[string]*Comparison{
		"three": three(t), "an older contract": compared(t, Options{}, older, good("other", 2)),
		"empty": compared(t, Options{}, &report.Report{}, &report.Report{}),
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(written(t, "json", c)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHostileReportsStayText(t *testing.T) {
	const evil = "</script><script>alert(1)</script>\n<img src=x> | `\x1b[31m\x00"
	r := bad(evil, 1)
	r.Target.Endpoint, r.Tool.Version, r.Target.Kind = evil, evil, evil
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		s.ID += evil
		s.Name, s.Reason, s.Again, s.Profile = evil, evil, evil, evil
		if s.Divergence != nil {
			s.Divergence = report.NewDivergence(evil, evil, evil)
		}
	}
	for i := range r.Answers {
		r.Answers[i] = report.Answer{Question: evil, Scenario: evil, Answer: evil, Requirement: evil}
	}
	r.Requirements = append(r.Requirements, report.Requirement{ID: evil, Evidence: evil, Status: evil, Scenarios: []string{r.Scenarios[1].ID}})
	r.Profiles[evil] = report.Profile{Verdict: evil}
	c := compared(t, Options{Diff: true}, r, good("good", 2))
	if page := written(t, "html", c); strings.Count(page, "<script") != 1 || strings.Contains(page, "<img") {
		t.Error("text became a tag in HTML")
	}
	if text := written(t, "markdown", c); strings.Contains(text, "<script") || strings.Contains(text, "<img") || strings.ContainsAny(text, "\x1b\x00") {
		t.Error("text became a tag in Markdown")
	}
	if text := written(t, "all", c); strings.ContainsAny(text, "\x1b\x00") || strings.Contains(text, "\n<img") {
		t.Errorf("the screen obeys the report:\n%q", text)
	}
}
