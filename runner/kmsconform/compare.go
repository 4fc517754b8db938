package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/compare"
)

// comparing are the flags of a comparison.
type comparing struct {
	folder folder
	format string
	output string
	diff   bool
	all    bool
}

// formats are how a comparison can be written.
var formats = []string{"text", "markdown", "html", "json"}

func newCompare(w world) *cobra.Command {
	var x comparing
	c := &cobra.Command{
		Use:   "compare [NAME=]REPORT...",
		Short: "Put the reports of several runs beside each other",
		Long: `Put the reports of several runs beside each other: which requirements tell the targets apart, how they answer what nobody
knows of AWS and, of two runs of one target, what was fixed, what broke and what diverges in another way.

A report is a report.json, or the folder that holds one. NAME= gives its target a name; without one it has that of the
report. Reports of one name are runs of one target, and each is compared with the one before it; --diff takes two reports
for that, whatever they are called.

Exit codes: 0 compared, whatever the comparison says; 2 wrong usage, or no report; 3 could not be written.`,
		Example: `  kmsconform compare ministack=out/ministack localstack=out/localstack
  kmsconform compare --format html --output comparison.html out/*/report.json
  kmsconform compare --diff before/report.json after/report.json
  kmsconform compare --format json out/*/report.json | jq '.requirements[] | select(.separates == "behaviour") | .id'`,
		RunE: ran(func(_ *cobra.Command, args []string) error { return x.run(w, args) }),
	}
	flags := c.Flags()
	flags.StringVar(&x.format, "format", formats[0], "write it as "+strings.Join(formats, ", "))
	flags.StringVarP(&x.output, "output", "o", "", "write it to `FILE` and not to the screen")
	flags.BoolVar(&x.diff, "diff", false, "take two reports for two runs of one target, the earlier one first")
	flags.BoolVar(&x.all, "all", false, "as text, list what the targets agree on, too")
	x.folder.add(c)
	must(c.MarkFlagFilename("output"))
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp)))
	return c
}

func (x *comparing) run(w world, args []string) error {
	write, err := x.writer()
	if err != nil {
		return err
	}
	inputs, err := compare.Load(args)
	if err != nil {
		return &runner.UsageError{Problem: err.Error(), Err: err}
	}
	contract, err := x.folder.contract()
	if err != nil {
		return err
	}
	c, err := compare.Of(inputs, compare.Options{Contract: contract, Diff: x.diff})
	if err != nil {
		return &runner.UsageError{Problem: err.Error() + ".", Advice: "`kmsconform compare --help` shows how.", Err: err}
	}
	return writeTo(w, x.output, func(to io.Writer) error { return write(to, c) })
}

// writer is the function that writes the format that was asked for.
func (x *comparing) writer() (func(io.Writer, *compare.Comparison) error, error) {
	switch x.format {
	case "text":
		return func(to io.Writer, c *compare.Comparison) error { return compare.WriteText(to, c, x.all) }, nil
	case "markdown":
		return compare.WriteMarkdown, nil
	case "html":
		return compare.WriteHTML, nil
	case "json":
		return compare.WriteJSON, nil
	default:
		advice := fmt.Sprintf("There are %s.", strings.Join(formats, ", "))
		if near := runner.Nearest(x.format, formats); near != "" {
			advice = fmt.Sprintf("Did you mean %s? %s", near, advice)
		}
		return nil, &runner.UsageError{Problem: fmt.Sprintf("there is no format %q.", x.format), Advice: advice}
	}
}

// writeTo writes to a file of a whole or, without one, to the screen.
func writeTo(w world, path string, write func(io.Writer) error) error {
	if path == "" {
		return write(w.out)
	}
	if err := writeFile(path, write); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
