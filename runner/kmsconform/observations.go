package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/observe"
	"github.com/kmsconform/kmsconform/runner/page"
)

func newObservations(w world) *cobra.Command {
	c := &cobra.Command{
		Use:   "observations [DIR]",
		Short: "List what was recorded on AWS itself",
		Long: `List what runs of this suite recorded on AWS KMS itself and the contract keeps, and what of it holds other targets. DIR is a
folder of observation files that are not kept yet. kmsconform run --aws --record-observations writes them.`,
		Example: `  kmsconform observations
  kmsconform observations verify
  kmsconform observations verify kmsconform-observations`,
		Args: atMostOneFolder,
		RunE: ran(func(_ *cobra.Command, args []string) error {
			contract, err := withObservations(args)
			if err != nil {
				return err
			}
			_, err = io.WriteString(w.out, printedObservations(contract))
			return err
		}),
	}
	c.AddCommand(&cobra.Command{
		Use:   "verify [DIR]",
		Short: "Check the observations: wording, secrets, and whether the reference KMS agrees",
		Long: `Check what was recorded on AWS: whether the scenarios still say what was recorded, whether a file holds anything that must
not be published, and whether the reference KMS does what AWS did.

Exit codes: 0 all of it holds; 1 something does not; 2 wrong usage, or a file that cannot be read; 3 could not check.`,
		Args: atMostOneFolder,
		RunE: ran(func(c *cobra.Command, args []string) error {
			contract, err := withObservations(args)
			if err != nil {
				return err
			}
			found, err := observe.Verify(c.Context(), contract)
			if err != nil {
				return err
			}
			for _, f := range found {
				if _, err := fmt.Fprintln(w.out, f); err != nil {
					return err
				}
			}
			if _, err := fmt.Fprintf(w.out, "%s, %s\n", page.Plural(len(contract.Observations), "observation"), page.Plural(len(found), "fault")); err != nil {
				return err
			}
			if len(found) > 0 {
				return verdict(exitDivergent)
			}
			return nil
		}),
	})
	return c
}

// atMostOneFolder refuses more than one argument.
func atMostOneFolder(c *cobra.Command, args []string) error {
	if len(args) <= 1 {
		return nil
	}
	return &runner.UsageError{
		Problem: fmt.Sprintf("%s takes one folder, and got %d.", c.CommandPath(), len(args)), Advice: "Name one folder, or none for the contract's own.",
	}
}

// withObservations is the embedded contract with what a folder adds, if one is named.
func withObservations(args []string) (*features.Contract, error) {
	contract, err := features.Load()
	if err != nil {
		return nil, &runner.LintError{Err: err}
	}
	if len(args) == 0 {
		return contract, nil
	}
	contract, err = contract.WithObservations(args[0])
	if err != nil {
		return nil, &runner.UsageError{Problem: err.Error(), Err: err}
	}
	return contract, nil
}

func printedObservations(c *features.Contract) string {
	var s strings.Builder
	for i := range c.Observations {
		o := &c.Observations[i]
		what := "holds"
		if o.Question != "" {
			what = o.Question + ": " + o.Answer
		}
		fmt.Fprintf(&s, "%s  %-16s %s\n    %s in %s, %s\n", o.Date.Format(time.DateOnly), o.Requirement, what, o.Scenario, o.Region, o.File)
	}
	if len(c.Observations) == 0 {
		s.WriteString("None are kept. `kmsconform run --aws --record-observations` records them.\n")
	}
	fmt.Fprintln(&s, page.Plural(len(c.Observations), "observation"))
	return s.String()
}

// age reads a number of days, such as 90d, or a duration such as 36h.
func age(text string) (time.Duration, error) {
	if days, is := strings.CutSuffix(text, "d"); is {
		n, err := strconv.ParseUint(days, 10, 16)
		if err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return d, nil
	}
	return 0, &runner.UsageError{
		Problem: fmt.Sprintf("--stale %q is no age.", text), Advice: "Write days such as 90d, or a duration such as 36h.",
	}
}

// staleness says when this suite last saw a requirement on AWS, and how recent its sources are.
func staleness(r *features.Requirement) string {
	if !r.Seen.IsZero() {
		return "last seen on AWS by this suite on " + r.Seen.Format(time.DateOnly)
	}
	newest := ""
	for _, s := range r.Sources {
		newest = max(newest, s.Date)
	}
	if newest == "" {
		return "never seen on AWS by this suite; its sources have no date"
	}
	return "never seen on AWS by this suite; its newest source is of " + newest
}
