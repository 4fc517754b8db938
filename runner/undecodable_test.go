package runner_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

// textual is a KMS that answers times as texts, which no SDK decodes (DIKM-WIRE-15).
type textual struct{ next http.RoundTripper }

var aTime = regexp.MustCompile(`"CreationDate":[0-9.]+`)

// RoundTrip implements http.RoundTripper.
func (x textual) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := x.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	body = aTime.ReplaceAll(body, []byte(`"CreationDate":"yesterday"`))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// What came is whole, and the target's own: the scenario is judged, and not the suite blamed.
func TestAnAnswerThatNoSDKDecodesIsTheTargets(t *testing.T) {
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	isolate := kms.Isolate
	kms.Isolate = func() (http.RoundTripper, target.Clock) {
		transport, clock := isolate()
		return textual{transport}, clock
	}
	result := run(t, kms, runner.Options{Selection: runner.Selection{Scenarios: []string{"key-states/nothing-was-ever-imported"}}})
	s := result.Scenarios[0]
	if s.Status != report.Blocked || s.Divergence.Requirement != "DIKM-WIRE-01" || s.Advisory {
		t.Errorf("%s: %s %+v", s.Status, s.Reason, s.Divergence)
	}
}
