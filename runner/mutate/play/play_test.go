package play

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/runner/report"
)

func TestPlay(t *testing.T) {
	known, difference, err := Play(t.Context(), Options{})
	if err != nil || difference != nil {
		t.Fatalf("the reference differs: %v, %v", difference, err)
	}
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(known) != len(contract.Scenarios) {
		t.Errorf("%d of %d scenarios were played", len(known), len(contract.Scenarios))
	}
	wrong, err := defect.Named("delete-drops-tags")
	if err != nil {
		t.Fatal(err)
	}
	// What is wrong is noticed: by a failure, by an answer, by a status.
	_, difference, err = Play(t.Context(), Options{Known: known, Reference: reference.Options{Defects: []defect.Defect{wrong}}})
	if err != nil || difference == nil || difference.Came.Status != report.Failed {
		t.Errorf("with %s: %v, %v", wrong.Name, difference, err)
	}
	for what, change := range map[string]func(*Came){
		"another answer": func(c *Came) { c.Answers[0] += " indeed" },
		"another status": func(c *Came) { c.Status = report.Skipped },
	} {
		id := answering(known)
		other := maps.Clone(known)
		came := Came{Status: known[id].Status, Answers: slices.Clone(known[id].Answers)}
		change(&came)
		other[id] = came
		_, difference, err := Play(t.Context(), Options{Known: other, First: []string{id}})
		if err != nil || difference == nil || difference.Scenario != id {
			t.Errorf("%s of %s: %v, %v", what, id, difference, err)
		}
	}
}

// answering is a scenario that answers.
func answering(known map[string]Came) string {
	for _, id := range slices.Sorted(maps.Keys(known)) {
		if len(known[id].Answers) > 0 {
			return id
		}
	}
	return ""
}

func TestOrdered(t *testing.T) {
	of := func(id string) features.Scenario {
		return features.Scenario{ID: id, Feature: "F", Rule: strings.TrimRight(id, "123")}
	}
	scenarios := []features.Scenario{of("a1"), of("a2"), of("a3"), of("b1"), of("b2"), of("c1")}
	var got []string
	for _, s := range ordered(scenarios, []string{"b2", "none"}) {
		got = append(got, s.ID)
	}
	if want := []string{"b2", "a1", "b1", "c1", "a2", "a3"}; !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
}
