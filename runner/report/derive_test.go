package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

func TestVerdicts(t *testing.T) {
	is := func(status Status, advisory, known bool) Scenario {
		return Scenario{Profile: features.Core, Status: status, Advisory: advisory, Known: known}
	}
	passed := is(Passed, false, false)
	tests := []struct {
		name        string
		scenarios   []Scenario
		interrupted bool
		want        Verdict
	}{
		{"all passed", []Scenario{passed, passed}, false, Conformant},
		{"answers", []Scenario{passed, is(Answered, false, false)}, false, Conformant},
		{"an advisory failure", []Scenario{passed, is(Failed, true, false)}, false, Conformant},
		{"a failure", []Scenario{passed, is(Failed, false, false), is(Skipped, false, false)}, false, Nonconformant},
		{"a known failure", []Scenario{passed, is(Failed, false, true)}, false, Nonconformant},
		{"a blocked one", []Scenario{passed, is(Blocked, false, false)}, false, Partial},
		{"an advisory blocked one", []Scenario{passed, is(Blocked, true, false)}, false, Partial},
		{"an unsupported one", []Scenario{passed, is(Unsupported, false, false)}, false, Partial},
		{"a skipped one", []Scenario{passed, is(Skipped, false, false)}, false, Partial},
		{"an error", []Scenario{passed, is(Error, false, false)}, false, Partial},
		{"an interruption", []Scenario{passed}, true, Partial},
		{"an interruption after a failure", []Scenario{is(Failed, false, false)}, true, Nonconformant},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := Report{Scenarios: test.scenarios, Interrupted: test.interrupted}
			r.Derive(nil)
			if got := r.Profiles[features.Core].Verdict; got != test.want || len(r.Profiles) != 1 {
				t.Errorf("got %s of %d profiles, want %s", got, len(r.Profiles), test.want)
			}
		})
	}
}

func TestStatusOfARequirement(t *testing.T) {
	on := func(requirement string, advisory bool, covers ...string) Scenario {
		return Scenario{Status: Failed, Advisory: advisory, Requirements: covers, Divergence: &Divergence{Requirement: requirement}}
	}
	is := func(status Status) Scenario { return Scenario{Status: status, Requirements: []string{"R"}} }
	tests := []struct {
		name      string
		scenarios []Scenario
		want      Status
	}{
		{"nothing", nil, Untested},
		{"another's", []Scenario{on("Q", false, "Q")}, Untested},
		{"passed", []Scenario{is(Passed)}, Passed},
		{"passed and answered", []Scenario{is(Answered), is(Passed)}, Passed},
		{"answered", []Scenario{is(Answered)}, Answered},
		{"failed", []Scenario{is(Passed), on("R", false, "R", "Q")}, Failed},
		{"failed on another", []Scenario{is(Passed), on("Q", false, "R", "Q")}, Blocked},
		{"failed on one it does not cover", []Scenario{on("X", false, "R", "Q")}, Failed},
		{"advisory", []Scenario{is(Passed), on("R", true, "R"), is(Blocked)}, AdvisoryOnly},
		{"advisory and failed", []Scenario{on("R", true, "R"), on("R", false, "R")}, Failed},
		{"error before blocked", []Scenario{is(Blocked), is(Error)}, Error},
		{"blocked before unsupported", []Scenario{is(Unsupported), is(Blocked)}, Blocked},
		{"unsupported before skipped", []Scenario{is(Skipped), is(Unsupported)}, Unsupported},
		{"skipped before passed", []Scenario{is(Passed), is(Skipped)}, Skipped},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := Report{Scenarios: test.scenarios}
			r.Derive(&features.Contract{Requirements: []features.Requirement{{ID: "R", Evidence: features.Observed}}})
			if len(r.Requirements) != 1 || r.Requirements[0].Status != test.want || r.Requirements[0].Evidence != features.Observed {
				t.Errorf("got %+v, want %s", r.Requirements, test.want)
			}
		})
	}
}

func TestDeriveCountsEverything(t *testing.T) {
	r := sample()
	want := Counts{Passed: 1, Failed: 4, Blocked: 3, Unsupported: 1, Skipped: 1, Answered: 1, Error: 1, Advisory: 1, Known: 1}
	if diff := cmp.Diff(want, r.Summary); diff != "" {
		t.Error(diff)
	}
	if got := r.Summary.Total(); got != len(r.Scenarios) {
		t.Errorf("%d counted of %d", got, len(r.Scenarios))
	}
	core := r.Profiles[features.Core]
	if core.Verdict != Nonconformant || core.InContract != 2 || core.Total() != len(r.Scenarios)-1 {
		t.Errorf("core: %+v", core)
	}
	if got := r.Requirements[0].Scenarios; len(r.Requirements) != 6 || got[0] != "key-states/enabled" {
		t.Errorf("requirements: %+v", r.Requirements)
	}
}

func TestDescribeHoldsNoCredentials(t *testing.T) {
	d := Describe(&target.Target{
		Name: "kms", Kind: target.Endpoint, Endpoint: "http://user:TOPSECRET@127.0.0.1:4566/kms?token=TOPSECRET",
		Callers: map[string]target.Caller{"second-account": {Name: "second-account"}, "primary": {Name: "primary"}},
	})
	if d.Endpoint != "http://127.0.0.1:4566/kms" || len(d.Callers) != 2 || d.Callers[0].Name != "primary" {
		t.Errorf("got %+v", d)
	}
	if d := Describe(&target.Target{Endpoint: "http://127.0.0.1:4566"}); d.Endpoint != "http://127.0.0.1:4566" {
		t.Errorf("got %+v", d)
	}
}

func TestOnlyPassedScenariosLoseTheirExchanges(t *testing.T) {
	first, second := exchange("A", "", 200, ""), exchange("B", "", 200, "")
	for _, status := range Statuses() {
		s := Scenario{Status: status}
		s.Keep([]*target.Exchange{first, second}, second)
		if status == Passed {
			if s.Exchanges != nil || s.DecisiveExchange() != nil {
				t.Errorf("passed keeps %v", s.Exchanges)
			}
			continue
		}
		if len(s.Exchanges) != 2 || s.DecisiveExchange() != second {
			t.Errorf("%s keeps %v", status, s.Exchanges)
		}
		s.Keep([]*target.Exchange{first}, nil)
		if s.Decisive != nil {
			t.Errorf("%s: something decides that is not there", status)
		}
	}
	for _, i := range []int{-1, 1} {
		if s := (Scenario{Exchanges: []*target.Exchange{first}, Decisive: &i}); s.DecisiveExchange() != nil {
			t.Errorf("exchange %d of one", i)
		}
	}
}
