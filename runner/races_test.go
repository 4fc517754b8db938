package runner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

func TestRacesFor(t *testing.T) {
	here, there := &target.Target{Kind: target.Reference}, &target.Target{Kind: target.Endpoint}
	tests := []struct {
		target *target.Target
		asked  steps.Races
		want   steps.Races
	}{
		{here, steps.Races{Seed: 7}, steps.Races{Seed: 7, Times: 1, Within: 5 * time.Second}},
		{there, steps.Races{Seed: 7}, steps.Races{Seed: 7, Times: 4, Within: 5 * time.Second}},
		{there, steps.Races{Seed: 7, Times: 10}, steps.Races{Seed: 7, Times: 10, Within: 50 * time.Second}},
		{here, steps.Races{Seed: 7, Times: 3, Within: time.Second}, steps.Races{Seed: 7, Times: 3, Within: time.Second}},
	}
	for _, test := range tests {
		if got := RacesFor(test.target, test.asked); got != test.want {
			t.Errorf("%s, %+v: %+v, want %+v", test.target.Kind, test.asked, got, test.want)
		}
	}
	if one, other := RacesFor(here, steps.Races{}), RacesFor(here, steps.Races{}); one.Seed == 0 || one.Seed == other.Seed {
		t.Errorf("the seeds %d and %d are to be new ones", one.Seed, other.Seed)
	}
}

// Who reads a report can start the races as they were started.
func TestTheReportTellsTheSeed(t *testing.T) {
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(t.Context(), kms, Options{
		Selection: Selection{Scenarios: []string{"concurrency/rotations-racing-each-other", "key-states/nothing-was-ever-imported"}},
		Races:     steps.Races{Seed: 7},
		Again:     func(s *report.Scenario) string { return fmt.Sprintf("%s with %d", s.ID, s.Seed) },
	})
	if err != nil || len(result.Scenarios) != 2 {
		t.Fatal(result, err)
	}
	for i := range result.Scenarios {
		s := &result.Scenarios[i]
		seed, notes := uint32(0), ""
		if s.Profile == features.Concurrency {
			seed, notes = 7, "3 of 3 rounds of the race of 3 rotations"
		}
		if s.Seed != seed || strings.Join(s.Notes, "\n") != notes || s.Again != fmt.Sprintf("%s with %d", s.ID, seed) {
			t.Errorf("%s: seed %d, notes %q, again %q", s.ID, s.Seed, s.Notes, s.Again)
		}
	}
}

func TestRacesOutOfBounds(t *testing.T) {
	for _, times := range []int{-1, maxRaces + 1} {
		_, err := NewPlan(deaf(), Options{Races: steps.Races{Times: times}})
		if !isA[*UsageError](err) || !strings.Contains(err.Error(), fmt.Sprint(times)) {
			t.Errorf("%d: %v", times, err)
		}
	}
}
