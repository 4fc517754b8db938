package steps_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/steps"
)

// Who has seconds pass is found by the sentence for it; a date that is days ahead is only shown.
func TestWhoWaitsForADate(t *testing.T) {
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i := range contract.Scenarios {
		s := &contract.Scenarios[i]
		seconds := slices.ContainsFunc(s.Steps, func(step features.Step) bool {
			return strings.HasSuffix(step.Text, "in 5 seconds") || strings.Contains(step.Text, "whose material expired")
		})
		waits := steps.WaitsForADate(s)
		if seconds && !waits {
			t.Errorf("%s lives for seconds and does not wait", s.ID)
		}
		if waits && !seconds && !slices.Contains(s.Tags, "@clock") {
			t.Errorf("%s waits, and for no date that is seconds ahead", s.ID)
		}
		if waits {
			found++
		}
	}
	if found < 10 {
		t.Errorf("%d scenarios wait for a date", found)
	}
}
