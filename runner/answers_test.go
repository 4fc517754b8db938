package runner

import (
	"slices"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

func TestAnswersHaveNamesThatTheirQuestionLists(t *testing.T) {
	names := closedSets(&features.Contract{
		Questions:      []features.Question{{ID: "OQ-01", Answers: []string{"success", "NotFoundException"}}},
		Contradictions: []features.Contradiction{{ID: "C-01", Readings: []string{"Enabled", "PendingImport"}}},
	})
	tests := []struct {
		name                          string
		question, answer, observation string
		want, wantObservation         string
	}{
		{"a listed answer", "OQ-01", "success", "Sign: success", "success", "Sign: success"},
		{"a listed reading", "C-01", "Enabled", "KeyState Enabled", "Enabled", "KeyState Enabled"},
		{"an answer that the observation shows", "OQ-01", "Teapot", "Sign: 400 Teapot", "other", "Sign: 400 Teapot"},
		{"an answer that it does not show", "OQ-01", "no code", "Sign: 400", "other", "no code: Sign: 400"},
		{"a reading of neither text", "C-01", "Disabled", "KeyState Disabled", "other", "KeyState Disabled"},
		{"a question of somebody's own", "OQ-900", "Teapot", "Sign: 400 Teapot", "Teapot", "Sign: 400 Teapot"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := names.answer("a/b", steps.Answer{Question: test.question, Requirement: "R", Answer: test.answer, Observation: test.observation})
			want := report.Answer{Question: test.question, Requirement: "R", Scenario: "a/b", Answer: test.want, Observation: test.wantObservation}
			if got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

// The reference is compared with other targets by its answers, so it may give none that has no name; and every question
// and contradiction that the contract says a scenario shows is answered.
func TestTheReferenceAnswersEveryQuestionByName(t *testing.T) {
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(t.Context(), kms, Options{Selection: Selection{Tags: "@probe"}})
	if err != nil {
		t.Fatal(err)
	}
	answered := map[string]bool{}
	names := closedSets(contract)
	for _, a := range result.Answers {
		answered[a.Question] = true
		if !slices.Contains(names[a.Question], a.Answer) {
			t.Errorf("%s answers %s with %q, which it does not list: %s", a.Scenario, a.Question, a.Answer, a.Observation)
		}
	}
	for _, q := range contract.Questions {
		if q.Unasked == "" && !answered[q.ID] {
			t.Errorf("no scenario answers %s", q.ID)
		}
	}
	for _, x := range contract.Contradictions {
		if x.Unshown == "" && !answered[x.ID] {
			t.Errorf("no scenario tells how the reference reads %s", x.ID)
		}
	}
}
