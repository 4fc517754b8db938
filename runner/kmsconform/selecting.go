package main

import (
	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner"
)

// selecting are the flags that choose scenarios, and the contract they are chosen from.
type selecting struct {
	profiles, requirements, scenarios []string
	tags, rerun, shard                string
	folder                            folder
}

// folder are the flags about feature files of one's own.
type folder struct {
	dir  string
	only bool
}

func (f *folder) add(c *cobra.Command) {
	c.Flags().StringVar(&f.dir, "features", "", "also the feature files in this `DIR`, in the same language")
	c.Flags().BoolVar(&f.only, "features-only", false, "only the feature files of --features, without the embedded contract")
	must(c.MarkFlagDirname("features"))
}

// contract loads the embedded contract, the folder, or both.
func (f *folder) contract() (*features.Contract, error) {
	if f.only && f.dir == "" {
		return nil, &runner.UsageError{Problem: "--features-only says to leave the embedded contract out, and no folder is given instead.", Advice: "Add --features DIR."}
	}
	var contract *features.Contract
	var err error
	switch {
	case f.dir == "":
		contract, err = features.Load()
	case f.only:
		contract, err = features.LoadDir(f.dir)
	default:
		contract, err = features.LoadWith(f.dir)
	}
	if err != nil {
		return nil, &runner.LintError{Err: err}
	}
	return contract, nil
}

func (s *selecting) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringSliceVar(&s.profiles, "profile", nil, "only scenarios of this `PROFILE`; may be repeated")
	flags.StringSliceVar(&s.requirements, "requirement", nil, "only scenarios that cover this requirement `ID`; may be repeated")
	flags.StringArrayVar(&s.scenarios, "scenario", nil, "only this scenario, by id or `REGEXP`; may be repeated")
	flags.StringVar(&s.tags, "tags", "", "only scenarios whose tags fit this `EXPRESSION`, such as '@core and not @probe'")
	flags.StringVar(&s.rerun, "rerun", "", "only what did not pass in this `REPORT`.json")
	flags.StringVar(&s.shard, "shard", "", "only part `I/N` of what is selected, such as 2/5")
	s.folder.add(c)
	must(c.MarkFlagFilename("rerun", "json"))
	must(c.RegisterFlagCompletionFunc("profile", completeProfiles))
	must(c.RegisterFlagCompletionFunc("requirement", completeRequirements))
	must(c.RegisterFlagCompletionFunc("scenario", completeScenarios))
	must(c.RegisterFlagCompletionFunc("tags", completeTags))
}

func (s *selecting) selection() (runner.Selection, error) {
	shard, err := runner.ParseShard(s.shard)
	return runner.Selection{
		Profiles: s.profiles, Requirements: s.requirements, Scenarios: s.scenarios, Tags: s.tags, Rerun: s.rerun, Shard: shard,
	}, err
}

// must is for what only a mistake in this package can make fail: a completion for a flag that does not exist.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
