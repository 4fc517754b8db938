package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/runner/teeth"
)

// biting are the flags of teeth.
type biting struct {
	defecting
	profiles          []string
	workers           int
	quick, everything bool
	json, html        string
	writeAssertions   string
}

func newTeeth(w world) *cobra.Command {
	var b biting
	c := &cobra.Command{
		Use:   "teeth",
		Short: "Prove that the contract notices every seeded defect of the reference KMS",
		Long: `Run the contract against the reference KMS with each seeded defect switched on, and print which scenario notices which:
the kill matrix. A defect is killed by a scenario that fails and covers a requirement which the defect breaks.

Exit codes: 0 every defect is killed, every scenario kills one or says why it need not, and every scenario makes the assertions
that it is known to make; 1 otherwise; 2 wrong usage; 3 could not run.`,
		Example: `  kmsconform teeth
  kmsconform teeth --html teeth.html --json teeth.json
  kmsconform teeth --defect delete-drops-tags --defect tokens-do-not-expire
  kmsconform teeth --quick --profile core`,
		Args: noArguments,
		RunE: ran(func(c *cobra.Command, _ []string) error { return b.run(c.Context(), w) }),
	}
	flags := c.Flags()
	b.add(c, "only this defect")
	flags.StringSliceVar(&b.profiles, "profile", nil, "only scenarios of this `PROFILE`; may be repeated")
	flags.IntVar(&b.workers, "workers", 0, "scenarios at a time (default: the processors)")
	flags.BoolVar(&b.quick, "quick", false, "end each defect with the first scenario that kills it")
	flags.BoolVar(&b.everything, "everything", false, "also play scenarios that cover none of a defect's requirements")
	flags.StringVar(&b.json, "json", "", "write the matrix to this `FILE` as JSON")
	flags.StringVar(&b.html, "html", "", "write the matrix to this `FILE` as a page")
	flags.StringVar(&b.writeAssertions, "write-assertions", "", "write how many assertions each scenario makes to this `FILE`, which is runner/teeth/assertions.json")
	must(c.MarkFlagFilename("json", "json"))
	must(c.MarkFlagFilename("html", "html"))
	must(c.MarkFlagFilename("write-assertions", "json"))
	must(c.RegisterFlagCompletionFunc("profile", completeProfiles))
	return c
}

func (b *biting) run(ctx context.Context, w world) error {
	defects, err := b.defects()
	if err != nil {
		return err
	}
	build := readBuild()
	o := teeth.Options{
		Selection: runner.Selection{Profiles: b.profiles}, Defects: defects, Workers: b.workers, Quick: b.quick, Everything: b.everything,
		Tool: report.Tool{Name: build.Name, Version: build.Version, Commit: build.Commit},
	}
	if b.writeAssertions == "" {
		if o.Assertions, err = teeth.Assertions(); err != nil {
			return err
		}
	}
	if w.terminal {
		o.Progress = func(done, all int) {
			if done%50 == 0 || done == all {
				fmt.Fprintf(w.errs, "\r%d of %d", done, all)
			}
		}
		defer fmt.Fprint(w.errs, "\r")
	}
	m, err := teeth.Run(ctx, o)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{b.json, m.WriteJSON}, {b.html, m.WriteHTML}, {b.writeAssertions, func(to io.Writer) error { return teeth.WriteAssertions(to, m) }},
	} {
		if file.path == "" {
			continue
		}
		if err := writeFile(file.path, file.write); err != nil {
			return fmt.Errorf("write %s: %w", file.path, err)
		}
	}
	if err := m.WriteText(w.out); err != nil {
		return err
	}
	if len(m.Problems) > 0 {
		return verdict(exitDivergent)
	}
	return nil
}

// defecting is the flag that switches seeded defects on.
type defecting struct{ names []string }

func (d *defecting) add(c *cobra.Command, what string) {
	c.Flags().StringArrayVar(&d.names, "defect", nil, what+", by `NAME`; may be repeated; kmsconform defects lists them")
	must(c.RegisterFlagCompletionFunc("defect", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, one := range defect.All() {
			names = append(names, one.Name+"\t"+one.Sentence)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}))
}

// defects are those that were named; nil: none were.
func (d *defecting) defects() ([]defect.Defect, error) {
	var defects []defect.Defect
	for _, name := range d.names {
		one, err := defect.Named(name)
		if err != nil {
			return nil, &runner.UsageError{Problem: "--defect: " + err.Error() + ".", Err: err}
		}
		defects = append(defects, one)
	}
	return defects, nil
}

// again is what repeats the flags.
func (d *defecting) again() []string {
	var args []string
	for _, name := range d.names {
		args = append(args, "--defect", name)
	}
	return args
}

// listedDefect is how `defects --json` shows a defect.
type listedDefect struct {
	Name         string   `json:"name"`
	Sentence     string   `json:"sentence"`
	Requirements []string `json:"requirements"`
	Operations   []string `json:"operations"` // empty: all
}

func newDefects(w world) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "defects",
		Short: "List the seeded defects of the reference KMS",
		Long: `List the seeded defects of the reference KMS: ways to be wrong that run --defect and serve --defect switch on, and that
kmsconform teeth tries one by one.`,
		Example: "  kmsconform defects\n  kmsconform defects --json | jq -r '.[].name'",
		Args:    noArguments,
		RunE: ran(func(*cobra.Command, []string) error {
			list := []listedDefect{}
			for _, d := range defect.All() {
				list = append(list, listedDefect{d.Name, d.Sentence, d.Requirements, append([]string{}, d.Operations...)})
			}
			if asJSON {
				return writeJSON(w.out, list)
			}
			for _, d := range list {
				if _, err := fmt.Fprintf(w.out, "%s\n  %s\n", d.Name, d.Sentence); err != nil {
					return err
				}
			}
			_, err := fmt.Fprintln(w.out, page.Plural(len(list), "defect"))
			return err
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}
