package race

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
)

// through is a transport that is a function.
type through func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (t through) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func operationOf(r *http.Request) string {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return operation
}

// losing loses the answer to every nth call of the race, and half of these never arrive.
func losing(nth int64) func(http.RoundTripper) http.RoundTripper {
	var calls atomic.Int64
	return func(inner http.RoundTripper) http.RoundTripper {
		return through(func(r *http.Request) (*http.Response, error) {
			operation := operationOf(r)
			n := calls.Add(1)
			if operation == "CreateKey" || operation == "GetParametersForImport" || n%nth != 0 {
				return inner.RoundTrip(r)
			}
			if n%(2*nth) == 0 {
				return nil, io.ErrUnexpectedEOF
			}
			response, err := inner.RoundTrip(r)
			if err == nil {
				_ = response.Body.Close()
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		})
	}
}

// Lost answers are no contradiction: what was lost may have been done or not.
func TestLostAnswersAreExplained(t *testing.T) {
	k := targetThrough(t, nil, losing(7))
	got, err := Run(context.Background(), k, Options{Seed: 2, Rounds: 40})
	if err != nil {
		t.Fatal(err)
	}
	if got.Violation != nil || got.Undecided > 0 || got.Rounds != 40 {
		var text bytes.Buffer
		if got.Violation != nil {
			_ = got.Violation.Print(&text)
		}
		t.Errorf("%d rounds, %d undecided\n%s", got.Rounds, got.Undecided, text.String())
	}
	if got.Lost < 60 {
		t.Errorf("only %d answers were lost", got.Lost)
	}
}

// And they do not hide what is wrong.
func TestRacesAreFoundAmongLostAnswers(t *testing.T) {
	k := targetThrough(t, func(state *kms.State, yield func(time.Duration)) kms.Rules {
		return &racy{state: state, yield: yield, operation: deleteMaterial, answer: lostUpdate}
	}, losing(9))
	got, err := Run(context.Background(), k, Options{Seed: 1, Rounds: 300})
	if err != nil {
		t.Fatal(err)
	}
	if got.Violation == nil || got.Violation.Alone || got.Lost == 0 {
		t.Errorf("%+v: want a violation, and lost answers", *got)
	}
}

// answering answers what a target of its own would, where the function does not pass.
func answering(operation string, status int, body string) func(http.RoundTripper) http.RoundTripper {
	return func(inner http.RoundTripper) http.RoundTripper {
		return through(func(r *http.Request) (*http.Response, error) {
			if operationOf(r) != operation {
				return inner.RoundTrip(r)
			}
			return &http.Response{
				StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, Request: r,
				Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
			}, nil
		})
	}
}

// What is not implemented is left out, and said.
func TestUnimplemented(t *testing.T) {
	k := targetThrough(t, nil, answering(rotate, 501, `{"__type":"InternalFailure","message":"not implemented"}`))
	got, err := Run(context.Background(), k, Options{Seed: 1, Rounds: 20, Without: []string{listRotations}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Violation != nil || got.Rounds != 20 || !reflect.DeepEqual(got.Without, []string{listRotations, rotate}) {
		t.Errorf("%+v", *got)
	}
	k = targetThrough(t, nil, answering(importMaterial, 501, `{"__type":"InternalFailure"}`))
	var lacks *unimplemented
	if _, err := Run(context.Background(), k, Options{Seed: 1, Rounds: 20}); !errors.As(err, &lacks) {
		t.Errorf("without imports: %v", err)
	}
}

// Calls that were throttled were not made; failures of the target may have been.
func TestThrottledAndFailed(t *testing.T) {
	k := targetThrough(t, nil, answering(enableKey, 400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`))
	got, err := Run(context.Background(), k, Options{Seed: 1, Rounds: 15})
	if err != nil || got.Violation != nil || got.Throttled == 0 {
		t.Errorf("throttled: %+v, %v", got, err)
	}
	k = targetThrough(t, nil, answering(enableKey, 500, `{"__type":"KMSInternalException"}`))
	got, err = Run(context.Background(), k, Options{Seed: 1, Rounds: 15})
	if err != nil || got.Violation != nil || got.Lost == 0 {
		t.Errorf("failed: %+v, %v", got, err)
	}
}

// A target that answers one caller wrongly is not accused of a race.
func TestWrongAlone(t *testing.T) {
	k := targetThrough(t, nil, answering(deleteMaterial, 200, `{}`))
	got, err := Run(context.Background(), k, Options{Seed: 1, Rounds: 50})
	if err != nil {
		t.Fatal(err)
	}
	if got.Violation == nil || !got.Violation.Alone {
		t.Fatalf("%+v: want a violation that takes no race", *got)
	}
	var text bytes.Buffer
	if err := got.Violation.Print(&text); err != nil || !strings.Contains(text.String(), "it takes no race") {
		t.Errorf("%v\n%s", err, text.String())
	}
}

// otherwise answers OQ-06 and OQ-07 otherwise than the reference, consistently.
type otherwise struct{ state *kms.State }

// Apply implements kms.Rules.
func (o otherwise) Apply(c kms.Call) (kms.Answer, *kms.Error) {
	switch in := c.Request.(type) {
	case *kms.ImportKeyMaterialInput:
		if g, found := o.state.Grip(c, *in.KeyId); found && g.State() == kms.Disabled {
			a, err := o.state.Apply(c)
			g.SetState(kms.Disabled)
			return a, err
		}
	case *kms.DeleteImportedKeyMaterialInput:
		if g, found := o.state.Grip(c, *in.KeyId); found && g.State() == kms.PendingDeletion && (g.Current() == "" || g.Holds(g.Current()) == nil) && in.KeyMaterialId == nil {
			return nil, &kms.Error{Code: "UnsupportedOperationException", Status: 400}
		}
	}
	return o.state.Apply(c)
}

// A target may answer open questions as it likes, as long as it does so under a race, too.
func TestOtherAnswersToOpenQuestions(t *testing.T) {
	k := targetWith(t, func(state *kms.State, _ func(time.Duration)) kms.Rules { return otherwise{state} })
	got, err := Run(context.Background(), k, Options{Seed: 3, Rounds: 30})
	if err != nil {
		t.Fatal(err)
	}
	if got.Violation != nil {
		var text bytes.Buffer
		_ = got.Violation.Print(&text)
		t.Errorf("accused:\n%s", text.String())
	}
	if open := strings.Join(got.Open, "\n"); len(got.Open) != 2 || !strings.Contains(open, "OQ-06") || !strings.Contains(open, "OQ-07") {
		t.Errorf("open: %q, want OQ-06 and OQ-07", got.Open)
	}
}

// The seed and the number decide what is called.
func TestPlansRepeat(t *testing.T) {
	p := planner{seed: 5, callers: 4, operations: 6, without: map[string]bool{}, clock: true}
	different := map[string]bool{}
	for n := 1; n <= 40; n++ {
		if !reflect.DeepEqual(p.round(n), p.round(n)) {
			t.Errorf("round %d is another one the second time", n)
		}
		r := p.round(n)
		if len(r.callers) != 4 || len(r.callers[0]) != 6 {
			t.Errorf("round %d: %d callers with %d calls", n, len(r.callers), len(r.callers[0]))
		}
		if alone := r.alone(); len(alone.callers) != 1 || len(alone.callers[0]) != 24 {
			t.Errorf("round %d alone: %d callers", n, len(alone.callers))
		}
		different[r.opening.name+stepsText([]Call{{Step: r.callers[0][0].Step}, {Step: r.callers[1][3].Step}})] = true
	}
	if len(different) < 20 {
		t.Errorf("only %d of 40 rounds differ", len(different))
	}
	other := p
	other.seed = 6
	if reflect.DeepEqual(p.round(1), other.round(1)) {
		t.Error("another seed makes the same round")
	}
	p.without, p.clock = map[string]bool{rotate: true, disableKey: true, importNewB.String(): true}, false
	for n := 1; n <= 100; n++ {
		r := p.round(n)
		for _, turns := range append(r.callers, []turn{{Step: describes}}) {
			for _, turn := range turns {
				if p.leavesOut(turn.Step) {
					t.Fatalf("round %d calls %s", n, turn.Step)
				}
			}
		}
		if r.opening.name == "B waits for a rotation" {
			t.Fatalf("round %d begins with an import that is left out", n)
		}
		if r.opening.clock || r.opening.name == "disabled" {
			t.Fatalf("round %d begins %s", n, r.opening.name)
		}
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"one caller": {Callers: 1}, "too many callers": {Callers: 17, Operations: 1}, "too many calls": {Callers: 16, Operations: 6},
		"no operations": {Operations: -1}, "no rounds": {Rounds: -1}, "no time": {For: -1},
		"no such operation": {Without: []string{"deletekey"}}, "no deletes": {Without: []string{deleteMaterial}},
		"no first material": {Without: []string{"ImportKeyMaterial A"}}, "no such step": {Without: []string{"ImportKeyMaterial D"}},
	} {
		var wrong *OptionsError
		if _, err := Run(context.Background(), targetWith(t, nil), o); !errors.As(err, &wrong) || wrong.Advice == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// On a target whose changes show late nothing can be said.
func TestEventualConsistency(t *testing.T) {
	k := targetWith(t, nil)
	k.Consistency.Reads, k.Consistency.Within = 3, time.Second
	var wrong *OptionsError
	if _, err := Run(context.Background(), k, Options{}); !errors.As(err, &wrong) || !strings.Contains(wrong.Problem, "show late") {
		t.Errorf("%v", err)
	}
}

// A run that is stopped says so, and ends at once.
func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	got, err := Run(ctx, targetWith(t, nil), Options{Seed: 1, Rounds: 100000, Progress: func(done, _ int) {
		if done == 3 {
			stop()
		}
	}})
	if err != nil || !got.Interrupted || got.Rounds > 5 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = Run(context.Background(), targetWith(t, nil), Options{Seed: 1, Rounds: 100000, For: 50 * time.Millisecond})
	if err != nil || got.Interrupted || got.Rounds == 0 || got.Rounds > 200 {
		t.Errorf("with a limit: %+v, %v", got, err)
	}
}
