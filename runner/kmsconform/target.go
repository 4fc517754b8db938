package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
)

// targeting are the flags that say which KMS is meant, and who calls it.
type targeting struct {
	endpoint    string
	regions     []string
	callers     []string
	consistency string
	control     bool
	defecting   defecting
	faulting    faulting // of the reference; only run and serve have its flags
}

// callerNames are the callers that the features know, for completion and for hints.
var callerNames = []string{"primary", "second-account", "second-account-allowed", "restricted", "iam-allowed", "iam-denied"}

func (t *targeting) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&t.endpoint, "endpoint", "", "the `URL` of a KMS, such as http://127.0.0.1:4566; without it the embedded reference KMS")
	flags.StringArrayVar(&t.regions, "region", nil, "the Region's `CODE`, or NAME=CODE for primary and replica, or CODE@URL where a Region has its own endpoint; may be repeated")
	flags.StringArrayVar(&t.callers, "caller", nil,
		"who calls: `NAME=AKID:SECRET[:TOKEN]` or NAME=profile:PROFILE; may be repeated; names: "+strings.Join(callerNames, ", "))
	flags.StringVar(&t.consistency, "consistency", "strong", "whether changes show at once: `strong` or eventual")
	flags.BoolVar(&t.control, "control", false, "the endpoint is a reference KMS started with serve --control: its clock can be moved")
	must(c.RegisterFlagCompletionFunc("consistency", cobra.FixedCompletions([]string{"strong", "eventual"}, cobra.ShellCompDirectiveNoFileComp)))
	must(c.RegisterFlagCompletionFunc("endpoint", cobra.NoFileCompletions))
	must(c.RegisterFlagCompletionFunc("region", cobra.NoFileCompletions))
	must(c.RegisterFlagCompletionFunc("caller", cobra.NoFileCompletions))
}

// patience is the consistency that the flags describe.
func (t *targeting) patience() (target.Consistency, error) {
	switch t.consistency {
	case "strong":
		return target.Consistency{}, nil
	case "eventual":
		return target.EventualConsistency, nil
	default:
		return target.Consistency{}, known("consistency", []string{t.consistency}, []string{"strong", "eventual"})
	}
}

// insistence is how a run deals with throttling, failures and lost answers: a target whose changes show late is a cloud,
// and of any other every answer is taken as it comes.
func (t *targeting) insistence() target.Patience {
	if t.consistency != "eventual" {
		return target.Patience{}
	}
	return target.Eventually
}

// target makes the target that the flags describe.
func (t *targeting) target(w world) (*target.Target, error) {
	consistency, err := t.patience()
	if err != nil {
		return nil, err
	}
	regions, err := parseRegions(t.regions)
	if err != nil {
		return nil, err
	}
	callers, err := t.specs(w)
	if err != nil {
		return nil, err
	}
	if t.endpoint == "" {
		if extra := t.forEndpoint(); len(extra) > 0 {
			return nil, &runner.UsageError{
				Problem: fmt.Sprintf("%s: the embedded reference KMS takes none of them.", strings.Join(extra, ", ")),
				Advice:  "Add --endpoint URL, or leave them out.",
			}
		}
		faults, err := t.faulting.set()
		if err != nil {
			return nil, err
		}
		defects, err := t.defecting.defects()
		if err != nil {
			return nil, err
		}
		return reference.Target(reference.Options{
			Version: readBuild().Version, Faults: faults, FaultSeed: t.faulting.seed, Defects: defects,
		})
	}
	if len(t.faulting.faults) > 0 {
		return nil, &runner.UsageError{
			Problem: "--fault makes the embedded reference KMS difficult, and --endpoint names another one.",
			Advice:  "Leave one of them out, or start the endpoint with kmsconform serve --fault.",
		}
	}
	if len(t.defecting.names) > 0 {
		return nil, &runner.UsageError{
			Problem: "--defect makes the embedded reference KMS wrong, and --endpoint names another one.",
			Advice:  "Leave one of them out, or start the endpoint with kmsconform serve --defect.",
		}
	}
	made, err := target.NewEndpoint(target.EndpointOptions{
		URL: t.endpoint, Regions: regions, Callers: callers, Consistency: consistency, Patience: t.insistence(), Control: t.control, Version: readBuild().Version,
	})
	if err != nil {
		return nil, &runner.UsageError{Problem: strings.TrimSuffix(err.Error(), ".") + ".", Err: err}
	}
	return made, nil
}

// forEndpoint returns the flags that were given and mean nothing to the reference.
func (t *targeting) forEndpoint() []string {
	var given []string
	if len(t.regions) > 0 {
		given = append(given, "--region")
	}
	if len(t.callers) > 0 {
		given = append(given, "--caller")
	}
	if t.consistency != "strong" {
		given = append(given, "--consistency")
	}
	if t.control {
		given = append(given, "--control")
	}
	return given
}

// specs are the callers of the flags, then of the environment, then the default ones. One from anywhere replaces the
// default ones altogether: credentials of two systems do not mix.
func (t *targeting) specs(w world) ([]target.CallerSpec, error) {
	var specs []target.CallerSpec
	for _, text := range t.callers {
		spec, err := target.ParseCaller(text)
		if err != nil {
			return nil, &runner.UsageError{Problem: "--caller: " + err.Error() + ".", Err: err}
		}
		if slices.ContainsFunc(specs, func(s target.CallerSpec) bool { return s.Name == spec.Name }) {
			return nil, &runner.UsageError{Problem: fmt.Sprintf("--caller: %s is given twice.", spec.Name), Advice: "Leave one of them out."}
		}
		specs = append(specs, spec)
	}
	if t.endpoint == "" {
		return specs, nil
	}
	environment, err := target.CallersFromEnvironment(w.environ)
	if err != nil {
		return nil, &runner.UsageError{Problem: err.Error() + ".", Err: err}
	}
	for _, spec := range environment {
		if !slices.ContainsFunc(specs, func(s target.CallerSpec) bool { return s.Name == spec.Name }) {
			specs = append(specs, spec)
		}
	}
	if len(specs) == 0 {
		return target.DefaultCallers(), nil
	}
	if !slices.ContainsFunc(specs, func(s target.CallerSpec) bool { return s.Name == "primary" }) {
		return nil, &runner.UsageError{
			Problem: "callers are given, and none of them is primary, who owns every key.",
			Advice:  "Add --caller primary=ACCESS_KEY_ID:SECRET_ACCESS_KEY, or give no callers to use the default ones.",
		}
	}
	return specs, nil
}

var (
	regionCode = regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`)
	regionName = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
)

// parseRegions reads CODE, which is primary, and NAME=CODE; a Region with an endpoint of its own is CODE@URL.
func parseRegions(texts []string) (map[string]string, error) {
	regions := map[string]string{}
	for _, text := range texts {
		name, code, named := strings.Cut(text, "=")
		if !named {
			name, code = "primary", text
		}
		plain, _, _ := strings.Cut(code, "@") // the URL is checked with the endpoint's
		switch _, twice := regions[name]; {
		case !regionName.MatchString(name) || !regionCode.MatchString(plain):
			return nil, &runner.UsageError{
				Problem: fmt.Sprintf("--region %q is no Region.", text),
				Advice:  "Write a code such as us-east-1, or NAME=CODE such as replica=eu-west-1, or CODE@URL for a Region with an endpoint of its own.",
			}
		case twice:
			return nil, &runner.UsageError{
				Problem: fmt.Sprintf("--region gives %s twice.", name),
				Advice:  "Name the others, such as replica=eu-west-1.",
			}
		}
		regions[name] = code
	}
	return regions, nil
}
