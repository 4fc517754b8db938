package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner"
)

// requirement is how `requirements --json` shows one.
type requirement struct {
	ID             string            `json:"id"`
	Statement      string            `json:"statement"`
	Evidence       features.Evidence `json:"evidence"`
	Profile        features.Profile  `json:"profile"`
	Sources        []source          `json:"sources"`
	Questions      []string          `json:"questions,omitempty"`
	Contradictions []string          `json:"contradictions,omitempty"`
	Untestable     string            `json:"untestable"` // why no scenario can show it; empty when one can
	Planned        features.Profile  `json:"planned,omitempty"`
	Scenarios      []string          `json:"scenarios"` // ids
	File           string            `json:"file"`
	Line           int               `json:"line"`
	// Written is the evidence that its own entry has, where something that was recorded on AWS raised it.
	Written features.Evidence `json:"written,omitempty"`
	Seen    string            `json:"seen,omitempty"` // when this suite last saw it on AWS (RFC 3339)

	staleness string // what --stale prints
}

type source struct {
	Title string `json:"title"`
	Link  string `json:"link,omitempty"`
	Date  string `json:"date,omitempty"`
}

func newRequirements(w world) *cobra.Command {
	var asJSON, uncovered bool
	var profiles, evidence []string
	var stale string
	var own folder
	c := &cobra.Command{
		Use:   "requirements",
		Short: "List the requirements of the contract",
		Example: `  kmsconform requirements
  kmsconform requirements --evidence unknown     the open questions
  kmsconform requirements --uncovered            what no scenario covers, and why
  kmsconform requirements --stale 90d            what this suite has not seen on AWS for 90 days
  kmsconform requirements --json | jq '.[].id'`,
		Args: noArguments,
		RunE: ran(func(*cobra.Command, []string) error {
			if err := known("profile", profiles, profileNames()); err != nil {
				return err
			}
			if err := known("evidence level", evidence, evidenceNames()); err != nil {
				return err
			}
			contract, err := own.contract()
			if err != nil {
				return err
			}
			since := time.Time{}
			if stale != "" {
				old, err := age(stale)
				if err != nil {
					return err
				}
				since = time.Now().Add(-old)
			}
			covering := coverage(contract)
			list := []requirement{}
			for i := range contract.Requirements {
				r := &contract.Requirements[i]
				switch {
				case len(profiles) > 0 && !slices.Contains(profiles, string(r.Profile)),
					len(evidence) > 0 && !slices.Contains(evidence, string(r.Evidence)),
					uncovered && len(covering[r.ID]) > 0,
					stale != "" && (r.Seen.After(since) || r.Untestable != ""):
					continue
				}
				one := requirementOf(r, covering[r.ID])
				if stale != "" {
					one.staleness = staleness(r)
				}
				list = append(list, one)
			}
			if asJSON {
				return writeJSON(w.out, list)
			}
			return printRequirements(w, list)
		}),
	}
	flags := c.Flags()
	flags.BoolVar(&asJSON, "json", false, "as JSON")
	flags.BoolVar(&uncovered, "uncovered", false, "only those that no scenario covers")
	flags.StringVar(&stale, "stale", "", "only those that this suite has not seen on AWS for so long: an `AGE` such as 90d")
	flags.StringSliceVar(&profiles, "profile", nil, "only those of this `PROFILE`; may be repeated")
	flags.StringSliceVar(&evidence, "evidence", nil, "only those of this evidence `LEVEL`; may be repeated")
	own.add(c)
	must(c.RegisterFlagCompletionFunc("stale", cobra.NoFileCompletions))
	must(c.RegisterFlagCompletionFunc("profile", completeProfiles))
	must(c.RegisterFlagCompletionFunc("evidence", completeEvidence))
	return c
}

func requirementOf(r *features.Requirement, scenarios []*features.Scenario) requirement {
	out := requirement{
		ID: r.ID, Statement: r.Statement, Evidence: r.Evidence, Profile: r.Profile, Sources: []source{}, Questions: r.Questions,
		Contradictions: r.Contradictions, Untestable: r.Untestable, Planned: r.Planned, Scenarios: []string{}, File: r.File, Line: r.Line, Written: r.Written,
	}
	if !r.Seen.IsZero() {
		out.Seen = r.Seen.Format(time.RFC3339)
	}
	for _, s := range r.Sources {
		out.Sources = append(out.Sources, source{Title: s.Title, Link: link(s), Date: s.Date})
	}
	for _, s := range scenarios {
		out.Scenarios = append(out.Scenarios, s.ID)
	}
	return out
}

func printRequirements(w world, list []requirement) error {
	for _, r := range list {
		note := ""
		switch {
		case r.staleness != "":
			note = "\n    " + r.staleness
		case r.Untestable != "":
			note = "\n    untestable: " + r.Untestable
		case r.Planned != "" && len(r.Scenarios) == 0:
			note = "\n    its scenarios come with profile " + string(r.Planned)
		case len(r.Scenarios) == 0:
			note = "\n    no scenario covers it"
		}
		if _, err := fmt.Fprintf(w.out, "%-16s %-10s %-13s %s%s\n", r.ID, r.Evidence, r.Profile, r.Statement, note); err != nil {
			return err
		}
	}
	noun := "requirements"
	if len(list) == 1 {
		noun = "requirement"
	}
	_, err := fmt.Fprintf(w.out, "%d %s\n", len(list), noun)
	return err
}

// coverage maps requirement ids to the scenarios that carry them, in the order of the contract.
func coverage(c *features.Contract) map[string][]*features.Scenario {
	covering := map[string][]*features.Scenario{}
	for i := range c.Scenarios {
		for _, id := range c.Scenarios[i].Requirements {
			covering[id] = append(covering[id], &c.Scenarios[i])
		}
	}
	return covering
}

// link is where a source can be read: its URL, or its file on GitHub.
func link(s features.Source) string {
	switch {
	case s.URL != "":
		return s.URL
	case s.Repository == "":
		return ""
	}
	repository, commit, pinned := strings.Cut(s.Repository, "@")
	if !pinned {
		commit = "HEAD"
	}
	if s.Path == "" {
		return "https://github.com/" + repository
	}
	path, _, _ := strings.Cut(s.Path, "::") // the name of a test inside the file
	return "https://github.com/" + repository + "/blob/" + commit + "/" + path
}

// known refuses values that are not among the names.
func known(what string, values, names []string) error {
	for _, v := range values {
		if !slices.Contains(names, v) {
			advice := "Choose from " + strings.Join(names, ", ") + "."
			if near := runner.Nearest(v, names); near != "" {
				advice = fmt.Sprintf("Did you mean %q? %s", near, advice)
			}
			return &runner.UsageError{Problem: fmt.Sprintf("there is no %s %q.", what, v), Advice: advice}
		}
	}
	return nil
}

func profileNames() []string {
	var names []string
	for _, p := range features.Profiles() {
		names = append(names, string(p))
	}
	return names
}

func evidenceNames() []string {
	return []string{string(features.Observed), string(features.Documented), string(features.Inferred), string(features.Unknown)}
}
