package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// defaultReport is where a run puts its report.
const defaultReport = "kmsconform-report"

// running are the flags of a run.
type running struct {
	selecting
	targeting
	emulating
	awsFlags
	budgeting

	ledger             string // of keys; empty: the default one on AWS, none elsewhere
	recordObservations bool
	observations       string

	workers  int
	timeout  time.Duration
	failFast bool
	seed     uint32
	races    int

	baseline, writeBaseline string
	report                  string
	noReport                bool
	dryRun, quiet, noColor  bool
}

func newRun(w world) *cobra.Command {
	var r running
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the contract and say what diverges",
		Long: `Run the contract against a KMS and say what diverges.

Without --endpoint and --emulator it runs on the embedded reference KMS, which needs nothing. --emulator starts one in a
container, which needs Docker, and removes it afterwards; its callers are those of its preset, or --caller. Callers of an endpoint come from --caller,
else from KMSCONFORM_CALLER_<NAME>=AKID:SECRET[:TOKEN] and, for primary, AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY
and AWS_SESSION_TOKEN or AWS_PROFILE. Without any of them, primary is the access key id 111122223333 and second-account is
444455556666, both with the secret kmsconform.

--aws runs on AWS KMS itself, as whoever the SDK's own configuration says: profiles, single sign-on, environment, web
identity. It makes keys in the accounts of --allow-account only, within --max-keys or --max-cost, writes each into the
ledger first, and schedules all of them for deletion. Scenarios about two accounts need --profile-second or
--assume-second, and those about IAM need --assume-callers or --caller. The endpoint overrides of the SDK lead it to
whoever plays AWS. kmsconform plan --aws says beforehand what it does and costs; kmsconform sweep --aws finishes what a run
that died has left.

Exit codes: 0 conformant, or only known divergences; 1 new divergences; 2 wrong usage; 3 could not run, or the target has no
DeleteImportedKeyMaterial; 4 AWS itself does something else than the contract says.`,
		Example: `  kmsconform run
  kmsconform run --endpoint http://127.0.0.1:4566
  kmsconform run --endpoint http://127.0.0.1:4566 --profile core --profile expiration
  kmsconform run --endpoint https://kms.example.test --region eu-central-1 \
      --caller primary=profile:kms --caller second-account=profile:kms-other
  kmsconform run --emulator ministack
  kmsconform run --emulator localstack --image localstack/localstack:4.10.0 --env DEBUG=1
  kmsconform run --requirement DIKM-STATE-07
  kmsconform run --scenario key-states/nothing-was-ever-imported
  kmsconform run --tags '@authorization and not @probe'
  kmsconform run --rerun kmsconform-report/report.json
  kmsconform run --defect delete-drops-tags
  kmsconform run --fault eventual=500ms --fault reset=5% --fault-seed 7
  kmsconform run --endpoint http://127.0.0.1:4566 --baseline kmsconform.baseline.yaml
  kmsconform run --features ./features --features-only
  kmsconform run --aws --allow-account 111122223333 --max-keys 50 --profile core
  kmsconform run --aws --region us-east-1 --replica-region eu-west-1 --allow-account 111122223333 \
      --allow-account 444455556666 --profile-second other --assume-callers kmsconform --max-keys 2000 --max-cost 5`,
		Args: noArguments,
		RunE: ran(func(c *cobra.Command, _ []string) error {
			if err := r.awsFlags.check(c.Flags()); err != nil {
				return err
			}
			return r.run(c.Context(), w)
		}),
	}
	r.targeting.add(c)
	r.faulting.add(c)
	r.defecting.add(c, "run on the reference KMS with this seeded defect")
	r.emulating.add(c)
	r.selecting.add(c)
	r.awsFlags.add(c)
	r.budgeting.add(c)
	flags := c.Flags()
	flags.StringVar(&r.ledger, "ledger", "", "write every key into this `FILE` before it is made (default with --aws: "+defaultLedger+"; without: none)")
	flags.BoolVar(&r.recordObservations, "record-observations", false, "with --aws: record what was not observed yet; refused unless it really is AWS")
	flags.StringVar(&r.observations, "observations", "", "with --aws: record in this `DIR` (default: features/observations where it is, else kmsconform-observations)")
	must(c.MarkFlagFilename("ledger", "jsonl"))
	must(c.MarkFlagDirname("observations"))
	flags.IntVar(&r.workers, "workers", 0, "scenarios at a time (default: the processors for the reference, 8 for an endpoint, on AWS as the plan says)")
	flags.DurationVar(&r.timeout, "timeout", 0, "time limit of one scenario (default 1m, more with --consistency eventual)")
	flags.BoolVar(&r.failFast, "fail-fast", false, "start nothing more after the first new divergence")
	flags.Uint32Var(&r.seed, "seed", 0, "start the concurrent calls of races as the run with this seed did (default: a new one)")
	flags.IntVar(&r.races, "races", 0, "run so many times as many rounds of each race as the scenarios say (default 1, and 4 for an endpoint)")
	flags.StringVar(&r.baseline, "baseline", "", "known divergences, in this `FILE`")
	flags.StringVar(&r.writeBaseline, "write-baseline", "", "write the divergences of this run to `FILE`, to be a baseline")
	flags.StringVar(&r.report, "report", defaultReport, "put report.json, report.html, junit.xml, summary.md and badge.svg in this `DIR`")
	flags.BoolVar(&r.noReport, "no-report", false, "write no report")
	flags.BoolVar(&r.dryRun, "dry-run", false, "print what would run, and run nothing")
	flags.BoolVarP(&r.quiet, "quiet", "q", false, "print only the verdict")
	flags.BoolVar(&r.noColor, "no-color", false, "print without colours; also where NO_COLOR is set")
	must(c.MarkFlagFilename("baseline", "yaml", "yml"))
	must(c.MarkFlagFilename("write-baseline", "yaml", "yml"))
	must(c.MarkFlagDirname("report"))
	c.MarkFlagsMutuallyExclusive("baseline", "write-baseline")
	return c
}

func (r *running) run(ctx context.Context, w world) (failed error) {
	selection, err := r.selection()
	if err != nil {
		return err
	}
	contract, err := r.folder.contract()
	if err != nil {
		return err
	}
	var cloud *onAWS // nil where the target is another
	var kms *target.Target
	if r.aws {
		cloud, kms, err = r.onAWS(ctx, w)
	} else {
		kms, err = r.planned(w)
	}
	if err != nil {
		return err
	}
	known, err := loadBaseline(r.baseline)
	if err != nil {
		return err
	}
	if _, err := oldBaseline(r.writeBaseline); err != nil {
		return err
	}
	build := readBuild()
	options := runner.Options{
		Contract: contract, Selection: selection, Workers: r.workers, Timeout: r.timeout, FailFast: r.failFast, Baseline: known,
		Tool:  report.Tool{Name: build.Name, Version: build.Version, Commit: build.Commit},
		Races: steps.Races{Seed: r.seed, Times: r.races},
		Again: r.again,
	}
	if r.dryRun {
		if cloud != nil {
			if err := cloud.rehearse(ctx, &options); err != nil {
				return err
			}
		}
		return r.print(w, kms, options)
	}
	if !r.noReport {
		if err := writableDir(r.report); err != nil {
			return err
		}
	}
	if r.preset != nil {
		if _, err := runner.NewPlan(kms, options); err != nil {
			return err // before anything is started
		}
		alive, started, stop, err := r.start(ctx, w)
		if err != nil {
			return err
		}
		defer func() { // also after a panic
			if died := stop(); died != nil {
				failed = died
			}
		}()
		ctx, kms = alive, started
	}
	if cloud != nil {
		if err := cloud.prepare(ctx, &options); err != nil {
			return err
		}
		if !r.quiet {
			cloud.announce(w)
		}
	}
	if cloud == nil && r.ledger != "" {
		trail, err := r.trail(kms)
		if err != nil {
			return err
		}
		defer func() { failed = errors.Join(failed, trail.Close()) }()
	}
	screen := newScreen(w, r, contract)
	watching := newProgress(w, r.quiet, screen.scenario)
	options.Observer = watching
	result, err := runner.Run(ctx, kms, options)
	watching.Done()
	if err != nil {
		if ctx.Err() != nil { // what failed then was the probing, and for no fault of the target
			err = fmt.Errorf("interrupted while %s was being probed; nothing ran", kms.Name)
		}
		return errors.Join(err, cloud.close())
	}
	if cloud != nil {
		result.Plan = cloud.outcome(result)
	}
	ended := r.finish(w, screen, known, result)
	if cloud != nil {
		if err := cloud.ended(w, r.quiet, contract, result); err != nil {
			return err
		}
	}
	return ended
}

// print is --dry-run.
func (r *running) print(w world, kms *target.Target, o runner.Options) error {
	plan, err := runner.NewPlan(kms, o)
	if err != nil {
		return err
	}
	if err := printScenarios(w, plan.Scenarios); err != nil {
		return err
	}
	counts := map[string]int{}
	for i := range plan.Scenarios {
		counts[string(plan.Scenarios[i].Profile)]++
	}
	for _, name := range profileNames() {
		if counts[name] > 0 {
			if _, err := fmt.Fprintf(w.out, "  %-14s %d\n", name, counts[name]); err != nil {
				return err
			}
		}
	}
	_, err = fmt.Fprintf(w.out, "on %s with %s, each scenario within %s; nothing was run\n",
		kms.Name, page.Plural(plan.Workers, "worker"), plan.Timeout)
	return err
}

// again is the command that runs one scenario against the same target. Credentials have no place in a report: a caller
// that was not given by a profile becomes a variable to be set. Races start from the same seed.
func (r *running) again(scenario *report.Scenario) string {
	args := []string{"kmsconform", "run"}
	if r.endpoint != "" {
		args = append(args, "--endpoint", quote(r.endpoint))
	}
	args = append(args, r.againEmulator()...)
	if r.aws {
		args = append(append(args, r.awsFlags.again()...), r.budgeting.again()...)
	}
	for _, region := range r.regions {
		args = append(args, "--region", quote(region))
	}
	for _, caller := range r.callers {
		name, value, _ := strings.Cut(caller, "=")
		if !strings.HasPrefix(value, "profile:") {
			args = append(args, "--caller", name+`="$`+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+`"`)
			continue
		}
		args = append(args, "--caller", quote(caller))
	}
	if r.endpoint+r.emulator != "" && r.consistency != "strong" {
		args = append(args, "--consistency", r.consistency)
	}
	if r.control {
		args = append(args, "--control")
	}
	args = append(args, r.faulting.again()...)
	args = append(args, r.defecting.again()...)
	if r.folder.dir != "" {
		args = append(args, "--features", quote(r.folder.dir))
	}
	if r.folder.only {
		args = append(args, "--features-only")
	}
	if scenario.Seed != 0 {
		args = append(args, "--seed", strconv.FormatUint(uint64(scenario.Seed), 10))
		if r.races > 0 {
			args = append(args, "--races", strconv.Itoa(r.races))
		}
	}
	return strings.Join(append(args, "--scenario", "'"+scenario.ID+"'"), " ")
}

// quote writes an argument for a shell.
func quote(arg string) string {
	plain := strings.IndexFunc(arg, func(r rune) bool {
		return !strings.ContainsRune("-_./:=@%+,", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
	if plain && arg != "" {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
