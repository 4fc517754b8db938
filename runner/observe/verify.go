package observe

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

// replayTime bounds the replay of one scenario on the reference.
const replayTime = 30 * time.Second

// Verify reads the observations of a contract again: whether their scenarios are still there and still say what was recorded,
// whether they hold anything that must not be kept, and whether the reference KMS answers as AWS did. It returns what is
// wrong, in the order of the observations. An error means that the reference could not be run.
func Verify(ctx context.Context, contract *features.Contract) ([]features.Finding, error) {
	v := verifier{contract: contract, scenarios: map[string]*features.Scenario{}}
	for i := range contract.Scenarios {
		v.scenarios[contract.Scenarios[i].ID] = &contract.Scenarios[i]
	}
	if len(contract.Observations) == 0 {
		return nil, nil
	}
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		return nil, err
	}
	stage := runner.NewStage(kms, contract, replayTime)
	replayed := map[string]bool{}
	for i := range contract.Observations {
		o := &contract.Observations[i]
		if !v.check(o) || replayed[o.Scenario] {
			continue
		}
		replayed[o.Scenario] = true
		played := stage.Play(ctx, v.scenarios[o.Scenario])
		if ctx.Err() != nil {
			return nil, fmt.Errorf("replay the observations on the reference KMS: %w", ctx.Err())
		}
		if s := played.Scenario; s.Status != report.Passed && s.Status != report.Answered {
			v.find(o, fmt.Sprintf("the reference KMS does something else: %s, %s", s.Status, strings.TrimSuffix(s.Reason, ".")),
				"Let the reference do what AWS does, or look again at what was recorded.")
		}
	}
	return v.found, nil
}

type verifier struct {
	contract  *features.Contract
	scenarios map[string]*features.Scenario
	found     []features.Finding
}

func (v *verifier) find(o *features.Observation, problem, advice string) {
	v.found = append(v.found, features.Finding{File: o.File, Line: o.Line, Problem: o.Requirement + ": " + problem, Advice: advice})
}

// check reports whether an observation is of a scenario that can be replayed.
func (v *verifier) check(o *features.Observation) bool {
	v.secrets(o)
	s := v.scenarios[o.Scenario]
	switch {
	case s == nil:
		v.find(o, fmt.Sprintf("there is no scenario %q", o.Scenario), "It was renamed or removed: record again, or remove the observation.")
		return false
	case s.Wording() != o.Wording:
		v.find(o, fmt.Sprintf("the scenario %s says something else than when this was recorded", o.Scenario), "Record again; until then the observation holds nobody to an answer.")
		return false
	case !slices.Contains(s.Requirements, o.Requirement):
		v.find(o, fmt.Sprintf("the scenario %s is not about it any more", o.Scenario), "Record again, or remove the observation.")
	case o.Question != "" && !slices.Contains(s.Tags, "@"+o.Question):
		v.find(o, fmt.Sprintf("the scenario %s does not ask %s", o.Scenario, o.Question), "Record again, or remove the observation.")
	}
	if o.Exchange == nil || len(o.RequestIDs) == 0 {
		v.find(o, "no call with a request id shows it", "An observation without its call convinces nobody: record again.")
	}
	return true
}

var account = regexp.MustCompile(`(?:^|[^0-9a-f-])([0-9]{12})(?:[^0-9a-f-]|$)`)

// secrets finds what must not be in a file that is published.
func (v *verifier) secrets(o *features.Observation) {
	v.clear(o, o.Seen, false)
	if o.Exchange == nil {
		return
	}
	v.clear(o, o.Exchange.Request, true)
	v.clear(o, o.Exchange.Response, false)
	for name := range o.Exchange.Headers {
		if target.SecretHeader(name) {
			v.find(o, "it holds the header "+name, "Remove it, and use those credentials no more.")
		}
	}
}

// clear finds what a text of an observation, which may be the body of a request or an answer, has in the clear.
func (v *verifier) clear(o *features.Observation, text string, request bool) {
	for _, m := range account.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(report.ExampleAccounts(), m[1]) {
			v.find(o, "it holds an account id that is none of AWS's examples", "Replace it by 111122223333, or 444455556666 for the second account.")
		}
	}
	var body map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &body) != nil {
		return
	}
	for name, raw := range body {
		var value string
		if target.SecretMember(name, request) && json.Unmarshal(raw, &value) == nil && value != "" && !target.Redacted(value) {
			v.find(o, fmt.Sprintf("it holds %s in the clear", name), "Remove the value.")
		}
	}
}
