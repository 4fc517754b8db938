package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/steps"
)

func newSteps(w world) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "steps",
		Short: "List the sentences that feature files can use",
		Long: `List the sentences that feature files can use.

Words in <angle brackets> are choices, what stands in [square brackets] can be left out.`,
		Example: "  kmsconform steps\n  kmsconform steps --json",
		Args:    noArguments,
		RunE: ran(func(*cobra.Command, []string) error {
			if asJSON {
				return writeJSON(w.out, sentences())
			}
			for _, s := range sentences() {
				if _, err := fmt.Fprintln(w.out, s.Sentence); err != nil {
					return err
				}
				if s.Help != "" {
					if _, err := fmt.Fprintln(w.out, "    "+s.Help); err != nil {
						return err
					}
				}
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON, with the patterns")
	return c
}

type sentence struct {
	Sentence string `json:"sentence"`
	Pattern  string `json:"pattern"`
	Help     string `json:"help,omitempty"`
}

func sentences() []sentence {
	var all []sentence
	for _, d := range steps.Definitions() {
		all = append(all, sentence{Sentence: d.Sentence, Pattern: d.Pattern.String(), Help: d.Help})
	}
	return all
}
