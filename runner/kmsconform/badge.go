package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/compare"
	"github.com/kmsconform/kmsconform/runner/report"
)

func newBadge(w world) *cobra.Command {
	var profile, output string
	c := &cobra.Command{
		Use:   "badge REPORT",
		Short: "Write a badge of a report's verdict, as SVG",
		Long: `Write a badge of a report's verdict, as SVG: on all of the contract, or on one profile. It says conformant only where every
scenario of the contract ran and passed. A run leaves the one on all of the contract in its report folder.`,
		Example: `  kmsconform badge kmsconform-report --profile core --output badge-core.svg`,
		RunE: ran(func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &runner.UsageError{Problem: fmt.Sprintf("kmsconform badge takes one report, and %d are given.", len(args)), Advice: "Give a report.json, or its folder."}
			}
			if profile != "" && !slices.Contains(profileNames(), profile) {
				return &runner.UsageError{Problem: fmt.Sprintf("there is no profile %q.", profile), Advice: fmt.Sprintf("There are %s.", strings.Join(profileNames(), ", "))}
			}
			inputs, err := compare.Load(args)
			if err != nil {
				return &runner.UsageError{Problem: err.Error(), Err: err}
			}
			return writeTo(w, output, func(to io.Writer) error {
				return report.WriteBadge(to, inputs[0].Report, features.Profile(profile))
			})
		}),
	}
	c.Flags().StringVar(&profile, "profile", "", "the verdict on this `PROFILE`")
	c.Flags().StringVarP(&output, "output", "o", "", "write it to `FILE` and not to the screen")
	must(c.MarkFlagFilename("output"))
	must(c.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(profileNames(), cobra.ShellCompDirectiveNoFileComp)))
	return c
}
