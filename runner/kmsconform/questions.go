package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/page"
)

// question is how `questions --json` shows an open question or a contradiction.
type question struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"` // open question, or contradiction
	Asks      string   `json:"asks"` // of a contradiction: what the two sides say
	Matters   string   `json:"matters,omitempty"`
	Known     string   `json:"known,omitempty"`
	Reference string   `json:"reference"` // what the reference KMS does until it is answered
	Answers   []string `json:"answers"`   // the names that scenarios record
	Unasked   string   `json:"unasked"`   // why no scenario can ask; empty when one does
	Scenarios []string `json:"scenarios"` // ids of those that record an answer
	File      string   `json:"file"`
	Line      int      `json:"line"`
}

const (
	openQuestion  = "open question"
	contradiction = "contradiction"
)

func newQuestions(w world) *cobra.Command {
	var asJSON bool
	var own folder
	c := &cobra.Command{
		Use:   "questions",
		Short: "List the open questions and contradictions about AWS KMS, and what asks them",
		Long: `List what is not known about AWS KMS: questions that no source answers, and places where two of its texts disagree. The
scenarios under them judge nothing. Each records what a target does, under one of the names that are listed as answers;
"other" stands for anything else. ` + "`kmsconform run --tags @probe`" + ` asks them all.`,
		Example: `  kmsconform questions
  kmsconform questions --json | jq '.[] | select(.scenarios == []) | .id'`,
		Args: noArguments,
		RunE: ran(func(*cobra.Command, []string) error {
			contract, err := own.contract()
			if err != nil {
				return err
			}
			list := questionsOf(contract)
			if asJSON {
				return writeJSON(w.out, list)
			}
			_, err = io.WriteString(w.out, printedQuestions(list))
			return err
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	own.add(c)
	return c
}

// questionsOf are the open questions and then the contradictions, in the order of their files.
func questionsOf(c *features.Contract) []question {
	list := []question{}
	for _, q := range c.Questions {
		list = append(list, question{
			ID: q.ID, Kind: openQuestion, Asks: q.Asks, Matters: q.Matters, Known: q.Known, Reference: q.Default,
			Answers: orEmpty(q.Answers), Unasked: q.Unasked, Scenarios: probesOf(c, q.ID), File: q.File, Line: q.Line,
		})
	}
	for _, x := range c.Contradictions {
		list = append(list, question{
			ID: x.ID, Kind: contradiction, Asks: x.Says, Reference: x.Take, Answers: orEmpty(x.Readings), Unasked: x.Unshown,
			Scenarios: probesOf(c, x.ID), File: x.File, Line: x.Line,
		})
	}
	return list
}

// probesOf are the ids of the scenarios that record an answer; others under the same tag judge what is known about it.
func probesOf(c *features.Contract, id string) []string {
	ids := []string{}
	for i := range c.Scenarios {
		if s := &c.Scenarios[i]; isProbeOf(s, id) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func isProbeOf(s *features.Scenario, id string) bool {
	return slices.Contains(s.Tags, "@"+id) && slices.Contains(s.Tags, "@probe")
}

func orEmpty(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

func printedQuestions(list []question) string {
	var s strings.Builder
	kinds := map[string]int{}
	for _, q := range list {
		kinds[q.Kind]++
		fmt.Fprintf(&s, "%s  %s\n  %s\n", q.ID, q.Kind, q.Asks)
		if q.Matters != "" {
			fmt.Fprintf(&s, "  Why it matters: %s\n", q.Matters)
		}
		if q.Known != "" {
			fmt.Fprintf(&s, "  What is known: %s\n", q.Known)
		}
		reference := "The reference"
		if q.Kind == contradiction {
			reference = "The contract takes"
		}
		fmt.Fprintf(&s, "  %s: %s\n", reference, q.Reference)
		if q.Unasked != "" {
			fmt.Fprintf(&s, "  Not asked: %s\n\n", q.Unasked)
			continue
		}
		fmt.Fprintf(&s, "  Answers: %s\n", strings.Join(append(slices.Clone(q.Answers), features.Other), ", "))
		for _, id := range q.Scenarios {
			fmt.Fprintf(&s, "    %s\n", id)
		}
		s.WriteString("\n")
	}
	fmt.Fprintf(&s, "%s, %s\n", page.Plural(kinds[openQuestion], openQuestion), page.Plural(kinds[contradiction], contradiction))
	return s.String()
}
