package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestQuestions(t *testing.T) {
	var list []question
	unmarshal(t, &list, "questions", "--json")
	if len(list) < 50 {
		t.Fatalf("%d questions", len(list))
	}
	seen := map[string]question{}
	for _, q := range list {
		seen[q.ID] = q
		switch {
		case q.Asks == "" || q.Reference == "" || q.File == "" || q.Line == 0:
			t.Errorf("%s is not complete: %+v", q.ID, q)
		case q.Kind != openQuestion && q.Kind != contradiction:
			t.Errorf("%s is a %q", q.ID, q.Kind)
		case q.Kind == openQuestion && (q.Matters == "" || q.Known == ""):
			t.Errorf("%s does not say why it matters or what is known: %+v", q.ID, q)
		case q.Unasked == "" && (len(q.Answers) < 2 || len(q.Scenarios) == 0):
			t.Errorf("%s has answers %q and scenarios %q", q.ID, q.Answers, q.Scenarios)
		case q.Unasked != "" && len(q.Scenarios) > 0:
			t.Errorf("%s is said not to be asked, and %q ask it", q.ID, q.Scenarios)
		}
	}
	if q := seen["OQ-29"]; !slices.Contains(q.Answers, "UnsupportedOperationException") ||
		!slices.ContainsFunc(q.Scenarios, func(id string) bool { return strings.HasPrefix(id, "open-questions/") }) ||
		slices.ContainsFunc(q.Scenarios, func(id string) bool { return strings.HasPrefix(id, "origins/") }) {
		t.Errorf("OQ-29 has to list its probes, and no judged scenario: %+v", q)
	}
	if q := seen["OQ-36"]; q.Unasked == "" {
		t.Errorf("OQ-36: %+v", q)
	}

	code, out, errs := command(t, "questions")
	if code != exitConformant || errs != "" {
		t.Fatalf("exit code %d\n%s", code, errs)
	}
	for _, part := range []string{
		"OQ-29  open question\n", "Why it matters: ", "What is known: ", "The reference: ", "    open-questions/",
		"C-01  contradiction\n", "The contract takes: ", "Answers: Enabled, PendingImport, other\n", "Not asked: ", "36 open questions, 21 contradictions\n",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("the list does not say %q", part)
		}
	}
}

// A folder of one's own may bring questions along.
func TestQuestionsOfOnesOwn(t *testing.T) {
	own := filepath.Dir(write(t, "own.feature", "@core\nFeature: Own\n  @probe @OQ-29 @DIKM-ORIG-08\n  Scenario: Mine\n"+
		"    Given a symmetric key with material made by AWS KMS\n    When its imported material is deleted\n    Then the outcome answers OQ-29\n"))
	var list []question
	unmarshal(t, &list, "questions", "--json", "--features", own)
	i := slices.IndexFunc(list, func(q question) bool { return q.ID == "OQ-29" })
	if i < 0 || !slices.Contains(list[i].Scenarios, "own/mine") {
		t.Errorf("own/mine is not listed: %+v", list)
	}
}

func TestExplainAQuestionAndAContradiction(t *testing.T) {
	tests := map[string][]string{
		"OQ-29": {"OQ-29  open question", "Why it matters\n", "What is known\n", "Answers\n  UnsupportedOperationException, ", ", other\n",
			"Scenarios that ask\n  open-questions/", "Scenarios that judge what is known\n  origins/"},
		"OQ-36": {"Not asked\n"},
		"C-01":  {"C-01  contradiction", "Taken\n", "Readings\n  Enabled, PendingImport, other\n", "Scenarios that record a reading\n  several-materials/"},
		"C-04":  {"Scenarios that record a reading\n  contradictions/", "Scenarios that hold targets to what is taken\n  metadata/"},
		"C-19":  {"Not shown\n"},
	}
	for id, parts := range tests {
		code, out, errs := command(t, "explain", id)
		if code != exitConformant || errs != "" {
			t.Fatalf("explain %s: exit code %d\n%s", id, code, errs)
		}
		for _, part := range parts {
			if !strings.Contains(out, part) {
				t.Errorf("explain %s does not say %q:\n%s", id, part, out)
			}
		}
	}
}
