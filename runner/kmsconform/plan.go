package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/plan"
)

// planning are the flags of a plan: those of the run that is planned.
type planning struct {
	selecting
	awsFlags
	budgeting
	targeting targeting // of which there are --region and --caller only

	workers int
	json    bool
}

func newPlan(w world) *cobra.Command {
	var p planning
	c := &cobra.Command{
		Use:   "plan --aws",
		Short: "Say what a run on AWS does, takes and costs, before anything happens",
		Long: `Say what kmsconform run --aws does with the same flags, before anything happens: which keys it makes, how often it calls
which operation, the pace that each request quota allows, how long that takes, what it costs, and what is left afterwards.

The scenarios are rehearsed on the embedded reference KMS, whose time costs nothing. Nothing is sent to AWS, no credentials
are needed, and no network is. What a run does may differ a little: calls are repeated where AWS takes its time.`,
		Example: `  kmsconform plan --aws
  kmsconform plan --aws --profile-second other --assume-callers kmsconform --max-keys 300
  kmsconform plan --aws --profile core --quota-share 100%
  kmsconform plan --aws --requirement DIKM-STATE-02 --json`,
		Args: noArguments,
		RunE: ran(func(c *cobra.Command, _ []string) error {
			if !p.aws {
				return &runner.UsageError{
					Problem: "only a run on AWS is planned: elsewhere neither keys nor calls are metered.", Advice: "Add --aws.",
				}
			}
			return p.plan(c.Context(), w)
		}),
	}
	p.selecting.add(c)
	p.awsFlags.add(c)
	p.budgeting.add(c)
	flags := c.Flags()
	flags.StringArrayVar(&p.targeting.regions, "region", nil, "the `CODE` of the primary Region (default: that of the SDK's configuration, else us-east-1)")
	flags.StringArrayVar(&p.targeting.callers, "caller", nil, "a further caller, `NAME`=profile:PROFILE; may be repeated")
	flags.IntVar(&p.workers, "workers", 0, "scenarios at a time (default: as many as keep the scarcest quota busy)")
	flags.BoolVar(&p.json, "json", false, "print the plan as JSON, which kmsconform schema plan describes")
	for _, name := range []string{"region", "caller", "workers"} {
		must(c.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
	return c
}

func (p *planning) plan(ctx context.Context, w world) error {
	limits, err := p.limits()
	if err != nil {
		return err
	}
	share, err := p.quotaShare()
	if err != nil {
		return err
	}
	selection, err := p.selection()
	if err != nil {
		return err
	}
	contract, err := p.folder.contract()
	if err != nil {
		return err
	}
	asked, err := p.options(&p.targeting)
	if err != nil {
		return err
	}
	known, err := asked.Offline(ctx)
	if err != nil {
		return refusal(err)
	}
	selected, err := runner.NewPlan(&target.Target{Kind: target.AWS}, runner.Options{Contract: contract, Selection: selection, Workers: p.workers})
	if err != nil {
		return err
	}
	made, err := plan.Make(ctx, plan.Options{
		Contract: selected.Contract, Scenarios: selected.Scenarios, Regions: known.Regions, Callers: known.Callers,
		Consistency: target.EventualConsistency, Patience: target.Eventually, Share: share, Workers: p.workers,
		Version: readBuild().Version,
	})
	if err != nil {
		return fmt.Errorf("plan the run: %w", err)
	}
	if p.json {
		return made.WriteJSON(w.out)
	}
	return made.WriteText(w.out, limits)
}
