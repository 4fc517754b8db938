package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/fixtures/aws/ledger"
	"github.com/kmsconform/kmsconform/fixtures/aws/quota"
	"github.com/kmsconform/kmsconform/fixtures/aws/sweep"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/page"
)

// sweeping are the flags of a sweep.
type sweeping struct {
	targeting
	awsFlags

	ledger     string
	runs       []string
	olderThan  time.Duration
	allRegions bool
	dryRun     bool
}

func newSweep(w world) *cobra.Command {
	var s sweeping
	c := &cobra.Command{
		Use:   "sweep",
		Short: "Schedule the keys that dead runs left for deletion",
		Long: `Schedule the keys that dead runs left for deletion, in 7 days, replicas first.

The keys of the runs in the ledger are swept however young they are: a ledger is locked while its run goes on. The keys of
other runs are found by their tags, in the Regions of --region, or in all of them; they have to be older than --older-than,
and past the time that their tag kmsconform-expires says. --older-than 0 takes all of them, also those of runs under way.

A key without the tag kmsconform=true is never touched, whatever the ledger says.

Exit codes: 0 nothing is left of the runs that were swept; 2 wrong usage; 3 something could not be removed, or a Region not
searched. A Region that an account does not use is said, and holds nothing.`,
		Example: `  kmsconform sweep --aws --allow-account 111122223333 --dry-run
  kmsconform sweep --aws --allow-account 111122223333 --ledger kmsconform-ledger.jsonl
  kmsconform sweep --aws --allow-account 111122223333 --older-than 24h --all-regions
  kmsconform sweep --endpoint http://127.0.0.1:4566 --ledger keys.jsonl`,
		Args: noArguments,
		RunE: ran(func(c *cobra.Command, _ []string) error {
			if err := s.awsFlags.check(c.Flags()); err != nil {
				return err
			}
			return s.sweep(c.Context(), w)
		}),
	}
	s.targeting.add(c)
	s.awsFlags.add(c)
	flags := c.Flags()
	flags.StringVar(&s.ledger, "ledger", "", "the `FILE` in which runs keep the trail of their keys (default with --aws: "+defaultLedger+" where it is)")
	flags.StringArrayVar(&s.runs, "run", nil, "also the keys of the run with this `ID`, however young; it must have ended; may be repeated")
	flags.DurationVar(&s.olderThan, "older-than", sweep.DefaultOlderThan, "how old the keys of other runs have to be")
	flags.BoolVar(&s.allRegions, "all-regions", false, "search every Region of the partition, "+sweep.RegionsAsOf)
	flags.BoolVar(&s.dryRun, "dry-run", false, "print what would be done, and do nothing")
	must(c.MarkFlagFilename("ledger", "jsonl"))
	for _, name := range []string{"run", "older-than"} {
		must(c.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
	return c
}

// sweep runs the command.
func (s *sweeping) sweep(ctx context.Context, w world) error {
	o, err := s.asked()
	if err != nil {
		return err
	}
	if o.Target, err = s.where(ctx, w); err != nil {
		return err
	}
	if s.allRegions {
		o.Regions = sweep.AllRegions(o.Target.Regions["primary"], o.Target.Regions["replica"])
	}
	result, err := sweep.Run(ctx, o)
	var inUse *ledger.InUse
	if errors.As(err, &inUse) {
		return &runner.UsageError{Problem: inUse.Error() + ".", Advice: "Only the keys of runs that have ended can be swept.", Err: err}
	}
	if result != nil {
		if err := errors.Join(err, s.print(w.out, result, time.Now())); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if !result.Clean() {
		return verdict(exitCouldNotRun)
	}
	return nil
}

// asked are the options that the flags describe, but for the target.
func (s *sweeping) asked() (sweep.Options, error) {
	o := sweep.Options{Ledger: s.ledger, Runs: s.runs, OlderThan: s.olderThan, Any: s.olderThan == 0, DryRun: s.dryRun}
	switch {
	case !s.aws && s.endpoint == "":
		return o, &runner.UsageError{
			Problem: "nothing says what to sweep: the embedded reference KMS keeps no keys.", Advice: "Add --aws, or --endpoint URL.",
		}
	case s.olderThan < 0:
		return o, &runner.UsageError{Problem: fmt.Sprintf("no key is %s old.", s.olderThan), Advice: "Give --older-than a duration such as 2h, or 0 for the keys of every run."}
	}
	for _, id := range s.runs {
		if strings.TrimSpace(id) == "" {
			return o, &runner.UsageError{Problem: "--run names no run.", Advice: "The tag kmsconform-run of a key is the id of its run."}
		}
	}
	if o.Ledger == "" && s.aws {
		o.Ledger = defaultLedger
	}
	if o.Ledger == "" {
		return o, nil
	}
	info, err := os.Stat(o.Ledger)
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.ledger == "":
		o.Ledger = ""
	case err != nil:
		return o, &runner.UsageError{Problem: fmt.Sprintf("--ledger: %v.", err), Advice: "Leave it out where it is lost: keys are found by their tags, too.", Err: err}
	case !info.Mode().IsRegular():
		return o, &runner.UsageError{Problem: fmt.Sprintf("--ledger %s is no file.", o.Ledger), Advice: "Name the file that a run was given with --ledger."}
	}
	return o, nil
}

// where is the target whose keys are swept. It is not probed, which would make keys.
func (s *sweeping) where(ctx context.Context, w world) (*target.Target, error) {
	if !s.aws {
		return s.targeting.target(w)
	}
	opened, err := s.awsFlags.open(ctx, &s.targeting, 0)
	if err != nil {
		return nil, err
	}
	kms := opened.Target
	if w.consistency != nil {
		kms.Consistency = *w.consistency
	}
	pace, err := quota.NewPace(sweepShare)
	if err != nil {
		return nil, err
	}
	kms.Gate = pace
	return kms, nil
}

// sweepShare is the share of the account's quotas that a sweep uses: the rest is for whoever works there.
const sweepShare = 0.5

// print says what was done. Keys that were pending deletion before are counted only: those of a week's runs are many.
func (s *sweeping) print(out io.Writer, r *sweep.Result, now time.Time) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	rows := 0
	for i := range r.Keys {
		k := &r.Keys[i]
		if k.Action == sweep.Pending {
			continue
		}
		if rows++; rows == 1 {
			fmt.Fprintln(table, "KEY\tREGION\tSCENARIO\tAGE\tACTION")
		}
		action := string(k.Action)
		if k.Why != "" {
			action += ": " + k.Why
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", cmp.Or(k.ARN, "not known"), k.Region, cmp.Or(k.Scenario, "-"), howOld(k.Created, now), action)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, d := range r.Damaged {
		if d.Torn {
			fmt.Fprintf(&text, "the ledger's %s, as a run that is killed leaves it\n", d)
		} else {
			fmt.Fprintf(&text, "the ledger is damaged in %s; the rest was used, and keys were looked for by their tags\n", d)
		}
	}
	for _, u := range r.Unreached {
		how := "was not searched"
		if u.NotEnabled {
			how = "is not enabled"
		}
		fmt.Fprintf(&text, "%s %s as %s: %s\n", u.Region, how, u.Caller, u.Why)
	}
	text.WriteString(s.summary(r))
	_, err := io.WriteString(out, text.String())
	return err
}

// summary is what was done, in a line.
func (s *sweeping) summary(r *sweep.Result) string {
	said := []string{page.Plural(r.Searched, "key") + " looked at"}
	for _, one := range []struct {
		action sweep.Action
		how    string
	}{
		{sweep.Scheduled, "scheduled for deletion"},
		{sweep.Would, "would be scheduled for deletion"},
		{sweep.Pending, "pending deletion before"},
		{sweep.Young, "left, because a run may use them"},
		{sweep.Foreign, "left, because they do not carry the tool's tag"},
		{sweep.Elsewhere, "left, because they are elsewhere"},
		{sweep.Unclear, "not found yet"},
		{sweep.Failed, "not removed"},
	} {
		if n := r.Count(one.action); n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, one.how))
		}
	}
	if r.Refused > 0 {
		said = append(said, fmt.Sprintf("of %d the callers may not see the tags", r.Refused))
	}
	if s.dryRun {
		said = append(said, "nothing was done")
	}
	return strings.Join(said, ", ") + "\n"
}

// howOld is the age of a key, roughly.
func howOld(created, now time.Time) string {
	switch d := now.Sub(created); {
	case created.IsZero():
		return "-"
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(int(d.Seconds()), 0))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	}
}
