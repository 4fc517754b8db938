package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
)

// The exit codes, which scripts rely on.
const (
	exitConformant  = 0 // or only known divergences
	exitDivergent   = 1 // new divergences
	exitUsage       = 2 // wrong flags, files or configuration
	exitCouldNotRun = 3 // the target, or the suite itself
	exitChanged     = 4 // AWS itself does something else than the contract says
)

// world is what a command sees of the world, so that tests can give it another one.
type world struct {
	out, errs io.Writer
	environ   []string
	terminal  bool // out is one
	// held is what must not be left behind without a word; nil: nobody asks.
	held *holding
	// consistency is how long AWS takes to show changes; nil: as long as is recorded of it. Tests have less time.
	consistency *target.Consistency
}

// env returns an environment variable, or nothing.
func (w world) env(name string) string {
	for _, variable := range w.environ {
		if value, is := strings.CutPrefix(variable, name+"="); is {
			return value
		}
	}
	return ""
}

// verdict is how a run ended that could be judged: no message of its own, only an exit code.
type verdict int

// Error implements the error interface.
func (v verdict) Error() string { return fmt.Sprintf("exit code %d", int(v)) }

// failure is an error of a command that ran, as opposed to one that was called wrongly.
type failure struct{ err error }

// Error implements the error interface.
func (f failure) Error() string { return f.err.Error() }

// Unwrap returns the cause.
func (f failure) Unwrap() error { return f.err }

// execute runs the command and returns its exit code.
func execute(ctx context.Context, w world, args []string) int {
	root := newRoot(w)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var v verdict
	if err == nil {
		return exitConformant
	}
	if errors.As(err, &v) {
		return int(v)
	}
	fmt.Fprintf(w.errs, "kmsconform: %s\n", strings.TrimSpace(err.Error()))
	return exitCode(err)
}

func exitCode(err error) int {
	var usage *runner.UsageError
	var lint *runner.LintError
	var ran failure
	switch {
	case errors.As(err, &usage), errors.As(err, &lint):
		return exitUsage
	case errors.As(err, &ran):
		return exitCouldNotRun
	default:
		return exitUsage // from cobra, before any command ran
	}
}

// ran marks the errors of a command's own work.
func ran(do func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		err := do(c, args)
		var v verdict
		if err == nil || errors.As(err, &v) {
			return err
		}
		return failure{err}
	}
}

// newRoot returns the command with all its subcommands.
func newRoot(w world) *cobra.Command {
	root := &cobra.Command{
		Use:   "kmsconform",
		Short: "Does this KMS treat imported key material the way AWS KMS does?",
		Long: `kmsconform says whether a KMS treats imported key material the way AWS KMS does.

Its contract is a set of Gherkin features about DeleteImportedKeyMaterial and everything that gives that call its
meaning. It runs them against the embedded reference KMS, an emulator in a container or any endpoint, and says what
diverges, from which sentence of which source, with the exchange that shows it and the command that repeats it.

Exit codes: 0 conformant, or only known divergences; 1 new divergences; 2 wrong usage; 3 could not run, or the target has no
DeleteImportedKeyMaterial; 4 AWS itself does something else than the contract says.`,
		Example: `  kmsconform run                                     the whole contract on the embedded reference KMS
  kmsconform run --endpoint http://127.0.0.1:4566    on a KMS of yours
  kmsconform explain DIKM-STATE-07                   what is known about one requirement`,
		SilenceErrors: true, SilenceUsage: true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var names []string
			for _, sub := range c.Commands() {
				names = append(names, sub.Name())
			}
			advice := "`kmsconform --help` lists the commands."
			if near := runner.Nearest(args[0], names); near != "" {
				advice = fmt.Sprintf("Did you mean %s? %s", near, advice)
			}
			return &runner.UsageError{Problem: fmt.Sprintf("there is no command %q.", args[0]), Advice: advice}
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(w.out)
	root.SetErr(w.errs)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newRun(w), newPlan(w), newSweep(w), newList(w), newLint(w), newRequirements(w), newQuestions(w), newObservations(w), newExplain(w), newSteps(w), newSchema(w), newCompare(w), newBadge(w), newServe(w), newRace(w), newExplore(w), newEmulators(w), newTeeth(w), newDefects(w), newVersion(w),
	)
	return root
}

// flagError says which flag was meant.
func flagError(c *cobra.Command, err error) error {
	text := err.Error()
	advice := fmt.Sprintf("`%s --help` lists the flags.", c.CommandPath())
	if name, is := strings.CutPrefix(text, "unknown flag: --"); is {
		if near := runner.Nearest(name, flagNames(c)); near != "" {
			advice = fmt.Sprintf("Did you mean --%s? %s", near, advice)
		}
	}
	return &runner.UsageError{Problem: text + ".", Advice: advice, Err: err}
}

// noArguments refuses arguments.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &runner.UsageError{
		Problem: fmt.Sprintf("%s takes no argument, and %q is one.", c.CommandPath(), args[0]),
		Advice:  fmt.Sprintf("`%s --help` shows how to say it.", c.CommandPath()),
	}
}
