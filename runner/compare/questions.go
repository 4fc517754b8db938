package compare

import (
	"cmp"
	"slices"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/page"
)

// Question is an open question, or a contradiction, and how the targets answer it.
type Question struct {
	ID      string   `json:"id"`
	Asks    string   `json:"asks"`    // empty when the contract at hand does not have it
	Differs bool     `json:"differs"` // two targets answer one of its scenarios differently
	Asked   []Answer `json:"asked"`
}

// Answer is what one scenario recorded of each target.
type Answer struct {
	Scenario    string           `json:"scenario"`
	Requirement string           `json:"requirement"`
	Profile     features.Profile `json:"profile"`
	Differs     bool             `json:"differs"`
	// Answers are short names that can be compared; empty where the scenario did not answer.
	Answers []string `json:"answers"`
}

// questions groups answers by question: those that are answered differently first, in the order of their ids.
func (c *Comparison) questions(inputs []Input, asks map[string]string) {
	type key struct{ question, scenario string }
	at := map[string]int{}
	asked := map[key]int{}
	c.Questions = []Question{}
	for n := range inputs {
		scenarios := byID(inputs[n].Report)
		for _, a := range inputs[n].Report.Answers {
			q, known := at[a.Question]
			if !known {
				q = len(c.Questions)
				at[a.Question] = q
				c.Questions = append(c.Questions, Question{ID: a.Question, Asks: asks[a.Question]})
			}
			of := &c.Questions[q]
			i, known := asked[key{a.Question, a.Scenario}]
			if !known {
				i = len(of.Asked)
				asked[key{a.Question, a.Scenario}] = i
				of.Asked = append(of.Asked, Answer{Scenario: a.Scenario, Requirement: a.Requirement, Answers: make([]string, len(inputs))})
				if s := scenarios[a.Scenario]; s != nil {
					of.Asked[i].Profile = s.Profile
				}
			}
			answer := &of.Asked[i].Answers[n]
			if *answer != "" { // a scenario that answers one question more than once
				*answer += "; "
			}
			*answer += page.Plain(a.Answer)
		}
	}
	for i := range c.Questions {
		q := &c.Questions[i]
		for j := range q.Asked {
			q.Asked[j].Differs = differ(q.Asked[j].Answers)
			q.Differs = q.Differs || q.Asked[j].Differs
		}
		slices.SortStableFunc(q.Asked, func(a, b Answer) int { return differingFirst(a.Differs, b.Differs) })
	}
	slices.SortStableFunc(c.Questions, func(a, b Question) int {
		return cmp.Or(differingFirst(a.Differs, b.Differs), cmp.Compare(a.ID, b.ID))
	})
}

// differ reports whether two targets that answered did so differently.
func differ(answers []string) bool {
	first := ""
	for _, a := range answers {
		switch {
		case a == "":
		case first == "":
			first = a
		case a != first:
			return true
		}
	}
	return false
}

func differingFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}
