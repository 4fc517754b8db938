package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/race"
)

// racing are the flags of race.
type racing struct {
	targeting

	seed                       uint64
	rounds, racers, operations int
	limit, timeout             time.Duration
	without, defects           []string
	html                       string
	quiet                      bool
}

func newRace(w world) *cobra.Command {
	var r racing
	c := &cobra.Command{
		Use:   "race",
		Short: "Check that a key stays consistent under concurrent callers",
		Long: `Check that a key stays consistent under concurrent callers: that it is linearizable.

Each round makes a key, lets several callers make random calls on it at the same time, and looks for an order of the calls
that explains every answer by the rules of the reference KMS. Where there is none, it prints the smallest part that cannot
be explained, and writes a page that shows all of it. A call whose answer was lost may have been done or not. What AWS
leaves open is asked of the target first, by one caller; and where one caller gets answers that the rules do not have, it
says so and that no race is to blame.

It is for targets whose changes show at once; on others it has no meaning.

Exit codes: 0 every round explained; 1 a round cannot be; 2 wrong usage, or an eventually consistent target; 3 could not
run, or some rounds could not be checked in time.`,
		Example: `  kmsconform race
  kmsconform race --endpoint http://127.0.0.1:4566 --rounds 500
  kmsconform race --endpoint http://127.0.0.1:4566 --for 10m --rounds 100000
  kmsconform race --endpoint http://127.0.0.1:4566 --without RotateKeyOnDemand --without 'ImportKeyMaterial B NEW_KEY_MATERIAL'
  kmsconform race --seed 7 --callers 8 --operations 4`,
		Args: noArguments,
		RunE: ran(func(c *cobra.Command, _ []string) error { return r.run(c.Context(), w, c.Flags().Changed("seed")) }),
	}
	r.add(c)
	flags := c.Flags()
	flags.Uint64Var(&r.seed, "seed", 0, "what decides which calls are made (default: a new one each time)")
	flags.IntVar(&r.rounds, "rounds", race.DefaultRounds, "how many rounds, each with a key of its own")
	flags.IntVar(&r.racers, "callers", race.DefaultCallers, fmt.Sprintf("how many callers race, 2 to %d", race.MostCallers))
	flags.IntVar(&r.operations, "operations", race.DefaultOperations, fmt.Sprintf("how many calls each caller makes in a round; at most %d in all", race.MostCalls))
	flags.DurationVar(&r.limit, "for", 0, "begin no new round after this `TIME` (default: no limit)")
	flags.DurationVar(&r.timeout, "check-timeout", 10*time.Second, "how long to look for an order of the calls of one round")
	flags.StringArrayVar(&r.without, "without", nil, "an `OPERATION` not to call, or one way to call it, such as 'DeleteImportedKeyMaterial B'; may be repeated")
	flags.StringSliceVar(&r.defects, "defect", nil, "race the embedded reference KMS with this defect, by `NAME`; may be repeated")
	flags.StringVar(&r.html, "html", filepath.Join(defaultReport, "race.html"), "write a page about a round that cannot be explained to this `FILE`")
	flags.BoolVarP(&r.quiet, "quiet", "q", false, "print only what is wrong")
	must(c.MarkFlagFilename("html", "html"))
	must(c.RegisterFlagCompletionFunc("without", cobra.FixedCompletions(append(race.Operations(), race.Steps()...), cobra.ShellCompDirectiveNoFileComp)))
	return c
}

func (r *racing) run(ctx context.Context, w world, seeded bool) error {
	if r.consistency == "eventual" {
		return &runner.UsageError{
			Problem: "race does not apply to an eventually consistent target: late answers are allowed there, and look like races.",
			Advice:  "Leave --consistency out if changes show at once; `kmsconform run --profile concurrency` judges what others must keep to.",
		}
	}
	for name, n := range map[string]int{"rounds": r.rounds, "callers": r.racers, "operations": r.operations} {
		if n < 1 {
			return &runner.UsageError{Problem: fmt.Sprintf("--%s %d is none.", name, n), Advice: "Give at least 1."}
		}
	}
	if r.timeout <= 0 {
		return &runner.UsageError{Problem: fmt.Sprintf("--check-timeout %s leaves no time.", r.timeout), Advice: "Give a time such as 10s."}
	}
	kms, err := r.chosen(w)
	if err != nil {
		return err
	}
	if kms.Kind == target.Endpoint {
		marked(kms, r.limit)
	}
	if !seeded {
		r.seed = rand.Uint64N(1_000_000) //nolint:gosec // a seed to repeat, and no secret
	}
	o := race.Options{
		Seed: r.seed, Rounds: r.rounds, Callers: r.racers, Operations: r.operations, For: r.limit, Without: r.without, CheckLimit: r.timeout,
	}
	if !r.quiet {
		began := time.Now()
		o.Progress = func(done, rounds int) {
			if done < rounds && time.Since(began) > 10*time.Second {
				began = time.Now()
				fmt.Fprintf(w.errs, "%d of %d rounds\n", done, rounds)
			}
		}
	}
	result, err := race.Run(ctx, kms, o)
	var wrong *race.OptionsError
	if errors.As(err, &wrong) {
		return &runner.UsageError{Problem: wrong.Problem, Advice: wrong.Advice, Err: err}
	}
	if err != nil {
		return &runner.TargetError{Target: kms.Name, Err: err}
	}
	return r.finish(w, result)
}

// chosen is the target of the flags, or the reference with defects.
func (r *racing) chosen(w world) (*target.Target, error) {
	if len(r.defects) == 0 {
		return r.target(w)
	}
	if r.endpoint != "" {
		return nil, &runner.UsageError{
			Problem: "--defect is for the embedded reference KMS, and --endpoint names another one.", Advice: "Leave one of them out.",
		}
	}
	var wrong []defect.Defect
	for _, name := range r.defects {
		d, err := defect.Named(name)
		if err != nil {
			return nil, &runner.UsageError{Problem: "--defect: " + err.Error() + ".", Err: err}
		}
		wrong = append(wrong, d)
	}
	return reference.Target(reference.Options{Version: readBuild().Version, Defects: wrong})
}

// finish says what was found, and with which exit code.
func (r *racing) finish(w world, result *race.Result) error {
	if !r.quiet {
		r.summary(w, result)
	}
	switch v := result.Violation; {
	case v != nil:
		if err := v.Print(w.out); err != nil {
			return err
		}
		if r.html != "" {
			if err := writableDir(filepath.Dir(r.html)); err != nil {
				return err
			}
			if err := writeFile(r.html, v.WriteHTML); err != nil {
				return fmt.Errorf("write --html %s: %w", r.html, err)
			}
			fmt.Fprintf(w.out, "    all of it   %s\n", r.html)
		}
		if v.Alone {
			fmt.Fprintln(w.out, "    first       kmsconform run, which says what differs; or leave operations out with --without")
		}
		fmt.Fprintf(w.out, "    again       %s\n", r.again(result, v.Round))
		return verdict(exitDivergent)
	case result.Interrupted:
		fmt.Fprintf(w.errs, "kmsconform: interrupted after %s.\n", page.Plural(result.Rounds, "round"))
		return verdict(exitCouldNotRun)
	case result.Undecided > 0:
		fmt.Fprintf(w.errs, "kmsconform: %s undecided: no order was found or excluded in time. Fewer --callers or --operations, or a longer --check-timeout, decide them.\n",
			page.Plural(result.Undecided, "round"))
		return verdict(exitCouldNotRun)
	case result.Calls == result.Lost:
		fmt.Fprintln(w.errs, "kmsconform: not one call was answered, so this says nothing about the target.")
		return verdict(exitCouldNotRun)
	default:
		return nil
	}
}

func (r *racing) summary(w world, result *race.Result) {
	fmt.Fprintf(w.out, "%s of %s, %s, seed %d", page.Plural(result.Rounds, "round"), page.Plural(r.racers, "caller"), page.Plural(result.Calls, "call"), result.Seed)
	if result.Lost > 0 {
		fmt.Fprintf(w.out, "; %s lost", page.Plural(result.Lost, "answer"))
	}
	if result.Throttled > 0 {
		fmt.Fprintf(w.out, "; %s throttled", page.Plural(result.Throttled, "call"))
	}
	fmt.Fprintln(w.out)
	if len(result.Without) > 0 {
		fmt.Fprintf(w.out, "without %s\n", strings.Join(result.Without, ", "))
	}
	for _, open := range result.Open {
		fmt.Fprintf(w.out, "answered otherwise than by the reference: %s\n", open)
	}
	if result.Violation == nil && !result.Interrupted && result.Undecided < result.Rounds {
		fmt.Fprintf(w.out, "✓ %s explained by an order of its calls\n", countIs(result.Rounds-result.Undecided, "round"))
	}
}

func countIs(n int, noun string) string {
	if n == 1 {
		return page.Plural(n, noun) + " is"
	}
	return "each of " + page.Plural(n, noun) + " is"
}

// again is the command that repeats the rounds, as far as a race repeats.
func (r *racing) again(result *race.Result, round int) string {
	args := []string{"kmsconform", "race"}
	if r.endpoint != "" {
		args = append(args, "--endpoint", quote(r.endpoint))
	}
	for _, region := range r.regions {
		args = append(args, "--region", quote(region))
	}
	for _, caller := range r.callers {
		name, value, _ := strings.Cut(caller, "=")
		if !strings.HasPrefix(value, "profile:") { // credentials are never shown
			caller = name + "=…"
		}
		args = append(args, "--caller", quote(caller))
	}
	for _, name := range r.defects {
		args = append(args, "--defect", name)
	}
	if r.control {
		args = append(args, "--control")
	}
	args = append(args, "--seed", strconv.FormatUint(result.Seed, 10), "--rounds", strconv.Itoa(max(round, 1)))
	if r.racers != race.DefaultCallers {
		args = append(args, "--callers", strconv.Itoa(r.racers))
	}
	if r.operations != race.DefaultOperations {
		args = append(args, "--operations", strconv.Itoa(r.operations))
	}
	for _, operation := range r.without {
		args = append(args, "--without", quote(operation))
	}
	return strings.Join(args, " ")
}
