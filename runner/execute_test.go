package runner

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cucumber/godog"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/steps"
)

// deaf is a target that no step of these tests calls.
func deaf() *target.Target {
	return &target.Target{
		Name: "deaf", Kind: target.Endpoint, Endpoint: "http://127.0.0.1:1", Regions: map[string]string{"primary": "us-east-1"}, Callers: target.Callers(target.DefaultCallers()),
		Transport: http.NewFileTransport(http.Dir(".")), Probed: true,
	}
}

// oneStep is a scenario of a single step.
func oneStep(text string) features.Scenario {
	return features.Scenario{
		ID: "test/one-step", Feature: "Test", Name: "One step", Requirements: []string{"DIKM-TEST-01"},
		Steps:    []features.Step{{Keyword: "Then", Kind: features.Then, Text: text, Line: 3}},
		Document: []byte("Feature: Test\n  Scenario: One step\n    Then " + text + "\n"),
	}
}

// playing returns an executor whose only step is do.
func playing(do func(context.Context) error) *executor {
	return &executor{
		target: deaf(), timeout: time.Minute, grace: time.Minute,
		register: func(sc *godog.ScenarioContext, state *steps.Scenario, _ features.Scenario) error {
			if err := steps.RegisterFor(sc, state, nil); err != nil { // the hooks that judge
				return err
			}
			sc.Step(`^it is done$`, do)
			return nil
		},
	}
}

func TestExecuteSaysWhatAScenarioCameTo(t *testing.T) {
	tests := []struct {
		name   string
		do     func(context.Context) error
		status steps.Status
		reason string // a part of it
	}{
		{"a step that holds", func(context.Context) error { return nil }, steps.Passed, ""},
		{"a step that does not hold", func(context.Context) error {
			return &steps.Mismatch{Expected: "a", Actual: "b"}
		}, steps.Failed, "expected a, got b"},
		{"an absent caller", func(context.Context) error { return &steps.Absent{Reason: "no second account"} }, steps.Skipped, "no second account"},
		{"an absent operation", func(context.Context) error {
			return &steps.Unimplemented{Operation: "Sign", How: "501"}
		}, steps.Unsupported, "does not implement Sign"},
		{"an error of the suite", func(context.Context) error { return errors.New("no idea") }, steps.Errored, `"it is done": no idea`},
		{"a panic", func(context.Context) error { panic("ouch") }, steps.Errored, `"it is done": ouch`},
		{"a step that godog alone refuses", func(context.Context) error { return godog.ErrPending }, steps.Errored, "it is done"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := playing(test.do).execute(t.Context(), oneStep("it is done"))
			if e.result.Status != test.status || !strings.Contains(e.result.Reason, test.reason) {
				t.Errorf("got %s: %s; want %s: …%s…", e.result.Status, e.result.Reason, test.status, test.reason)
			}
			if e.cut || e.leftovers != nil || e.duration <= 0 {
				t.Errorf("cut %v, leftovers %v, duration %s", e.cut, e.leftovers, e.duration)
			}
		})
	}
}

// What godog swallows must not pass: an undefined step, a document of no steps, a document that does not parse.
func TestExecuteNeverPassesWhatDidNotRun(t *testing.T) {
	done := playing(func(context.Context) error { return nil })
	tests := map[string]features.Scenario{
		"an undefined step": oneStep("it is undone"),
		"a document without the step": func() features.Scenario {
			s := oneStep("it is done")
			s.Document = []byte("Feature: Test\n  Scenario: One step\n")
			return s
		}(),
		"an empty document": func() features.Scenario {
			s := oneStep("it is done")
			s.Document = nil
			return s
		}(),
		"a document that is no Gherkin": func() features.Scenario {
			s := oneStep("it is done")
			s.Document = []byte("Then what\n")
			return s
		}(),
	}
	for name, scenario := range tests {
		t.Run(name, func(t *testing.T) {
			if e := done.execute(t.Context(), scenario); e.result.Status != steps.Errored || e.result.Reason == "" {
				t.Errorf("got %s: %q, want an error with a reason", e.result.Status, e.result.Reason)
			}
		})
	}
}

func TestExecuteOutsideTheLanguage(t *testing.T) {
	x := &executor{target: deaf(), timeout: time.Minute, grace: time.Minute, register: registerFor}
	e := x.execute(t.Context(), oneStep("it is done"))
	if e.result.Status != steps.Errored || !strings.Contains(e.result.Reason, `"it is done" matches no sentence`) {
		t.Errorf("got %s: %s", e.result.Status, e.result.Reason)
	}
}

func TestExecuteNamesAPanicInAHook(t *testing.T) {
	x := playing(func(context.Context) error { return nil })
	register := x.register
	x.register = func(sc *godog.ScenarioContext, state *steps.Scenario, scenario features.Scenario) error {
		sc.After(func(context.Context, *godog.Scenario, error) (context.Context, error) { panic("ouch") })
		return register(sc, state, scenario)
	}
	e := x.execute(t.Context(), oneStep("it is done"))
	if e.result.Status != steps.Errored || e.result.Reason != `panic in "it is done": ouch` {
		t.Errorf("got %s: %s", e.result.Status, e.result.Reason)
	}
}

func TestExecuteEndsAtTheTimeLimit(t *testing.T) {
	x := playing(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	x.timeout = 10 * time.Millisecond
	e := x.execute(t.Context(), oneStep("it is done"))
	if e.result.Status != steps.Errored || !strings.Contains(e.result.Reason, "time limit of 10ms (--timeout) passed") {
		t.Errorf("got %s: %s", e.result.Status, e.result.Reason)
	}
}

func TestExecuteLeavesADeafStepBehind(t *testing.T) {
	release := make(chan struct{})
	ended := make(chan struct{})
	x := playing(func(context.Context) error { <-release; close(ended); return nil })
	x.timeout, x.grace = 10*time.Millisecond, 10*time.Millisecond
	e := x.execute(t.Context(), oneStep("it is done"))
	if e.result.Status != steps.Errored || !strings.Contains(e.result.Reason, "left behind") {
		t.Errorf("got %s: %s", e.result.Status, e.result.Reason)
	}
	close(release) // and when it ends after all, nobody minds
	<-ended
}

func TestExecuteTellsAnInterruption(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	x := playing(func(ctx context.Context) error { cancel(); <-ctx.Done(); return ctx.Err() })
	e := x.execute(ctx, oneStep("it is done"))
	if !e.cut || !strings.Contains(e.result.Reason, "the run was interrupted") {
		t.Errorf("cut %v: %s", e.cut, e.result.Reason)
	}

	// What was found before the interruption stays found.
	ctx, cancel = context.WithCancel(t.Context())
	x = playing(func(context.Context) error { cancel(); return &steps.Mismatch{Expected: "a", Actual: "b"} })
	if e := x.execute(ctx, oneStep("it is done")); e.cut || e.result.Status != steps.Failed {
		t.Errorf("cut %v, %s: %s", e.cut, e.result.Status, e.result.Reason)
	}
}
