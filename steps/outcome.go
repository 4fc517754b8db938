package steps

import (
	"errors"
	"fmt"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// Status is what a scenario came to.
type Status string

// The statuses.
const (
	Passed      Status = "passed"      // every Then held
	Failed      Status = "failed"      // the target answered and the answer breaks the requirement
	Blocked     Status = "blocked"     // a Given was not reached because the target got an earlier thing wrong
	Unsupported Status = "unsupported" // the target said "not implemented"
	Skipped     Status = "skipped"     // a capability the scenario needs is absent
	Answered    Status = "answered"    // a probe recorded its answer
	Errored     Status = "error"       // the harness itself could not run it
)

// Result is what the sentences of one scenario found.
type Result struct {
	Status Status
	// Step is the sentence that decided, empty when the scenario ran to its end.
	Step string
	// Requirement is the id that is broken (Failed), or the earlier one that is in the way (Blocked).
	Requirement string
	// Expected and Actual are one line each (Failed, Blocked).
	Expected, Actual string
	// Reason says why in a sentence (Blocked, Unsupported, Skipped, Errored).
	Reason string
	// Operation is the one the target does not have (Unsupported).
	Operation string
	// Decisive is the exchange that shows it; nil where there is none.
	Decisive *target.Exchange
	// Call is the exchange of the last call of a When, which the scenario is about; nil where it makes none.
	Call *target.Exchange
	// Assertions counts the checks that were executed.
	Assertions int
	// Unsure says that a call was made whose answer was lost, and that cannot be repeated (Errored), or that a state which
	// ends by itself was over too soon (Skipped): the scenario says nothing about the target and can run again, on new keys.
	Unsure bool
	// Answers are what the probes recorded, also when a later check failed.
	Answers []Answer
	// Notes say what else is worth knowing of how it ran, a line each.
	Notes []string
	// Seed is that of the scenario's races; zero when it had none.
	Seed uint32
}

// Answer is what a target does where the contract asks instead of judging.
type Answer struct {
	Question    string // OQ-nn, or the C-nn of two texts that disagree
	Requirement string // the scenario's first requirement
	Answer      string // a short name that can be compared between targets, such as "success" or "KMSInvalidStateException"
	Observation string // the raw observation, without secrets
}

// Mismatch says that a target's answer is not what a sentence expects. In a Given it blocks, in a Then it fails.
type Mismatch struct {
	Requirement      string // empty: the scenario's first requirement
	Expected, Actual string
	// exact says that Requirement is what is broken, even where the scenario is about others.
	exact bool
	// shown is the exchange that shows it; nil: the last one.
	shown *target.Exchange
}

// Error implements the error interface.
func (m *Mismatch) Error() string {
	return fmt.Sprintf("expected %s, got %s", m.Expected, m.Actual)
}

// Absent says that the target lacks what a scenario needs: a caller, a Region, a clock.
type Absent struct {
	Reason string
	missed bool // it was there and came to an end too soon: another time it may last
}

// Error implements the error interface.
func (a *Absent) Error() string { return a.Reason }

// Unimplemented says that the target does not have an operation.
type Unimplemented struct{ Operation, How string }

// Error implements the error interface.
func (u *Unimplemented) Error() string {
	return fmt.Sprintf("the target does not implement %s: %s", u.Operation, u.How)
}

// judge turns the error of a step into the scenario's result.
func (s *Scenario) judge(kind features.StepKind, text string, err error) {
	if err == nil || s.result.Status != "" {
		return
	}
	r := &s.result
	r.Step, r.Reason = text, err.Error()
	var mismatch *Mismatch
	var absent *Absent
	var unimplemented *Unimplemented
	var spent *target.Spent
	switch {
	case errors.As(err, &unimplemented):
		r.Status, r.Operation = Unsupported, unimplemented.Operation
	case errors.As(err, &spent):
		r.Status, r.Reason = Skipped, spent.Error()
	case errors.As(err, &absent):
		r.Status, r.Unsure = Skipped, absent.missed
	case errors.As(err, &mismatch):
		r.Expected, r.Actual = mismatch.Expected, mismatch.Actual
		r.Requirement = mismatch.Requirement
		r.Status = Failed
		if kind != features.Then {
			r.Status = Blocked
			r.Reason = fmt.Sprintf("%q was not reached: %v", text, err)
		} else if !mismatch.exact && !s.covers(r.Requirement) {
			r.Requirement = s.first()
		}
	default:
		r.Status, r.Unsure = Errored, unsure(err)
	}
	if r.Status != Skipped && len(s.exchanges) > 0 {
		r.Decisive = s.exchanges[len(s.exchanges)-1]
	}
	if mismatch != nil && mismatch.shown != nil {
		r.Decisive = mismatch.shown
	}
}

func (s *Scenario) covers(id string) bool {
	for _, r := range s.scenario.Requirements {
		if r == id {
			return true
		}
	}
	return false
}

// first is the requirement the scenario is about.
func (s *Scenario) first() string {
	if len(s.scenario.Requirements) == 0 {
		return ""
	}
	return s.scenario.Requirements[0]
}
