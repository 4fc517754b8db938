package runner_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/observe"
	"github.com/kmsconform/kmsconform/runner/report"
)

// playingAWS is the reference KMS in the place of AWS itself, with some defects.
func playingAWS(t *testing.T, defects ...string) *target.Target {
	t.Helper()
	var wrong []defect.Defect
	for _, name := range defects {
		d, err := defect.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		wrong = append(wrong, d)
	}
	kms, err := reference.Target(reference.Options{Defects: wrong})
	if err != nil {
		t.Fatal(err)
	}
	kms.Kind, kms.Name = target.AWS, "AWS KMS in us-east-1"
	return kms
}

func run(t *testing.T, kms *target.Target, o runner.Options) *report.Report {
	t.Helper()
	result, err := runner.Run(t.Context(), kms, o)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// On AWS itself a difference is a change of AWS or a fault of the contract, never a failure, and says which of them.
func TestWhatAWSDoesOtherwiseIsAChange(t *testing.T) {
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[report.ChangeKind]bool{}
	result := run(t, playingAWS(t, "delete-takes-an-alias", "delete-is-not-for-rsa", "delete-drops-tags"), runner.Options{Selection: runner.Selection{Tags: "@core or @asymmetric"}})
	if result.Summary.Failed != 0 || result.Summary.Changed == 0 || result.Overall() != report.Outdated {
		t.Fatalf("%+v: %s", result.Summary, result.Overall())
	}
	for _, c := range result.Changes {
		kinds[c.Kind] = true
		want := map[features.Evidence]report.ChangeKind{features.Observed: report.AWSChanged, features.Documented: report.DocumentationDiffers}[c.Evidence]
		shown := slices.IndexFunc(result.Scenarios, func(s report.Scenario) bool { return s.ID == c.Scenarios[0] })
		if result.Scenarios[shown].Advisory {
			want = report.InferenceDiffers
		}
		if c.Kind != want {
			t.Errorf("%s (%s): %s", c.Requirement, c.Evidence, c.Kind)
		}
	}
	if len(kinds) != 3 {
		t.Errorf("kinds of changes: %v", kinds)
	}
	var text bytes.Buffer
	if err := report.WriteChanges(&text, result, contract); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# AWS changed: ", "documentation differs", "| request id |", "## What to do", "before"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the issue says nothing of %q:\n%.2000s", want, text.String())
		}
	}
	for _, word := range []string{"failed to conform", "nonconformant", ":root"} {
		if strings.Contains(text.String(), word) {
			t.Errorf("the issue says %q", word)
		}
	}
}

// What is kept of a run on AWS becomes part of the contract: what was seen to hold is observed, answers are judged.
func TestAnObservationThatIsKeptJudges(t *testing.T) {
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	selection := runner.Selection{Tags: "@probe or @DIKM-REIMP-16"}
	seen := run(t, playingAWS(t), runner.Options{Selection: selection, KeepCalls: true})
	file, err := observe.Of(contract, seen, "run-1")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, err := observe.Write(dir, file)
	if err != nil || path == "" {
		t.Fatal(path, err)
	}
	if _, err := observe.Write(dir, file); err == nil {
		t.Error("a second run wrote over the first one's observations")
	}
	sharper, err := contract.WithObservations(dir)
	if err != nil {
		t.Fatal(err)
	}
	found, err := observe.Verify(t.Context(), sharper)
	if err != nil || len(found) > 0 {
		t.Fatalf("%v, %v", found, err)
	}
	if n := len(sharper.Observations); n < 100 {
		t.Errorf("%d observations of %d answers", n, len(seen.Answers))
	}

	again := run(t, playingAWS(t), runner.Options{Contract: sharper, Selection: selection})
	if again.Summary.Answered != 0 || again.Summary.Passed != len(again.Scenarios) {
		t.Errorf("held to what it answered before: %+v", again.Summary)
	}
	raised := 0
	for _, r := range sharper.Requirements {
		if r.Written != "" && r.Evidence == features.Observed && !r.Seen.IsZero() {
			raised++
		}
	}
	if raised == 0 {
		t.Error("nothing became observed")
	}

	// Another answer than the one that is kept: of another target a failure, of AWS a change.
	other := slices.Clone(sharper.Observations)
	changed := ""
	for i := range other {
		for _, q := range sharper.Questions {
			if changed == "" && q.ID == other[i].Question && len(q.Answers) > 1 {
				other[i].Answer = q.Answers[(slices.Index(q.Answers, other[i].Answer)+1)%len(q.Answers)]
				changed = other[i].Scenario
			}
		}
	}
	doubtful := *sharper
	doubtful.Observations = other
	one := runner.Options{Contract: &doubtful, Selection: runner.Selection{Scenarios: []string{changed}}}
	aws := run(t, playingAWS(t), one)
	if aws.Summary.Changed != 1 || len(aws.Changes) != 1 || aws.Changes[0].Kind != report.AWSChanged || aws.Changes[0].Before == nil || aws.Changes[0].Before.Request == "" {
		t.Errorf("%s on AWS: %+v %+v", changed, aws.Summary, aws.Changes)
	}
	kms := playingAWS(t)
	kms.Kind = target.Reference
	if plain := run(t, kms, one); plain.Summary.Failed != 1 || plain.Summary.Advisory != 0 {
		t.Errorf("%s on another target: %+v", changed, plain.Summary)
	}
	if found, err := observe.Verify(t.Context(), &doubtful); err != nil || len(found) != 1 || !strings.Contains(found[0].Problem, "the reference KMS does something else") {
		t.Errorf("verify: %v %v", found, err)
	}
}

func TestOnlyAWSIsObserved(t *testing.T) {
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	kms := playingAWS(t)
	kms.Kind = target.Endpoint
	result := run(t, kms, runner.Options{Selection: runner.Selection{Tags: "@OQ-01"}})
	var not *observe.NotAWS
	if _, err := observe.Of(contract, result, "run-1"); !errors.As(err, &not) {
		t.Errorf("%v", err)
	}
}

// Whatever is kept is published: no account, no principal, no secret.
func TestObservationsHoldNothingOfTheAccount(t *testing.T) {
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	kms := playingAWS(t)
	primary := kms.Callers["primary"]
	seen := run(t, kms, runner.Options{KeepCalls: true})
	const account, role = "998877665544", "AWSReservedSSO_Admin/somebody@example.com"
	for i := range seen.Scenarios { // as if the run had been in that account, by that role
		for _, e := range seen.Scenarios[i].Exchanges {
			e.Request.Body = strings.ReplaceAll(e.Request.Body, primary.Account, account)
			if e.Response != nil {
				e.Response.Body = strings.ReplaceAll(e.Response.Body, primary.ARN, "arn:aws:sts::"+account+":assumed-role/"+role)
				e.Response.Body = strings.ReplaceAll(e.Response.Body, primary.Account, account)
			}
		}
	}
	for i := range seen.Target.Callers {
		if seen.Target.Callers[i].Account == primary.Account {
			seen.Target.Callers[i].Account = account
		}
	}
	file, err := observe.Of(contract, seen, "run-1")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, err := observe.Write(dir, file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{account, "somebody", "AWSReservedSSO", "kmsconform-public-test-secret", "Signature=", "ImportToken\":\"A"} {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s holds %q", filepath.Base(path), secret)
		}
	}
	if !bytes.Contains(text, []byte("111122223333")) {
		t.Error("no example account stands for the run's own")
	}
	if time.Since(file.Date) > time.Hour || len(file.Confirmed) < 100 {
		t.Errorf("date %s, %d confirmed", file.Date, len(file.Confirmed))
	}
}
