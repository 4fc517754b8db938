package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/features"
)

type completions = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// completing makes a completion of names that may be described after a tab.
func completing(names func(*features.Contract) []string) completions {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		contract, err := features.Load()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		all := names(contract)
		all = slices.DeleteFunc(all, func(name string) bool { return !strings.HasPrefix(name, typed) })
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

var (
	completeProfiles = completing(func(*features.Contract) []string {
		var names []string
		for _, p := range features.Profiles() {
			names = append(names, string(p))
		}
		return names
	})
	completeRequirements = completing(func(c *features.Contract) []string {
		var ids []string
		for i := range c.Requirements {
			ids = append(ids, c.Requirements[i].ID+"\t"+c.Requirements[i].Statement)
		}
		return ids
	})
	// completeIDs completes everything that explain tells about.
	completeIDs = completing(func(c *features.Contract) []string {
		var ids []string
		for i := range c.Requirements {
			ids = append(ids, c.Requirements[i].ID+"\t"+c.Requirements[i].Statement)
		}
		for i := range c.Questions {
			ids = append(ids, c.Questions[i].ID+"\t"+c.Questions[i].Asks)
		}
		for i := range c.Contradictions {
			ids = append(ids, c.Contradictions[i].ID+"\t"+c.Contradictions[i].Says)
		}
		return ids
	})
	completeScenarios = completing(func(c *features.Contract) []string {
		var ids []string
		for i := range c.Scenarios {
			ids = append(ids, c.Scenarios[i].ID)
		}
		return ids
	})
	completeTags = completing(func(c *features.Contract) []string {
		var tags []string
		for i := range c.Scenarios {
			tags = append(tags, c.Scenarios[i].Tags...)
		}
		slices.Sort(tags)
		return slices.Compact(tags)
	})
	completeEvidence = completing(func(*features.Contract) []string { return evidenceNames() })
)
