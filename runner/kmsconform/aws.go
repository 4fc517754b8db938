package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	kmsaws "github.com/kmsconform/kmsconform/fixtures/aws"
	"github.com/kmsconform/kmsconform/fixtures/aws/budget"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
)

// awsFlags are the flags that say which accounts and Regions of AWS are meant. --region and --caller are those of targeting.
type awsFlags struct {
	aws                     bool
	profile, second, assume string
	replica                 string
	allow                   []string
	assumeCallers           string
}

// awsOnly are the flags that mean nothing without --aws, those of other structs included.
var awsOnly = []string{
	"aws-profile", "profile-second", "assume-second", "replica-region", "allow-account", "assume-callers",
	"max-keys", "max-cost", "max-duration", "quota-share", "record-observations", "observations",
}

// notAWS are the flags that name another target, or make it another one.
var notAWS = []string{"endpoint", "emulator", "control", "consistency", "defect", "fault", "fault-seed"}

func (a *awsFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.BoolVar(&a.aws, "aws", false, "AWS KMS itself, with the credentials of the SDK's own configuration; see also --allow-account")
	flags.StringVar(&a.profile, "aws-profile", "", "with --aws: the AWS `PROFILE` of primary (default: what the SDK's chain finds)")
	flags.StringVar(&a.second, "profile-second", "", "with --aws: the AWS `PROFILE` of the second account")
	flags.StringVar(&a.assume, "assume-second", "", "with --aws: the `ROLE_ARN` in the second account that primary assumes")
	flags.StringVar(&a.replica, "replica-region", "", "with --aws: the `CODE` of the second Region (default eu-west-1, or us-east-1 beside it)")
	flags.StringArrayVar(&a.allow, "allow-account", nil, "with --aws: the `ACCOUNT` in which keys may be made, 12 digits; once for each account")
	flags.StringVar(&a.assumeCallers, "assume-callers", "", "with --aws: further callers are sessions of the roles `PREFIX`-restricted, PREFIX-iam-allowed and so on")
	for _, name := range []string{"aws-profile", "profile-second", "assume-second", "replica-region", "allow-account", "assume-callers"} {
		must(c.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
	c.MarkFlagsMutuallyExclusive("profile-second", "assume-second")
	for _, name := range notAWS {
		if c.Flags().Lookup(name) != nil {
			c.MarkFlagsMutuallyExclusive("aws", name)
		}
	}
}

// check refuses flags of AWS without --aws.
func (a *awsFlags) check(flags *pflag.FlagSet) error {
	if a.aws {
		return nil
	}
	var given []string
	for _, name := range awsOnly {
		if flags.Changed(name) {
			given = append(given, "--"+name)
		}
	}
	if len(given) == 0 {
		return nil
	}
	return &runner.UsageError{
		Problem: strings.Join(given, ", ") + ": nothing on AWS is meant without --aws.", Advice: "Add --aws, or leave them out.",
	}
}

// options are what the flags say. Nothing is asked yet.
func (a *awsFlags) options(t *targeting) (kmsaws.Options, error) {
	o := kmsaws.Options{
		Profile: a.profile, SecondProfile: a.second, AssumeSecond: a.assume, ReplicaRegion: a.replica,
		AllowAccounts: a.allow, AssumeCallers: a.assumeCallers, Version: readBuild().Version,
	}
	regions, err := parseRegions(t.regions)
	if err != nil {
		return o, err
	}
	for name, code := range regions {
		switch {
		case strings.Contains(code, "@"):
			return o, &runner.UsageError{
				Problem: fmt.Sprintf("--region %s: on AWS a Region has the endpoint that it has.", code),
				Advice:  "Leave out what follows the @; AWS_ENDPOINT_URL_KMS names another endpoint.",
			}
		case name == "primary":
			o.Region = code
		case name == "replica" && a.replica == "":
			o.ReplicaRegion = code
		default:
			return o, &runner.UsageError{
				Problem: fmt.Sprintf("--region %s=%s: on AWS there are primary and one replica Region.", name, code),
				Advice:  "Write --region us-east-1 --replica-region eu-west-1.",
			}
		}
	}
	for _, text := range t.callers {
		spec, err := target.ParseCaller(text)
		if err != nil {
			return o, &runner.UsageError{Problem: "--caller: " + err.Error() + ".", Err: err}
		}
		o.Callers = append(o.Callers, spec)
	}
	return o, nil
}

// open finds out who calls, and makes a target of it. Nothing is sent to KMS.
func (a *awsFlags) open(ctx context.Context, t *targeting, lasts time.Duration) (*kmsaws.Opened, error) {
	o, err := a.options(t)
	if err != nil {
		return nil, err
	}
	o.Lasts = lasts
	opened, err := kmsaws.Open(ctx, o)
	return opened, refusal(err)
}

// refusal is an error of the user's to mend, where it is one.
func refusal(err error) error {
	var refused *kmsaws.Refused
	if errors.As(err, &refused) {
		return &runner.UsageError{Problem: refused.Problem, Advice: refused.Advice, Err: err}
	}
	return err
}

// again are the flags that mean the same accounts and Regions again. They hold no credentials.
func (a *awsFlags) again() []string {
	if !a.aws {
		return nil
	}
	args := []string{"--aws"}
	for _, flag := range []struct{ name, value string }{
		{"aws-profile", a.profile}, {"profile-second", a.second}, {"assume-second", a.assume},
		{"replica-region", a.replica}, {"assume-callers", a.assumeCallers},
	} {
		if flag.value != "" {
			args = append(args, "--"+flag.name, quote(flag.value))
		}
	}
	for _, account := range a.allow {
		args = append(args, "--allow-account", quote(account))
	}
	return args
}

// budgeting are the flags that say how much a run may use, and how fast.
type budgeting struct {
	keys     int
	cost     string
	duration time.Duration
	share    string
}

func (b *budgeting) add(c *cobra.Command) {
	flags := c.Flags()
	flags.IntVar(&b.keys, "max-keys", 0, "with --aws: stop before more than `N` keys are made")
	flags.StringVar(&b.cost, "max-cost", "", "with --aws: stop before more than so many `USD` are spent, such as 2.50")
	flags.DurationVar(&b.duration, "max-duration", 0, "with --aws: stop in time to end after this long")
	flags.StringVar(&b.share, "quota-share", "50%", "with --aws: use this `PERCENTAGE` of the account's request quotas")
	for _, name := range []string{"max-keys", "max-cost", "max-duration", "quota-share"} {
		must(c.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
}

// limits are what the flags allow.
func (b *budgeting) limits() (budget.Limits, error) {
	if b.keys < 0 || b.duration < 0 {
		return budget.Limits{}, &runner.UsageError{Problem: "--max-keys and --max-duration cannot be negative.", Advice: "Give such as --max-keys 500 or --max-duration 45m."}
	}
	l := budget.Limits{Keys: b.keys, Duration: b.duration}
	if b.cost != "" {
		usd, err := budget.ParseUSD(b.cost)
		if err != nil {
			return budget.Limits{}, &runner.UsageError{Problem: "--max-cost: " + err.Error() + ".", Err: err}
		}
		l.USD = usd
	}
	return l, nil
}

// bounded refuses to run without a limit on what is made or paid. Time alone limits neither.
func bounded(l budget.Limits) error {
	if l.Keys > 0 || l.USD > 0 {
		return nil
	}
	return refusal(&kmsaws.Refused{
		Reason: kmsaws.NoBudget, Problem: "there is no budget: nothing says how many keys may be made, or how much may be spent.",
		Advice: "Add --max-keys N or --max-cost USD; `kmsconform plan --aws` says how much the run needs.",
	})
}

// quotaShare is the share of the quotas as a number: 1 is all.
func (b *budgeting) quotaShare() (float64, error) {
	number, is := strings.CutSuffix(strings.TrimSpace(b.share), "%")
	percent, err := strconv.ParseFloat(number, 64)
	if !is || err != nil || !(percent > 0 && percent <= 100) { // nor NaN
		return 0, &runner.UsageError{
			Problem: fmt.Sprintf("--quota-share %.40q is no share of the request quotas.", b.share), Advice: "Write more than 0% and at most 100%, such as 50%.",
		}
	}
	return percent / 100, nil
}

// again are the flags that allow as much again.
func (b *budgeting) again() []string {
	var args []string
	if b.keys > 0 {
		args = append(args, "--max-keys", strconv.Itoa(b.keys))
	}
	if b.cost != "" {
		args = append(args, "--max-cost", quote(b.cost))
	}
	return append(args, "--quota-share", quote(b.share))
}
