package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner"
)

func newExplain(w world) *cobra.Command {
	var own folder
	c := &cobra.Command{
		Use:     "explain ID",
		Short:   "Tell what is known about a requirement, an open question or a contradiction",
		Example: "  kmsconform explain DIKM-STATE-07\n  kmsconform explain OQ-29",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return &runner.UsageError{
				Problem: fmt.Sprintf("explain takes one id, and got %d.", len(args)),
				Advice:  "`kmsconform requirements` lists them.",
			}
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return completeIDs(c, args, typed)
		},
		RunE: ran(func(_ *cobra.Command, args []string) error {
			contract, err := own.contract()
			if err != nil {
				return err
			}
			text, err := explain(contract, strings.ToUpper(strings.TrimPrefix(args[0], "@")))
			if err != nil {
				return err
			}
			_, err = io.WriteString(w.out, text)
			return err
		}),
	}
	own.add(c)
	return c
}

// explain is what there is to say about an id.
func explain(c *features.Contract, id string) (string, error) {
	ids := []string{}
	for i := range c.Requirements {
		r := &c.Requirements[i]
		if ids = append(ids, r.ID); r.ID == id {
			return explainRequirement(c, r), nil
		}
	}
	for _, q := range c.Questions {
		if ids = append(ids, q.ID); q.ID == id {
			return explainQuestion(c, q), nil
		}
	}
	for _, x := range c.Contradictions {
		if ids = append(ids, x.ID); x.ID == id {
			return explainContradiction(c, x), nil
		}
	}
	advice := "`kmsconform requirements` lists them."
	if near := nearIDs(id, ids); len(near) > 0 {
		advice = fmt.Sprintf("Did you mean %s? %s", strings.Join(near, ", "), advice)
	}
	return "", &runner.UsageError{Problem: fmt.Sprintf("there is no requirement, question or contradiction %q.", id), Advice: advice}
}

// nearIDs returns up to three ids that may have been meant.
func nearIDs(id string, ids []string) []string {
	var near []string
	for rest := slices.Clone(ids); len(near) < 3; {
		next := runner.Nearest(id, rest)
		if next == "" {
			break
		}
		near = append(near, next)
		rest = slices.DeleteFunc(rest, func(s string) bool { return s == next })
	}
	return near
}

func explainRequirement(c *features.Contract, r *features.Requirement) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s  %s  %s\n\n  %s\n", r.ID, r.Evidence, r.Profile, r.Statement)
	if r.Note != "" {
		fmt.Fprintf(&s, "\n  Note: %s\n", r.Note)
	}
	if r.Message != "" {
		fmt.Fprintf(&s, "\n  The message fits %s\n", r.Message)
	}
	fmt.Fprintf(&s, "\nWhat a difference means\n  %s\n", meaning(r.Evidence))
	if r.Written != "" {
		fmt.Fprintf(&s, "  Until this suite saw it on AWS it was %s.\n", r.Written)
	}
	section(&s, "Sources", r.Sources, func(x features.Source) string {
		line := x.Title
		if x.Date != "" {
			line += ", " + x.Date
		}
		if _, test, is := strings.Cut(x.Path, "::"); is {
			line += ", " + test
		}
		if l := link(x); l != "" {
			line += "\n    " + l
		}
		return line
	})
	switch covering := coverage(c)[r.ID]; {
	case len(covering) > 0:
		section(&s, "Scenarios", covering, func(x *features.Scenario) string { return fmt.Sprintf("%s\n    %s:%d", x.ID, x.File, x.Line) })
	case r.Untestable != "":
		fmt.Fprintf(&s, "\nScenarios\n  none: %s\n", r.Untestable)
	case r.Planned != "":
		fmt.Fprintf(&s, "\nScenarios\n  none yet: they come with profile %s\n", r.Planned)
	default:
		fmt.Fprint(&s, "\nScenarios\n  none\n")
	}
	section(&s, "Open questions", pick(c.Questions, func(q features.Question) bool { return slices.Contains(r.Questions, q.ID) }),
		func(q features.Question) string { return q.ID + ": " + q.Asks })
	section(&s, "Contradictions", pick(c.Contradictions, func(x features.Contradiction) bool { return slices.Contains(r.Contradictions, x.ID) }),
		func(x features.Contradiction) string {
			return fmt.Sprintf("%s: %s\n    Taken: %s", x.ID, x.Says, x.Take)
		})
	fmt.Fprintf(&s, "\nThe reference KMS\n  %s\n", decided(c, r))
	return s.String()
}

// decided says how the reference KMS behaves here, and on whose word.
func decided(c *features.Contract, r *features.Requirement) string {
	if r.Reference != "" {
		return r.Reference
	}
	if r.Evidence.Gates() {
		return "does what the requirement says."
	}
	for _, q := range c.Questions {
		if slices.Contains(r.Questions, q.ID) && q.Default != "" {
			return fmt.Sprintf("takes the default of %s: %s", q.ID, q.Default)
		}
	}
	return "does what the requirement says, for want of anything better."
}

func meaning(e features.Evidence) string {
	switch e {
	case features.Observed:
		return "observed: recorded from real AWS. A target that differs fails."
	case features.Documented:
		return "documented: AWS says so. A target that differs fails."
	case features.Inferred:
		return "inferred: it follows, but nobody says so. A target that differs is told so, and does not fail."
	case features.Unknown:
		return "unknown: an open question. What a target does is recorded, not judged."
	default:
		return string(e)
	}
}

func explainQuestion(c *features.Contract, q features.Question) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s  open question\n\n  %s\n", q.ID, q.Asks)
	if q.Matters != "" {
		fmt.Fprintf(&s, "\nWhy it matters\n  %s\n", q.Matters)
	}
	if q.Known != "" {
		fmt.Fprintf(&s, "\nWhat is known\n  %s\n", q.Known)
	}
	fmt.Fprintf(&s, "\nThe reference KMS\n  %s\n", q.Default)
	if q.Unasked != "" {
		fmt.Fprintf(&s, "\nNot asked\n  %s\n", q.Unasked)
	} else {
		closedSet(&s, "Answers", q.Answers)
	}
	section(&s, "Requirements", pick(c.Requirements, func(r features.Requirement) bool { return slices.Contains(r.Questions, q.ID) }),
		func(r features.Requirement) string { return r.ID + ": " + r.Statement })
	scenariosAbout(&s, c, q.ID, "Scenarios that ask", "Scenarios that judge what is known")
	return s.String()
}

func explainContradiction(c *features.Contract, x features.Contradiction) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s  contradiction\n\n  %s\n\nTaken\n  %s\n", x.ID, x.Says, x.Take)
	if x.Unshown != "" {
		fmt.Fprintf(&s, "\nNot shown\n  %s\n", x.Unshown)
	} else {
		closedSet(&s, "Readings", x.Readings)
	}
	section(&s, "Requirements", pick(c.Requirements, func(r features.Requirement) bool { return slices.Contains(r.Contradictions, x.ID) }),
		func(r features.Requirement) string { return r.ID + ": " + r.Statement })
	scenariosAbout(&s, c, x.ID, "Scenarios that record a reading", "Scenarios that hold targets to what is taken")
	return s.String()
}

// closedSet lists the names that scenarios record.
func closedSet(s *strings.Builder, heading string, names []string) {
	fmt.Fprintf(s, "\n%s\n  %s\n", heading, strings.Join(append(slices.Clone(names), features.Other), ", "))
}

// scenariosAbout lists the scenarios that carry a tag: those that only record apart from those that judge.
func scenariosAbout(s *strings.Builder, c *features.Contract, id, recording, judging string) {
	line := func(x features.Scenario) string { return fmt.Sprintf("%s\n    %s:%d", x.ID, x.File, x.Line) }
	section(s, recording, pick(c.Scenarios, func(x features.Scenario) bool { return isProbeOf(&x, id) }), line)
	section(s, judging, pick(c.Scenarios, func(x features.Scenario) bool {
		return slices.Contains(x.Tags, "@"+id) && !isProbeOf(&x, id)
	}), line)
}

// section writes a heading and what is under it, or nothing when that is nothing.
func section[T any](s *strings.Builder, heading string, items []T, line func(T) string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(s, "\n%s\n", heading)
	for _, item := range items {
		fmt.Fprintf(s, "  %s\n", line(item))
	}
}

func pick[T any](all []T, keep func(T) bool) []T {
	var some []T
	for _, one := range all {
		if keep(one) {
			some = append(some, one)
		}
	}
	return some
}
