package runner_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

// losing drops the connection of some calls of one operation, before or after the effect.
type losing struct {
	next      http.Handler
	operation string
	after     bool

	mu   sync.Mutex
	left int
	lost int
}

func (l *losing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	hit := l.left > 0 && r.Header.Get("X-Amz-Target") == "TrentService."+l.operation
	if hit {
		l.left--
		l.lost++
	}
	l.mu.Unlock()
	if !hit {
		l.next.ServeHTTP(w, r)
		return
	}
	if l.after {
		l.next.ServeHTTP(httptest.NewRecorder(), r)
	}
	panic(http.ErrAbortHandler)
}

// lossy is the reference behind a real connection that loses answers, and an endpoint that leads there.
func lossy(t *testing.T, l *losing, p target.Patience) *target.Target {
	t.Helper()
	return behind(t, p, func(system http.Handler) http.Handler { l.next = system; return l })
}

// behind is the reference with a handler around it, behind a real connection, and an endpoint that leads there.
func behind(t *testing.T, p target.Patience, around func(http.Handler) http.Handler) *target.Target {
	t.Helper()
	system, err := reference.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(around(system))
	t.Cleanup(listening.Close)
	kmsTarget, err := target.NewEndpoint(target.EndpointOptions{URL: listening.URL, Patience: p})
	if err != nil {
		t.Fatal(err)
	}
	if err := kmsTarget.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	return kmsTarget
}

var insistent = target.Patience{Retries: 4, Pause: time.Millisecond, Longest: 10 * time.Millisecond, Restarts: 3}

func TestLostAnswersAreNoFindings(t *testing.T) {
	for _, test := range []struct{ operation, scenario string }{
		{"CreateKey", "key-states/the-material-of-an-enabled-key-is-deleted"},
		{"GetParametersForImport", "key-states/the-material-of-an-enabled-key-is-deleted"},
		{"ImportKeyMaterial", "key-states/the-material-of-an-enabled-key-is-deleted"},
		{"DescribeKey", "key-states/the-material-of-an-enabled-key-is-deleted"},
		{"DeleteImportedKeyMaterial", "key-states/the-material-of-an-enabled-key-is-deleted"},
		{"DeleteImportedKeyMaterial", "key-states/the-material-was-already-deleted"},
		{"DisableKey", "key-states/the-material-of-a-disabled-key-is-deleted"},
		{"ScheduleKeyDeletion", "key-states/the-material-of-a-key-pending-deletion-is-deleted"},
		{"ReplicateKey", "multi-region-keys/deleting-the-material-of-a-replica-of-a-multi-region-key-leaves-the-primary-key/hmac-256"},
	} {
		for _, after := range []bool{false, true} {
			name := test.operation + " before its effect/" + test.scenario
			if after {
				name = test.operation + " after its effect/" + test.scenario
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				l := &losing{operation: test.operation, after: after}
				kmsTarget := lossy(t, l, insistent)
				l.left = 1
				result, err := runner.Run(t.Context(), kmsTarget, runner.Options{Selection: runner.Selection{Scenarios: []string{test.scenario}}})
				if err != nil {
					t.Fatal(err)
				}
				if l.lost != 1 {
					t.Fatalf("%d answers were lost", l.lost)
				}
				for i := range result.Scenarios {
					if s := &result.Scenarios[i]; s.Status != report.Passed {
						t.Errorf("%s: %s", s.Status, s.Reason)
					}
				}
				leavesNothing(t, kmsTarget)
			})
		}
	}
}

// leavesNothing wants every key to be scheduled for deletion, also one whose creation got no answer.
func leavesNothing(t *testing.T, kmsTarget *target.Target) {
	t.Helper()
	for _, region := range []string{"primary", "replica"} {
		s := kmsTarget.Open("a/look")
		c, err := s.Client("primary", region)
		if err != nil {
			t.Fatal(err)
		}
		ctx := s.Context(t.Context())
		listed, err := c.ListKeys(ctx, &kms.ListKeysInput{})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range listed.Keys {
			d, err := c.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: k.KeyId})
			if err != nil {
				t.Fatal(err)
			}
			if state := d.KeyMetadata.KeyState; !strings.HasPrefix(string(state), "Pending") || state == types.KeyStatePendingImport {
				t.Errorf("%s is left %s", *k.KeyArn, state)
			}
		}
	}
}

func TestAPlainEndpointThatLosesAnAnswerIsAnError(t *testing.T) {
	l := &losing{operation: "DeleteImportedKeyMaterial", after: true}
	kmsTarget := lossy(t, l, target.Patience{})
	l.left = 1
	result, err := runner.Run(t.Context(), kmsTarget, runner.Options{
		Selection: runner.Selection{Scenarios: []string{"key-states/the-material-of-an-enabled-key-is-deleted"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if s := &result.Scenarios[0]; s.Status != report.Error {
		t.Errorf("%s: %s", s.Status, s.Reason)
	}
}

func TestPatienceEnds(t *testing.T) {
	l := &losing{operation: "DeleteImportedKeyMaterial", after: true}
	kmsTarget := lossy(t, l, insistent)
	l.left = 1000
	result, err := runner.Run(t.Context(), kmsTarget, runner.Options{
		Selection: runner.Selection{Scenarios: []string{"key-states/the-material-of-an-enabled-key-is-deleted"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if s := &result.Scenarios[0]; s.Status != report.Error || l.lost != 1+insistent.Restarts {
		t.Errorf("%s after %d lost answers, want an error after %d", s.Status, l.lost, 1+insistent.Restarts)
	}
}

// breaking answers some calls of one operation with a failure of its own, before the effect.
type breaking struct {
	next      http.Handler
	operation string

	mu   sync.Mutex
	left int
}

func (b *breaking) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	hit := b.left > 0 && r.Header.Get("X-Amz-Target") == "TrentService."+b.operation
	if hit {
		b.left--
	}
	b.mu.Unlock()
	if !hit {
		b.next.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write([]byte(`{"__type":"KMSInternalException","message":"It failed."}`))
}

// A failure of the target's own is no verdict; one that comes each time, until the scenario does not begin anew any more, is.
// That of a Given blocks, and judges nothing.
func TestAFailureThatComesEachTimeIsJudged(t *testing.T) {
	for _, test := range []struct {
		name, operation, scenario string
		failures                  int
		want                      report.Status
	}{
		{"as often as it begins anew", "DeleteImportedKeyMaterial", "key-states/the-material-of-an-enabled-key-is-deleted", insistent.Restarts, report.Passed},
		{"each time", "DeleteImportedKeyMaterial", "key-states/the-material-of-an-enabled-key-is-deleted", 1000, report.Failed},
		{"each time in a Given", "DeleteImportedKeyMaterial", "key-states/the-material-was-already-deleted", 1000, report.Blocked},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := &breaking{operation: test.operation}
			kmsTarget := behind(t, insistent, func(system http.Handler) http.Handler { b.next = system; return b })
			b.left = test.failures
			result, err := runner.Run(t.Context(), kmsTarget, runner.Options{Selection: runner.Selection{Scenarios: []string{test.scenario}}})
			if err != nil {
				t.Fatal(err)
			}
			if s := &result.Scenarios[0]; s.Status != test.want {
				t.Errorf("%s at %q: %s, want %s", s.Status, s.Step, s.Reason, test.want)
			}
		})
	}
}
