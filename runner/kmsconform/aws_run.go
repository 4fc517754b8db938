package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/kmsconform/kmsconform/features"
	kmsaws "github.com/kmsconform/kmsconform/fixtures/aws"
	"github.com/kmsconform/kmsconform/fixtures/aws/budget"
	"github.com/kmsconform/kmsconform/fixtures/aws/ledger"
	"github.com/kmsconform/kmsconform/fixtures/aws/quota"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/observe"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/plan"
	"github.com/kmsconform/kmsconform/runner/report"
)

// defaultLedger is where a run on AWS keeps the trail of its keys.
const defaultLedger = "kmsconform-ledger.jsonl"

// observationsFolder is where a run records what it saw: the contract's own folder in a checkout of it, else a new one.
func observationsFolder() string {
	const own = "features/observations"
	if info, err := os.Stat(own); err == nil && info.IsDir() {
		return own
	}
	return "kmsconform-observations"
}

// onAWS is a run on AWS: whose keys it makes, how many and how fast, and their trail.
type onAWS struct {
	opened   *kmsaws.Opened
	limits   budget.Limits
	share    float64
	workers  int
	plan     *plan.Plan
	budget   *budget.Budget
	pace     *quota.Pace
	ledger   *ledger.Ledger
	trail    string // the ledger's file
	observed string // the folder for observations; empty: nothing is recorded
}

// onAWS checks the flags, and finds out who calls. Nothing is sent to KMS.
func (r *running) onAWS(ctx context.Context, w world) (*onAWS, *target.Target, error) {
	a := &onAWS{workers: r.workers, trail: r.ledger}
	if a.trail == "" {
		a.trail = defaultLedger
	}
	var err error
	if a.limits, err = r.budgeting.limits(); err != nil {
		return nil, nil, err
	}
	if a.share, err = r.budgeting.quotaShare(); err != nil {
		return nil, nil, err
	}
	if err := bounded(a.limits); err != nil {
		return nil, nil, err
	}
	if a.opened, err = r.awsFlags.open(ctx, &r.targeting, a.limits.Duration); err != nil {
		return nil, nil, err
	}
	if w.consistency != nil {
		a.opened.Target.Consistency = *w.consistency
	}
	if r.recordObservations {
		if err := a.opened.Genuine(ctx); err != nil {
			return nil, nil, notGenuine(err)
		}
		if a.observed = r.observations; a.observed == "" {
			a.observed = observationsFolder()
		}
	}
	return a, a.opened.Target, nil
}

// notGenuine refuses to record what something else than AWS answers.
func notGenuine(err error) error {
	var impostor *kmsaws.Impostor
	if errors.As(err, &impostor) {
		return &runner.UsageError{
			Problem: fmt.Sprintf("--record-observations: %v.", err), Advice: "Only what AWS itself does may become part of the contract: leave the flag out.", Err: err,
		}
	}
	return err
}

// rehearse plans the run, and has as many scenarios run at a time as the plan says. Nothing is sent to KMS.
func (a *onAWS) rehearse(ctx context.Context, o *runner.Options) error {
	kms := a.opened.Target
	selected, err := runner.NewPlan(kms, *o)
	if err != nil {
		return err
	}
	var callers []string
	for name := range kms.Callers {
		callers = append(callers, name)
	}
	a.plan, err = plan.Make(ctx, plan.Options{
		Contract: selected.Contract, Scenarios: selected.Scenarios, Regions: kms.Regions, Callers: callers,
		Consistency: kms.Consistency, Patience: kms.Patience, Share: a.share, Workers: a.workers,
		Version: readBuild().Version,
	})
	if err != nil {
		return fmt.Errorf("plan the run: %w", err)
	}
	o.Workers = a.plan.Workers
	return nil
}

// prepare plans the run, puts budget and pace before every call, and opens the ledger. Then it asks KMS for the first time,
// whether it answers in both Regions.
func (a *onAWS) prepare(ctx context.Context, o *runner.Options) error {
	if err := a.rehearse(ctx, o); err != nil {
		return err
	}
	kms := a.opened.Target
	var err error
	if a.pace, err = quota.NewPace(a.share); err != nil {
		return fmt.Errorf("keep the pace of the quotas: %w", err)
	}
	if a.ledger, err = opened(a.trail, a.opened.RunID, kms, a.opened.Accounts()); err != nil {
		return err
	}
	// The time of the budget begins here, after the planning.
	a.budget = budget.New(budget.Options{Limits: a.limits, Needs: a.plan.Needs(), Next: a.pace, Order: a.plan.Order})
	kms.Gate = a.budget
	o.Schedule, o.KeepCalls = a.budget, a.observed != ""
	if err := a.opened.Reach(ctx); err != nil {
		return errors.Join(&runner.TargetError{Target: kms.Name, Err: err}, a.ledger.Close())
	}
	return nil
}

// trail writes the keys that a run makes on another endpoint into a ledger, where one is asked for.
func (r *running) trail(kms *target.Target) (*ledger.Ledger, error) {
	if kms.Kind == target.Reference {
		return nil, &runner.UsageError{Problem: "--ledger: the embedded reference KMS keeps no key that anybody could look for.", Advice: "Leave it out, or add --endpoint URL or --aws."}
	}
	return opened(r.ledger, marked(kms, 0), kms, nil)
}

// marked has the keys that are made on an endpoint say which run made them, and when anybody may sweep them: some time after
// the longest that it may take, zero where nothing limits it. It returns the run's id.
func marked(kms *target.Target, lasts time.Duration) string {
	id := kmsaws.NewRunID()
	kms.Tags = kmsaws.Tags(id, kmsaws.Expires(lasts))
	return id
}

// opened opens a ledger for a run, and gives it to the target.
func opened(path, run string, kms *target.Target, accounts []string) (*ledger.Ledger, error) {
	var codes []string
	for _, code := range kms.Regions {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	l, err := ledger.Open(path, ledger.Run{ID: run, Version: kms.Version, Accounts: accounts, Regions: codes, Endpoint: kms.Endpoint})
	if err != nil {
		return nil, &runner.UsageError{Problem: fmt.Sprintf("--ledger: %v.", err), Advice: "Every key has to be written down before it is made.", Err: err}
	}
	kms.Ledger = l
	return l, nil
}

// announce says what is about to happen, and in whose name.
func (a *onAWS) announce(w world) {
	kms := a.opened.Target
	who := "the account " + a.opened.Account("primary")
	if accounts := a.opened.Accounts(); len(accounts) > 1 {
		who = "the accounts " + accounts[0] + " and " + accounts[1]
	}
	fmt.Fprintf(w.out, "run %s: %s on %s in %s\n", a.opened.RunID, page.Plural(a.plan.Scenarios, "scenario"), kms.Name, who)
	fmt.Fprintf(w.out, "planned: %s and %s in about %s, for at most %s; %s keeps the trail of the keys\n",
		page.Plural(a.plan.KeysMade(), "key"), page.Plural(a.plan.CallsMade(), "call"),
		time.Duration(a.plan.ExpectedSeconds*float64(time.Second)).Round(time.Second), budget.USD(a.plan.Cost.Total()), a.trail)
	if _, err := kms.Caller("second-account"); err != nil {
		fmt.Fprintf(w.out, "scenarios about two accounts are skipped: %v\n", err)
	}
}

// close ends the entries of a run that did not come to its end.
func (a *onAWS) close() error {
	if a == nil || a.ledger == nil {
		return nil
	}
	return a.ledger.Close()
}

// outcome compares the plan with what came of it.
func (a *onAWS) outcome(result *report.Report) *report.Plan {
	took := time.Duration(result.DurationSeconds * float64(time.Second))
	return a.plan.Outcome(a.budget.Used(), a.opened.Target.Callers, a.budget.Started(), took, a.budget.Stopped())
}

// ended says what the run leaves: keys pending deletion, what the ledger still holds open, and observations.
func (a *onAWS) ended(w world, quiet bool, contract *features.Contract, result *report.Report) error {
	closed := a.ledger.Close()
	if stop := a.budget.Stopped(); stop != nil {
		fmt.Fprintf(w.errs, "kmsconform: %s.\n", stop)
	}
	record, err := ledger.Read(a.trail)
	if err != nil || closed != nil {
		return fmt.Errorf("say what the run leaves: %w; look for it with kmsconform sweep --aws", errors.Join(err, closed))
	}
	open := 0
	for i := range record.Open {
		if record.Open[i].Run == a.opened.RunID {
			open++
		}
	}
	used := a.budget.Used()
	made := used.Made()
	if !quiet {
		throttled, _ := a.pace.Statistics().Throttled()
		fmt.Fprintf(w.out, "calls: %d made, %d of them throttled\n", used.Asked(), throttled)
		fmt.Fprintf(w.out, "keys: %d made, %d scheduled for deletion in 7 days, which costs nothing\n", made, max(made-open, 0))
	}
	if open > 0 {
		fmt.Fprintf(w.errs, "kmsconform: %s may be left, by the ledger: kmsconform sweep --aws --ledger %s removes what is.\n",
			page.Plural(open, "key"), quote(a.trail))
	}
	return a.observations(w, quiet, contract, result)
}

// observations records what was seen for the first time.
func (a *onAWS) observations(w world, quiet bool, contract *features.Contract, result *report.Report) error {
	if a.observed == "" {
		return nil
	}
	seen, err := observe.Of(contract, result, a.opened.RunID)
	if err != nil {
		return err
	}
	path, err := observe.Write(a.observed, seen)
	if err != nil {
		return err
	}
	switch {
	case quiet:
	case path == "":
		fmt.Fprintln(w.out, "observations: nothing that is not kept already")
	default:
		fmt.Fprintf(w.out, "observations: %s\n", path)
	}
	return nil
}
