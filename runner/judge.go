package runner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/baseline"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// byAnalogy tags a scenario that holds one operation to what was observed of another, or that asks for a detail that is
// inferred of a requirement that is not: a difference is advisory, whatever the evidence of the requirement.
const byAnalogy = "@by-analogy"

// judge weighs what a scenario came to: by the evidence of the requirement it breaks, and by the baseline.
type judge struct {
	contract     *features.Contract
	requirements map[string]*features.Requirement
	names        answerNames
	baseline     *baseline.Baseline
	aws          bool // the target is AWS itself, from which the contract is taken
	keep         bool // the call of scenarios that passed, too
}

func newJudge(contract *features.Contract, known *baseline.Baseline) judge {
	j := judge{
		contract: contract, names: closedSets(contract), baseline: known,
		requirements: make(map[string]*features.Requirement, len(contract.Requirements)),
	}
	for i := range contract.Requirements {
		j.requirements[contract.Requirements[i].ID] = &contract.Requirements[i]
	}
	return j
}

// scenario makes the report's entry of one execution, with the command that repeats it where there is one.
func (j judge) scenario(sc *features.Scenario, e *execution, again func(*report.Scenario) string) *report.Scenario {
	held := j.hold(sc, &e.result)
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
	if j.keep && s.Status == report.Passed && e.result.Call != nil {
		first := 0
		s.Exchanges, s.Decisive = []*target.Exchange{e.result.Call}, &first
	}
	if s.Status != report.Failed && s.Status != report.Blocked {
		return s
	}
	s.Divergence = report.NewDivergence(e.result.Requirement, e.result.Expected, e.result.Actual)
	s.Advisory = !held && (slices.Contains(sc.Tags, byAnalogy) || !j.gates(e.result.Requirement))
	if j.aws && s.Status == report.Failed {
		s.Status = report.Changed
	}
	if j.baseline != nil {
		j.baseline.Mark(s)
	}
	return s
}

// hold judges the answers of a probe by what AWS answered, where an observation of that is kept, and reports whether one of
// them differs. A probe of which every answer is held to one passes; others stay answered.
func (j judge) hold(sc *features.Scenario, r *steps.Result) (differs bool) {
	if r.Status != steps.Answered || len(j.contract.Observations) == 0 {
		return false
	}
	held, nth := 0, map[string]int{}
	for _, a := range r.Answers {
		all := j.contract.Kept(sc, a.Question)
		n := nth[a.Question]
		if nth[a.Question]++; n >= len(all) {
			continue
		}
		kept := all[n]
		held++
		r.Assertions++
		if came := j.names.answer(sc.ID, a); came.Answer != kept.Answer {
			r.Status, r.Requirement = steps.Failed, kept.Requirement
			r.Expected = fmt.Sprintf("%s: %s, as AWS answered in %s on %s", a.Question, kept.Answer, kept.Region, kept.Date.Format(time.DateOnly))
			r.Actual = came.Answer + " (" + came.Observation + ")"
			r.Reason = fmt.Sprintf("expected %s, got %s", r.Expected, r.Actual)
			r.Decisive = r.Call
			return true
		}
	}
	if held == len(r.Answers) {
		r.Status = steps.Passed
	}
	return false
}

// gates reports whether a difference from a requirement fails a target. One that the contract does not know gates: it is
// of somebody's own feature files.
func (j judge) gates(id string) bool {
	r, is := j.requirements[id]
	return !is || r.Evidence.Gates()
}

// New reports whether a scenario is a divergence that fails a run: neither advisory nor known. A blocked one is such a
// divergence, too: the target got something wrong, if only before the point of the scenario.
func New(s *report.Scenario) bool { return s.Diverged() && !s.Advisory && !s.Known }
