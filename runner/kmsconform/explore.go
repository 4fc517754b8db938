package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/explore"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/report"
)

// exploring are the flags of explore.
type exploring struct {
	targeting

	seed       uint64
	steps      int
	runs       int
	lasting    time.Duration
	operations []string
	maxKeys    int
	save       string
	overwrite  bool
	quiet      bool
}

func newExplore(w world) *cobra.Command {
	var e exploring
	c := &cobra.Command{
		Use:   "explore",
		Short: "Find divergences with random sequences of operations",
		Long: `Find divergences with random sequences of operations.

Every step is done on the KMS and asked of the rules of the reference KMS, and what the two tell of all keys is compared.
What differs is shrunk to the shortest sequence that shows it, on fresh keys, and printed as a scenario that
"kmsconform run --features" runs. What is known is steered around, so that one search finds many divergences. Where the
contract has an open question, every answer that the question allows is accepted and told apart from divergences.

On a KMS of somebody else's, --max-keys bounds the keys that are made, those of shrinking among them; all of them are
scheduled for deletion. Sequences let time pass only where the target's clock can be moved.

Exit codes: 0 no divergence, or only advisory ones; 1 divergences; 2 wrong usage; 3 could not run.`,
		Example: `  kmsconform explore
  kmsconform explore --endpoint http://127.0.0.1:4566 --for 5m --max-keys 200
  kmsconform explore --endpoint http://127.0.0.1:4566 --operations DeleteImportedKeyMaterial,ImportKeyMaterial,EnableKey
  kmsconform explore --endpoint http://127.0.0.1:4566 --save found/explored.feature
  kmsconform explore --defect delete-resets-the-key --seed 1`,
		Args: noArguments,
		RunE: ran(func(c *cobra.Command, _ []string) error {
			if !c.Flags().Changed("seed") {
				e.seed = uint64(rand.Uint32()) //nolint:gosec // sequences are no secret
			}
			return e.explore(c.Context(), w)
		}),
	}
	e.targeting.add(c)
	flags := c.Flags()
	flags.Uint64Var(&e.seed, "seed", 0, "make the sequences that the search with this seed made (default: a new one)")
	flags.IntVar(&e.steps, "steps", explore.DefaultSteps, "steps of one sequence")
	flags.IntVar(&e.runs, "runs", 0, fmt.Sprintf("how many sequences (default %d, or as many as fit in --for)", explore.DefaultRuns))
	flags.DurationVar(&e.lasting, "for", 0, "how long to go on, such as 5m")
	flags.StringSliceVar(&e.operations, "operations", nil, "only these `OPERATIONS`, and CreateKey")
	flags.IntVar(&e.maxKeys, "max-keys", 0, fmt.Sprintf("make no more keys than this (default %d; on the embedded reference KMS no bound)", explore.DefaultMaxKeys))
	flags.StringVar(&e.save, "save", "", "write what was found to this `FILE.feature`")
	flags.BoolVar(&e.overwrite, "overwrite", false, "let --save replace a file")
	e.defecting.add(c, "explore the reference KMS with this seeded defect")
	flags.BoolVarP(&e.quiet, "quiet", "q", false, "print nothing before the result")
	must(c.MarkFlagFilename("save", "feature"))
	must(c.RegisterFlagCompletionFunc("operations", cobra.FixedCompletions(explore.Operations(), cobra.ShellCompDirectiveNoFileComp)))
	return c
}

func (e *exploring) explore(ctx context.Context, w world) error {
	if err := e.check(); err != nil {
		return err
	}
	contract, err := features.Load()
	if err != nil {
		return &runner.LintError{Err: err}
	}
	kms, err := e.target(w)
	if err != nil {
		return err
	}
	if kms.Kind == target.Endpoint {
		marked(kms, e.lasting)
	}
	o := explore.Options{
		Contract: contract, Seed: e.seed, Steps: e.steps, Runs: e.runs, For: e.lasting, Operations: e.operations, MaxKeys: e.maxKeys,
	}
	if !e.quiet && w.terminal {
		o.Progress = func(done, found int) {
			fmt.Fprintf(w.errs, "\r%s, %s", page.Plural(done, "sequence"), page.Plural(found, "divergence"))
		}
		defer fmt.Fprintln(w.errs)
	}
	result, err := explore.Run(ctx, kms, o)
	if result != nil {
		if printed := explore.Print(w.out, result, e.again()); printed != nil {
			return printed
		}
		if saved := e.keep(w, result); saved != nil {
			return saved
		}
	}
	if err != nil {
		return err
	}
	switch gating, _ := result.Divergences(); {
	case gating > 0:
		return verdict(exitDivergent)
	case ctx.Err() != nil:
		return verdict(exitCouldNotRun)
	default:
		return nil
	}
}

// check refuses flags before anything is made on a KMS.
func (e *exploring) check() error {
	known := explore.Operations()
	for _, name := range e.operations {
		if slices.Contains(known, name) || name == "CreateKey" {
			continue
		}
		advice := "`kmsconform steps` lists what can be called; write API names, such as DeleteImportedKeyMaterial."
		if near := runner.Nearest(name, known); near != "" {
			advice = fmt.Sprintf("Did you mean %s?", near)
		}
		return &runner.UsageError{Problem: fmt.Sprintf("--operations: %q is no operation that sequences call.", name), Advice: advice}
	}
	for flag, n := range map[string]int{"steps": e.steps - 1, "runs": e.runs, "max-keys": e.maxKeys, "for": int(e.lasting)} {
		if n < 0 {
			return &runner.UsageError{Problem: fmt.Sprintf("--%s is too small.", flag), Advice: "Give a number that is not negative, and at least one step."}
		}
	}
	switch _, err := os.Stat(e.save); {
	case e.save == "":
	case !strings.HasSuffix(e.save, ".feature"):
		return &runner.UsageError{Problem: fmt.Sprintf("--save: %s would not be read as a feature.", e.save), Advice: "Let its name end with .feature."}
	case err == nil && !e.overwrite:
		return &runner.UsageError{Problem: fmt.Sprintf("--save: %s is there already.", e.save), Advice: "Choose another name, or add --overwrite."}
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return &runner.UsageError{Problem: "--save: " + err.Error() + ".", Err: err}
	}
	return nil
}

// keep writes what was found where --save says.
func (e *exploring) keep(w world, r *explore.Result) error {
	text := explore.Feature(r)
	if e.save == "" || text == "" {
		return nil
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if e.overwrite {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(e.save, mode, 0o644) //nolint:gosec // a feature file is for everybody to read, where the user said
	if err != nil {
		return fmt.Errorf("save what was found: %w", err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("save what was found: %w", err)
	}
	_, err = fmt.Fprintf(w.out, "saved  %s\n", e.save)
	return err
}

// again is the command that explores in the same way, up to its seed. Credentials have no place on a screen: see running.
func (e *exploring) again() string {
	r := running{targeting: e.targeting}
	command, _, _ := strings.Cut(strings.Replace(r.again(new(report.Scenario)), "kmsconform run", "kmsconform explore", 1), " --scenario")
	if len(e.operations) > 0 {
		command += " --operations " + strings.Join(e.operations, ",")
	}
	if e.steps != explore.DefaultSteps {
		command += fmt.Sprintf(" --steps %d", e.steps)
	}
	if e.maxKeys > 0 {
		command += fmt.Sprintf(" --max-keys %d", e.maxKeys)
	}
	switch {
	case e.lasting > 0:
		command += " --for " + e.lasting.String()
	case e.runs > 0:
		command += fmt.Sprintf(" --runs %d", e.runs)
	}
	return command
}
