package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/fixtures/reference/fault"
	"github.com/kmsconform/kmsconform/runner"
)

// faulting are the flags that make the reference KMS a difficult one.
type faulting struct {
	faults []string
	seed   uint64
}

func (f *faulting) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVar(&f.faults, "fault", nil,
		"make the reference KMS difficult: `FAULT` is latency=20ms..400ms, throttle[=50%], eventual=500ms, internal=5%, reset=5% or slow-body; may be repeated")
	flags.Uint64Var(&f.seed, "fault-seed", 1, "decides which requests meet a fault: the same `SEED`, the same faults")
	must(c.RegisterFlagCompletionFunc("fault", cobra.FixedCompletions([]string{
		"latency=20ms..400ms", "throttle", "throttle=50%", "eventual=500ms", "internal=5%", "reset=5%", "slow-body",
	}, cobra.ShellCompDirectiveNoFileComp)))
	must(c.RegisterFlagCompletionFunc("fault-seed", cobra.NoFileCompletions))
}

// set is what the flags switch on.
func (f *faulting) set() (fault.Set, error) {
	set, err := fault.Parse(f.faults...)
	if err != nil {
		return fault.Set{}, &runner.UsageError{Problem: "--" + strings.TrimSuffix(err.Error(), ".") + ".", Err: err}
	}
	return set, nil
}

// again are the flags that meet the same faults again.
func (f *faulting) again() []string {
	var args []string
	for _, text := range f.faults {
		args = append(args, "--fault", quote(text))
	}
	if len(args) > 0 {
		args = append(args, "--fault-seed", strconv.FormatUint(f.seed, 10))
	}
	return args
}
