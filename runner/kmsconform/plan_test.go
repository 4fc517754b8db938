package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// nobody leads the SDK's configuration to an empty one: no credentials, no profiles, no Region, no network.
func nobody(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
		"HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1",
	} {
		t.Setenv(name, value)
	}
}

// A plan needs nobody: no credentials, no allowed accounts, no network.
func TestPlanNeedsNothing(t *testing.T) {
	nobody(t)
	code, out, errs := command(t, "plan", "--aws", "--requirement", "DIKM-STATE-02", "--max-keys", "1")
	if code != exitConformant || errs != "" {
		t.Fatalf("exit code %d\n%s", code, errs)
	}
	for _, says := range []string{
		"on AWS in us-east-1 and eu-west-1, in one account, 4 at a time, with 50 % of the request quotas", "Nothing was sent to AWS",
		"ECC ", "GetParametersForImport", "USD at most", "pending deletion for 7 days, free of charge", "stopped before its end: --max-keys 1 is less",
		"--profile-second",
	} {
		if !strings.Contains(out, says) {
			t.Errorf("it does not say %q:\n%s", says, out)
		}
	}
}

func TestPlanTakesTheFlagsOfTheRun(t *testing.T) {
	nobody(t)
	t.Setenv("AWS_REGION", "eu-central-1")
	code, out, errs := command(t, "plan", "--aws", "--scenario", "other-accounts/the-delete-by-key-arn", "--profile-second", "other", "--assume-callers", "kmsconform",
		"--quota-share", "100%", "--workers", "3", "--replica-region", "us-west-2", "--json")
	if code != exitConformant {
		t.Fatalf("exit code %d\n%s", code, errs)
	}
	var p struct {
		Regions    map[string]string
		Accounts   []string
		QuotaShare float64
		Skipped    []any
		Workers    int
	}
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		t.Fatal(err)
	}
	if p.Regions["primary"] != "eu-central-1" || p.Regions["replica"] != "us-west-2" || len(p.Accounts) != 2 || p.QuotaShare != 1 || len(p.Skipped) != 0 || p.Workers != 1 {
		t.Errorf("%+v", p)
	}
}

func TestPlanRefusesWhatTheRunWould(t *testing.T) {
	nobody(t)
	for args, says := range map[string]string{
		"plan":                          "--aws",
		"plan --aws --quota-share 200%": "--quota-share",
		"plan --aws --max-cost lots":    "no amount of US dollars",
		"plan --aws --max-keys -1":      "--max-keys",
		"plan --aws --region us-east-1 --replica-region us-east-1": "two Regions",
		"plan --aws --region moon":                                 "--region",
		"plan --aws --profile-second a --assume-second b":          "assume-second",
		"plan --aws --assume-second b":                             "ARN of a role",
		"plan --aws --caller nobody=profile:x":                     "nobody",
		"plan --aws --scenario no-such-thing":                      "no-such-thing",
		"plan --aws --aws-profile missing":                         "missing",
		"plan --aws --workers -1":                                  "workers",
	} {
		code, out, errs := command(t, strings.Fields(args)...)
		if code != exitUsage || !strings.Contains(errs, says) || out != "" {
			t.Errorf("%s: exit code %d\n%s%s", args, code, out, errs)
		}
	}
}
