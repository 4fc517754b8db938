package runner

import (
	"slices"
	"strings"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// answerNames are the names that the answers to each question, and the readings of each contradiction, can have.
type answerNames map[string][]string

func closedSets(contract *features.Contract) answerNames {
	names := make(answerNames, len(contract.Questions)+len(contract.Contradictions))
	for i := range contract.Questions {
		names[contract.Questions[i].ID] = contract.Questions[i].Answers
	}
	for i := range contract.Contradictions {
		names[contract.Contradictions[i].ID] = contract.Contradictions[i].Readings
	}
	return names
}

// answer makes the report's entry of what a probe recorded. Reports compare targets by the name of an answer, so one that
// the question does not list is called other, and what it was stays in the observation. A question that the contract does
// not list is of somebody's own feature files, and keeps its names.
func (names answerNames) answer(scenario string, a steps.Answer) report.Answer {
	out := report.Answer{
		Question: a.Question, Requirement: a.Requirement, Scenario: scenario, Answer: a.Answer, Observation: a.Observation,
	}
	known, listed := names[a.Question]
	if !listed || slices.Contains(known, a.Answer) {
		return out
	}
	out.Answer = features.Other
	if !strings.Contains(a.Observation, a.Answer) {
		out.Observation = a.Answer + ": " + a.Observation
	}
	return out
}
