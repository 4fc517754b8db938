package plan_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/aws/budget"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/plan"
	"github.com/kmsconform/kmsconform/runner/report"
)

// shared is the reference as one system of all scenarios, whose changes show soon, and what became of its keys.
type shared struct {
	*target.Target
	mu   sync.Mutex
	keys map[string]bool // whether their deletion was scheduled last
}

func share(t *testing.T) *shared {
	t.Helper()
	made, err := reference.Shared(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &shared{Target: made, keys: map[string]bool{}}
	made.Regions = map[string]string{"primary": home, "replica": replica}
	next := made.Transport
	made.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		if err != nil || answer.StatusCode != http.StatusOK {
			return answer, err
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return nil, err
		}
		answer.Body = io.NopCloser(strings.NewReader(string(body)))
		s.note(r, string(body))
		return answer, nil
	})
	return s
}

func (s *shared) note(r *http.Request, body string) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	name := `"Arn":"`
	if operation == "ScheduleKeyDeletion" || operation == "CancelKeyDeletion" {
		name = `"KeyId":"`
	}
	_, after, _ := strings.Cut(body, name)
	arn, _, _ := strings.Cut(after, `"`)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch operation {
	case "CreateKey", "ReplicateKey", "CancelKeyDeletion":
		s.keys[arn] = false
	case "ScheduleKeyDeletion":
		s.keys[arn] = true
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// ids are some that take no waiting.
func ids(c *features.Contract, prefix string, most int) []string {
	var all []string
	for i := range c.Scenarios {
		if id := c.Scenarios[i].ID; strings.HasPrefix(id, prefix) && len(all) < most {
			all = append(all, id)
		}
	}
	return all
}

func exactly(ids []string) runner.Selection { return runner.Selection{Scenarios: ids} }

// A run is stopped by its keys: however many scenarios are under way, no more are made, all are scheduled for deletion, and
// what did not start says why.
func TestMaxKeysStopsTheRun(t *testing.T) {
	const most = 12
	c := contract(t)
	chosen := ids(c, "key-states/", 40)
	kms := share(t)
	o := options(t, everybody, chosen...)
	o.Consistency, o.Patience, o.Workers = target.Consistency{}, target.Patience{}, 16
	p, err := plan.Make(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if p.KeysMade() <= most {
		t.Fatalf("%d keys are planned: nothing would be stopped", p.KeysMade())
	}
	b := budget.New(budget.Options{Limits: budget.Limits{Keys: most}, Needs: p.Needs()})
	kms.Gate = b
	result, err := runner.Run(t.Context(), kms.Target, runner.Options{Contract: c, Selection: exactly(chosen), Workers: 16, Schedule: b})
	if err != nil {
		t.Fatal(err)
	}
	for arn, scheduled := range kms.keys {
		if !scheduled {
			t.Errorf("%s is left", arn)
		}
	}
	if n := len(kms.keys); n > most || n < most-1 || n != b.Used().Made() {
		t.Errorf("%d keys at the server, %d counted", n, b.Used().Made())
	}
	reasons := 0
	for i := range result.Scenarios {
		if s := &result.Scenarios[i]; s.Status == report.Skipped && strings.Contains(s.Reason, fmt.Sprintf("stopped by --max-keys %d", most)) {
			reasons++
		}
	}
	stop := b.Stopped()
	if stop == nil || stop.Skipped != reasons || stop.After+stop.Skipped != len(chosen) || reasons == 0 || result.Summary.Passed == 0 {
		t.Errorf("it was %v; %d say so, %d passed", stop, reasons, result.Summary.Passed)
	}
	if result.Summary.Failed+result.Summary.Error > 0 || result.Overall() != report.Partial {
		t.Errorf("%+v, %s", result.Summary, result.Overall())
	}

	outcome := p.Outcome(b.Used(), kms.Callers, b.Started(), time.Second, stop)
	planned, actual := 0.0, 0.0
	for _, k := range outcome.Keys {
		planned, actual = planned+k.Planned, actual+k.Actual
	}
	if int(planned) != p.KeysMade() || int(actual) != len(kms.keys) || !strings.Contains(outcome.Stopped, "after "+fmt.Sprint(stop.After)) {
		t.Errorf("%+v", outcome)
	}
}

// Scenarios that need more keys than was planned are held to the limit at the gate, and cleaned up after.
func TestTheGateHoldsWhereThePlanIsWrong(t *testing.T) {
	const most = 5
	c := contract(t)
	chosen := ids(c, "key-states/", 30)
	kms := share(t)
	b := budget.New(budget.Options{Limits: budget.Limits{Keys: most}}) // nothing is planned
	kms.Gate = b
	result, err := runner.Run(t.Context(), kms.Target, runner.Options{Contract: c, Selection: exactly(chosen), Workers: 16, Schedule: b})
	if err != nil {
		t.Fatal(err)
	}
	if len(kms.keys) != most {
		t.Errorf("%d keys", len(kms.keys))
	}
	for arn, scheduled := range kms.keys {
		if !scheduled {
			t.Errorf("%s is left", arn)
		}
	}
	if result.Summary.Skipped == 0 || result.Summary.Failed+result.Summary.Error+result.Summary.Blocked > 0 {
		t.Errorf("%+v", result.Summary)
	}
}

// A run does what its plan says: the same keys and the same calls, where the target is as the plan supposes.
func TestPlanAndOutcomeAgree(t *testing.T) {
	c := contract(t)
	chosen := append(ids(c, "key-states/", 12), ids(c, "other-accounts/", 6)...)
	kms := share(t)
	o := options(t, everybody, chosen...)
	o.Consistency, o.Patience = target.Consistency{}, target.Patience{}
	p, err := plan.Make(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	b := budget.New(budget.Options{Needs: p.Needs()})
	kms.Gate = b
	result, err := runner.Run(t.Context(), kms.Target, runner.Options{Contract: c, Selection: exactly(chosen), Workers: 4, Schedule: b})
	if err != nil {
		t.Fatal(err)
	}
	outcome := p.Outcome(b.Used(), kms.Callers, b.Started(), time.Second, b.Stopped())
	for _, k := range outcome.Keys {
		if k.Planned != k.Actual {
			t.Errorf("%+v", k)
		}
	}
	for _, call := range outcome.Calls {
		if call.Planned != call.Actual {
			t.Errorf("%+v", call)
		}
	}
	if outcome.Scenarios.Planned != outcome.Scenarios.Actual || outcome.USD.Planned != outcome.USD.Actual || outcome.Stopped != "" || result.Summary.Error > 0 {
		t.Errorf("%+v, %+v", outcome, result.Summary)
	}
}
