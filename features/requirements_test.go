package features

import (
	"slices"
	"strings"
	"testing"
)

func TestRequirementsThatCannotBeLoaded(t *testing.T) {
	const file = "features/requirements/own.yaml"
	with := func(old, new string) string { return strings.Replace(requirements, old, new, 1) }
	const second = "  - id: OQ-01\n"
	const sides = "  - id: C-01\n    says: This and that.\n    take: This.\n"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"an unknown field", requirements + "    statment: x\n", []string{file + `:7: unknown field "statment". Did you mean "statement"?`}},
		{"an unknown field far from any", requirements + "    colour: blue\n", []string{file + `:7: unknown field "colour". The fields are id, statement`}},
		{"an unknown field of a source", with("{title: A page}", "{title: A page, urls: x}"), []string{file + `:6: unknown field "urls". Did you mean "url"?`}},
		{"an unknown section", with("requirements:", "requirement:"), []string{file + `:1: unknown section "requirement". Did you mean "requirements"?`}},
		{"a section twice", requirements + requirements, []string{file + `:7: the section "requirements" stands twice`}},
		{"a section that is no list", "requirements:\n  id: DIKM-A-01\n", []string{file + `:1: requirements is not a list`}},
		{"the same id twice", requirements + strings.TrimPrefix(requirements, "requirements:\n"), []string{file + ":7: DIKM-A-01 stands twice: also at " + file + ":2"}},
		{"no id", "requirements:\n  - statement: x\n", []string{file + ":2: an entry has no id"}},
		{"an empty entry", requirements + "  -\n", []string{file + ":7: an entry has no id"}},
		{"an id with a space", with("DIKM-A-01", "DIKM A"), []string{file + `:2: "DIKM A" cannot be the id`}},
		{"an id that is a profile", with("DIKM-A-01", "core"), []string{file + `:2: "core" cannot be the id`}},
		{"an id of a question", with("DIKM-A-01", "OQ-01"), []string{file + `:2: "OQ-01" cannot be the id of a requirement`}},
		{"no statement", with("It is so.", `""`), []string{file + ":3: DIKM-A-01 has no statement"}},
		{"no evidence", with("    evidence: documented\n", ""), []string{file + ":2: DIKM-A-01 has no evidence"}},
		{"unknown evidence", with("documented", "documentd"), []string{file + `:4: DIKM-A-01 … "documentd" … Did you mean "documented"?`}},
		{"an unknown profile", with("core", "expiry"), []string{file + `:5: DIKM-A-01 … profile: "expiry" … The profiles are core, expiration`}},
		{"no profile", with("    profile: core\n", ""), []string{file + ":2: DIKM-A-01 has no profile"}},
		{"no sources", with("[{title: A page}]", "[]"), []string{file + ":6: DIKM-A-01 has no sources"}},
		{"a source without a title", with("[{title: A page}]", "\n      - title: A page\n      - url: https://example.com"), []string{file + ":8: DIKM-A-01 has a source without a title"}},
		{"a message that is no pattern", requirements + "    message: 'is (pending'\n", []string{file + ":7: DIKM-A-01 … no regular expression: missing closing )"}},
		{"untestable and planned", requirements + "    untestable: Nobody sees it.\n    planned: rotation\n", []string{file + ":8: DIKM-A-01 is both untestable and planned"}},
		{"planned for no profile", requirements + "    planned: rotations\n", []string{file + `:7: DIKM-A-01 … planned: "rotations" … Did you mean "rotation"?`}},
		{"a question that is not there", requirements + "    questions:\n      - OQ-01\n", []string{file + `:8: there is no "OQ-01"`}},
		{"a contradiction that is not there", requirements + "    contradictions: [C-1]\n", []string{file + `:7: there is no "C-1"`}},
		{"a question that is none", requirements + "    questions: [DIKM-A-01]\n", []string{file + `:7: DIKM-A-01 has "DIKM-A-01" among its questions`}},
		{"a question that nobody can answer", "questions:\n" + second + "    asks: What?\n", []string{file + ":2: OQ-01 has neither answers nor unasked"}},
		{"a question that asks nothing", "questions:\n" + second + "    answers: [a]\n", []string{file + ":2: OQ-01 has no asks"}},
		{"a question of another name", "questions:\n  - id: Q-01\n    asks: What?\n    answers: [a]\n", []string{file + `:2: "Q-01" cannot be the id of a question`}},
		{"an answer twice", "questions:\n" + second + "    asks: What?\n    answers:\n      - a\n      - a\n", []string{file + `:6: OQ-01 has the answer "a" twice`}},
		{"half a contradiction", "contradictions:\n  - id: C-01\n    says: This and that.\n    readings: [this, that]\n", []string{file + ":2: C-01 has no take"}},
		{"a contradiction that nothing decides", "contradictions:\n" + sides, []string{file + ":2: C-01 has neither readings nor unshown"}},
		{"a contradiction with one reading", "contradictions:\n" + sides + "    readings:\n      - a\n", []string{file + ":6: C-01 has one reading"}},
		{"a reading twice", "contradictions:\n" + sides + "    readings: [a, b, a]\n", []string{file + `:5: C-01 has the reading "a" twice`}},
		{"a reading of anything else", "contradictions:\n" + sides + "    readings: [a, other]\n", []string{file + `:5: C-01 has "other" among its readings`}},
		{"a contradiction that is shown and unshown", "contradictions:\n" + sides + "    readings: [a, b]\n    unshown: x\n", []string{file + ":6: C-01 has both readings and unshown"}},
		{"a contradiction of another name", "contradictions:\n  - id: D-01\n    says: x\n    take: x\n    unshown: x\n", []string{file + `:2: "D-01" cannot be the id of a contradiction`}},
		{"a requirement's field in a question", "questions:\n" + second + "    statement: What?\n", []string{file + `:3: unknown field "statement"`}},
		{"a list for a text", with("It is so.", "[a]"), []string{file + ":3: cannot unmarshal !!seq into string"}},
		{"a field twice", requirements + "    profile: core\n", []string{file + `:7: mapping key "profile" already defined at line 5`}},
		{"no YAML", "requirements: [\n", []string{file + ":"}},
		{"a tab", "requirements:\n\t- id: x\n", []string{file + ":2: found character that cannot start any token"}},
		{"an alias", "contradictions:\n  - &a\n    id: C-01\n    says: x\n    take: x\n    unshown: x\n  - *a\n", []string{file + ":7: an entry has no id"}},
		{"a list alone", "- id: DIKM-A-01\n", []string{file + ":1: the file has no sections"}},
		{"two documents", requirements + "---\nquestions: []\n", []string{file + ":7: a second YAML document"}},
		{"nothing", "", []string{file + ":1: the file is empty"}},
		{"a comment", "# nothing\n", []string{file + ":1: the file"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(nil, folder(wholeContract("requirements/own.yaml", test.text)))
			if err == nil {
				t.Fatal("it was loaded")
			}
			says(t, texts(loadFindings(err)), test.want)
		})
	}
}

func TestAnIdInTwoFilesIsNamedInBoth(t *testing.T) {
	_, err := load(nil, folder(wholeContract("requirements/zwei.yaml", requirements)))
	says(t, texts(loadFindings(err)), []string{"features/requirements/zwei.yaml:2: DIKM-A-01 stands twice: also at features/requirements/own.yaml:2"})
}

func TestEveryFaultIsListed(t *testing.T) {
	_, err := load(nil, folder(map[string]string{"own.feature": "Feture: x\n", "requirements/a.yaml": "requirements:\n  - id: A\n    colour: x\n    shape: y\n"}))
	if len(loadFindings(err)) < 3 || !strings.HasPrefix(err.Error(), "3 faults:\n  features/own.feature:1: ") {
		t.Errorf("got %v", err)
	}
}

func TestRequirementsAreReadInOrder(t *testing.T) {
	const text = `# Two of everything.
requirements:
  - id: DIKM-B-02
    statement: Two.
    evidence: unknown
    profile: hmac
    planned: rotation
    questions: [OQ-01]
  - id: DIKM-B-01
    statement: One.
    evidence: observed
    profile: core
    message: is pending
    untestable: Nobody sees it.
    sources:
      - title: A recording
        date: 2025-06-05
questions:
  - id: OQ-01
    asks: What?
    answers: [this, that]
contradictions:
  - id: C-01
    says: Both.
    take: This.
    readings: [this, that]
`
	c := loaded(t, wholeContract("requirements/new.yaml", text))
	var ids []string
	for _, r := range c.Requirements {
		ids = append(ids, r.ID)
	}
	if want := []string{"DIKM-B-02", "DIKM-B-01", "DIKM-A-01"}; !slices.Equal(ids, want) {
		t.Errorf("got %q, want %q", ids, want)
	}
	r := c.Requirements[1]
	if r.File != "features/requirements/new.yaml" || r.Line != 9 || r.Message != "is pending" || r.Sources[0].Date != "2025-06-05" {
		t.Errorf("got %+v", r)
	}
	if len(c.Questions) != 1 || c.Questions[0].Line != 19 || !slices.Equal(c.Questions[0].Answers, []string{"this", "that"}) {
		t.Errorf("questions: %+v", c.Questions)
	}
	if len(c.Contradictions) != 1 || c.Contradictions[0].Take != "This." || c.Contradictions[0].Line != 23 {
		t.Errorf("contradictions: %+v", c.Contradictions)
	}
}

func FuzzRequirements(f *testing.F) {
	f.Add(requirements)
	f.Add("questions:\n  - id: OQ-01\n    asks: What?\n    answers: [a, *b]\n")
	f.Add("requirements: &a [*a]\n--- \n")
	f.Add("contradictions:\n  - id: C-01\n    <<: {says: x}\n    take: !!binary x\n")
	f.Fuzz(func(t *testing.T, text string) {
		sheet := parseRequirements("own.yaml", []byte(text))
		named(t, sheet.findings)
		for _, r := range sheet.requirements {
			if len(sheet.findings) == 0 && (r.ID == "" || r.Statement == "" || r.Line < 1 || (len(r.Sources) == 0 && r.Evidence != Unknown)) {
				t.Errorf("loaded without a fault: %+v", r)
			}
		}
	})
}

// named fails the test unless every fault names the file and a line of it.
func named(t *testing.T, found findings) {
	t.Helper()
	for _, x := range found {
		if !strings.HasPrefix(x.File, "own.") || x.Line < 1 || x.Problem == "" || strings.Contains(x.String(), "\n") {
			t.Errorf("%+q", x)
		}
	}
}
