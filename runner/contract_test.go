package runner_test

import (
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

func referenceKMS(tb testing.TB) *target.Target {
	tb.Helper()
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return kms
}

// TestContract is the whole contract on the reference KMS, a subtest each.
func TestContract(t *testing.T) {
	runner.Test(t, referenceKMS(t), runner.Options{})
}

// The reference is the oracle: nothing may be blocked, unsupported, skipped or in error there, and no run may differ from
// another.
func TestTheContractOnTheReferenceIsConformantEveryTime(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the contract ten times")
	}
	var first *report.Report
	for i := range 10 {
		workers := []int{0, 1, 8}[i%3]
		result, err := runner.Run(t.Context(), referenceKMS(t), runner.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = result
			conformant(t, result)
			continue
		}
		if len(result.Scenarios) != len(first.Scenarios) {
			t.Fatalf("run %d has %d scenarios, the first had %d", i, len(result.Scenarios), len(first.Scenarios))
		}
		for j := range result.Scenarios {
			got, want := &result.Scenarios[j], &first.Scenarios[j]
			if got.ID != want.ID || got.Status != want.Status || got.Assertions != want.Assertions {
				t.Errorf("run %d: %s %s with %d assertions; the first had %s %s with %d", i,
					got.ID, got.Status, got.Assertions, want.ID, want.Status, want.Assertions)
			}
		}
		if len(result.Answers) != len(first.Answers) {
			t.Errorf("run %d has %d answers, the first had %d", i, len(result.Answers), len(first.Answers))
			continue
		}
		for j := range result.Answers {
			if got, want := result.Answers[j], first.Answers[j]; got.Question != want.Question || got.Answer != want.Answer {
				t.Errorf("run %d answers %s with %s; the first answered %s with %s", i, got.Question, got.Answer, want.Question, want.Answer)
			}
		}
	}
}

func conformant(t *testing.T, r *report.Report) {
	t.Helper()
	assertions := 0
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		assertions += s.Assertions
		if s.Status != report.Passed && s.Status != report.Answered {
			t.Errorf("%s: %s: %s", s.ID, s.Status, s.Reason)
		}
		if s.Status == report.Passed && s.Assertions == 0 {
			t.Errorf("%s passed without an assertion", s.ID)
		}
	}
	t.Logf("%d scenarios, %d assertions, %d answers in %.2f s", len(r.Scenarios), assertions, len(r.Answers), r.DurationSeconds)
}
