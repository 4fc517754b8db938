package runner

import (
	"slices"
	"strings"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/baseline"
	"github.com/kmsconform/kmsconform/runner/report"
)

// byAnalogy tags a scenario that holds one operation to what was observed of another: a difference is advisory, whatever
// the evidence of the requirement.
const byAnalogy = "@by-analogy"

// judge weighs what a scenario came to: by the evidence of the requirement it breaks, and by the baseline.
type judge struct {
	requirements map[string]*features.Requirement
	baseline     *baseline.Baseline
}

func newJudge(contract *features.Contract, known *baseline.Baseline) judge {
	j := judge{requirements: make(map[string]*features.Requirement, len(contract.Requirements)), baseline: known}
	for i := range contract.Requirements {
		j.requirements[contract.Requirements[i].ID] = &contract.Requirements[i]
	}
	return j
}

// scenario makes the report's entry of one execution, with the command that repeats it where there is one.
func (j judge) scenario(sc *features.Scenario, e *execution, again func(*report.Scenario) string) *report.Scenario {
	s := &report.Scenario{
		ID: sc.ID, Feature: sc.Feature, Rule: sc.Rule, Name: sc.Name, File: sc.File, Line: sc.Line,
		Tags: sc.Tags, Profile: sc.Profile, Requirements: sc.Requirements,
		Status: report.Status(e.result.Status), Reason: e.result.Reason, Step: e.result.Step,
		DurationSeconds: e.duration.Seconds(), Assertions: e.result.Assertions,
		Seed: e.result.Seed, Notes: e.result.Notes,
	}
	s.Keep(e.exchanges, e.result.Decisive)
	if e.leftovers != nil { // said, and no reason to think worse of the scenario
		s.Reason = strings.TrimPrefix(s.Reason+"; ", "; ") + "the cleanup left something behind: " + e.leftovers.Error()
	}
	if again != nil {
		s.Again = again(s)
	}
	if s.Status != report.Failed && s.Status != report.Blocked {
		return s
	}
	s.Divergence = report.NewDivergence(e.result.Requirement, e.result.Expected, e.result.Actual)
	s.Advisory = slices.Contains(sc.Tags, byAnalogy) || !j.gates(e.result.Requirement)
	if j.baseline != nil {
		j.baseline.Mark(s)
	}
	return s
}

// gates reports whether a difference from a requirement fails a target. One that the contract does not know gates: it is
// of somebody's own feature files.
func (j judge) gates(id string) bool {
	r, is := j.requirements[id]
	return !is || r.Evidence.Gates()
}

// New reports whether a scenario is a divergence that fails a run: neither advisory nor known. A blocked one is such a
// divergence, too: the target got something wrong, if only before the point of the scenario.
func New(s *report.Scenario) bool {
	return (s.Status == report.Failed || s.Status == report.Blocked) && !s.Advisory && !s.Known
}
