package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/steps"
)

// listed is how `list --json` shows a scenario.
type listed struct {
	ID           string           `json:"id"`
	Feature      string           `json:"feature"`
	Rule         string           `json:"rule,omitempty"`
	Name         string           `json:"name"`
	File         string           `json:"file"`
	Line         int              `json:"line"`
	Profile      features.Profile `json:"profile"`
	Requirements []string         `json:"requirements"`
	Tags         []string         `json:"tags"`
}

func newList(w world) *cobra.Command {
	var asJSON bool
	var s selecting
	c := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios that a run would select",
		Example: `  kmsconform list
  kmsconform list --profile core --tags 'not @probe'
  kmsconform list --json | jq -r '.[].id'`,
		Args: noArguments,
		RunE: ran(func(*cobra.Command, []string) error {
			selection, err := s.selection()
			if err != nil {
				return err
			}
			contract, err := s.folder.contract()
			if err != nil {
				return err
			}
			chosen, err := selection.Apply(contract)
			if err != nil {
				return err
			}
			if asJSON {
				list := []listed{}
				for i := range chosen {
					x := &chosen[i]
					list = append(list, listed{
						ID: x.ID, Feature: x.Feature, Rule: x.Rule, Name: x.Name, File: x.File, Line: x.Line,
						Profile: x.Profile, Requirements: x.Requirements, Tags: x.Tags,
					})
				}
				return writeJSON(w.out, list)
			}
			return printScenarios(w, chosen)
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	s.add(c)
	return c
}

// printScenarios prints the ids, which every other command takes, under the names of their features.
func printScenarios(w world, chosen []features.Scenario) error {
	feature := ""
	for i := range chosen {
		x := &chosen[i]
		if x.Feature != feature {
			feature = x.Feature
			if _, err := fmt.Fprintln(w.out, feature); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w.out, "  %s\n", x.ID); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w.out, page.Plural(len(chosen), "scenario"))
	return err
}

func newLint(w world) *cobra.Command {
	var own folder
	c := &cobra.Command{
		Use:   "lint",
		Short: "Check that the contract is sound",
		Long: `Check that the contract is sound: every step matches one sentence, every scenario names requirements that exist, every
requirement is covered or says why it is not. What is wrong is listed with file and line.`,
		Example: "  kmsconform lint\n  kmsconform lint --features ./features",
		Args:    noArguments,
		RunE: ran(func(*cobra.Command, []string) error {
			contract, err := own.contract()
			if err != nil {
				return err
			}
			if findings := contract.Lint(steps.Match); len(findings) > 0 {
				return &runner.LintError{Findings: findings}
			}
			_, err = fmt.Fprintf(w.out, "The contract is sound: %s, %s.\n",
				page.Plural(len(contract.Scenarios), "scenario"), page.Plural(len(contract.Requirements), "requirement"))
			return err
		}),
	}
	own.add(c)
	return c
}
