package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/kmsconform/kmsconform/fixtures/target"
)

// Whatever makes keys on an endpoint marks them, so that a sweep finds what it left, and knows when it may take it.
func TestSweepFindsTheKeysOfEveryCommand(t *testing.T) {
	for name, args := range map[string][]string{
		"race":                 {"race", "--rounds", "2", "--seed", "1"},
		"explore":              {"explore", "--runs", "1", "--steps", "4", "--seed", "3", "--max-keys", "20"},
		"a run with a ledger":  {"run", "--no-report", "--scenario", "key-states/nothing-was-ever-imported", "--ledger", filepath.Join(t.TempDir(), "keys.jsonl")},
		"a race for some time": {"race", "--rounds", "2", "--seed", "1", "--for", "30m"},
	} {
		t.Run(name, func(t *testing.T) {
			y := newYard(t)
			if code, out, errs := command(t, append(args, "--endpoint", y.url)...); code != exitConformant {
				t.Fatalf("exit code %d\n%s%s", code, out, errs)
			}
			within := 7 * time.Hour
			if strings.Contains(strings.Join(args, " "), "30m") {
				within = 90 * time.Minute
			}
			made := y.keys()
			if len(made) == 0 {
				t.Fatal("it made no key")
			}
			for arn, tags := range made {
				expires, err := time.Parse(time.RFC3339, tags[target.ExpiresTag])
				if err != nil || time.Until(expires) > within || time.Until(expires) < within-time.Minute ||
					tags[target.ToolTag] != "true" || tags[target.ScenarioTag] == "" || tags[target.RunTag] == "" {
					t.Errorf("%s has the tags %v", arn, tags)
				}
			}
			code, out, errs := command(t, "sweep", "--endpoint", y.url)
			if want := fmt.Sprintf("%d pending deletion before", len(made)); code != exitConformant || !strings.Contains(out, want) {
				t.Errorf("sweep does not say %q: %d %s%s", want, code, out, errs)
			}
		})
	}
}

// keys are all keys of primary's first Region, with their tags.
func (y *yard) keys() map[string]map[string]string {
	y.t.Helper()
	s := y.target.Open("a/test")
	c, err := s.ClientIn("primary", "us-east-1")
	if err != nil {
		y.t.Fatal(err)
	}
	ctx, all := s.Context(y.t.Context()), map[string]map[string]string{}
	pages := kms.NewListKeysPaginator(c, &kms.ListKeysInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			y.t.Fatal(err)
		}
		for _, k := range page.Keys {
			answer, err := c.ListResourceTags(ctx, &kms.ListResourceTagsInput{KeyId: k.KeyId})
			if err != nil {
				y.t.Fatal(err)
			}
			tags := map[string]string{}
			for _, tag := range answer.Tags {
				tags[*tag.TagKey] = *tag.TagValue
			}
			all[*k.KeyArn] = tags
		}
	}
	return all
}
