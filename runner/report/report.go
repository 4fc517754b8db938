// Package report is what a run found: its model, its JSON Schema, and its writers for files and the screen.
package report

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// Status is what a scenario, or a requirement, came to.
type Status string

// The statuses of a scenario. A requirement has one of them, too, or one of the two after them.
const (
	Passed      Status = "passed"      // every Then held
	Failed      Status = "failed"      // the target answered and the answer breaks the requirement
	Changed     Status = "changed"     // AWS itself answered otherwise than the contract says: the contract is in question
	Blocked     Status = "blocked"     // a Given was not reached because the target got an earlier thing wrong
	Unsupported Status = "unsupported" // the target said "not implemented"
	Skipped     Status = "skipped"     // a capability the scenario needs is absent
	Answered    Status = "answered"    // a probe recorded its answer
	Error       Status = "error"       // the suite itself could not run it

	AdvisoryOnly Status = "advisory" // of a requirement: broken only where a difference does not gate
	Untested     Status = "untested" // of a requirement: no scenario that ran covers it
)

// Statuses returns the statuses of a scenario in the order that every report lists them.
func Statuses() []Status {
	return []Status{Passed, Failed, Changed, Blocked, Unsupported, Skipped, Answered, Error}
}

// Report is what a run found. Derive fills Summary, Profiles and Requirements from the rest.
type Report struct {
	SchemaVersion   string                       `json:"schemaVersion"`
	Tool            Tool                         `json:"tool"`
	Target          Target                       `json:"target"`
	Started         time.Time                    `json:"started"`
	DurationSeconds float64                      `json:"durationSeconds"`
	Interrupted     bool                         `json:"interrupted"` // the run was cut short: Scenarios are those that ended
	Timing          Timing                       `json:"timing"`
	Summary         Counts                       `json:"summary"`
	Profiles        map[features.Profile]Profile `json:"profiles"`     // those of which a scenario ran
	Scenarios       []Scenario                   `json:"scenarios"`    // in the order of the contract
	Requirements    []Requirement                `json:"requirements"` // all of the contract, in its order
	Answers         []Answer                     `json:"answers"`      // in the order of Scenarios
	// Changes are what AWS itself does otherwise than the contract says; absent for other targets.
	Changes []Change `json:"changes,omitempty"`
	// Plan is what was planned and what came of it; nil where nobody planned.
	Plan *Plan `json:"plan,omitempty"`
}

// Tool is the program that ran the contract.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Commit  string `json:"commit"` // of its source; empty when unknown
}

// Target is the system under test, as it was found. It holds no credentials.
type Target struct {
	Name         string              `json:"name"`
	Kind         target.Kind         `json:"kind"`
	Emulator     *target.Image       `json:"emulator,omitempty"` // what it was started from; absent for other targets
	Endpoint     string              `json:"endpoint"`
	Regions      map[string]string   `json:"regions"` // the features' names to Region codes
	Callers      []target.Caller     `json:"callers"` // by name
	Capabilities target.Capabilities `json:"capabilities"`
}

// Describe returns what a report says of a target, once it was probed.
func Describe(t *target.Target) Target {
	d := Target{
		Name: t.Name, Kind: t.Kind, Emulator: t.Image, Endpoint: withoutUser(t.Endpoint), Regions: t.Regions, Capabilities: t.Capabilities,
	}
	for _, caller := range t.Callers {
		d.Callers = append(d.Callers, caller)
	}
	slices.SortFunc(d.Callers, func(a, b target.Caller) int { return strings.Compare(a.Name, b.Name) })
	return d
}

// withoutUser takes a name and password, and a query, out of a URL: neither is needed to tell a target.
func withoutUser(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.User == nil && u.RawQuery == "" {
		return endpoint
	}
	u.User, u.RawQuery = nil, ""
	return u.String()
}

// Timing is where the time of a run went.
type Timing struct {
	WallSeconds   float64 `json:"wallSeconds"`
	TargetSeconds float64 `json:"targetSeconds"` // spent waiting for the target, added up over all workers
	// OverheadRatio is the time of all workers over TargetSeconds: 1 would be a suite that costs nothing. Zero when the
	// target was never waited for.
	OverheadRatio float64 `json:"overheadRatio"`
}

// Counts are how many scenarios came to what. Advisory and Known ones are among Failed and Blocked.
type Counts struct {
	Passed      int `json:"passed"`
	Failed      int `json:"failed"`
	Changed     int `json:"changed,omitempty"` // only on AWS itself, where nothing is Failed
	Blocked     int `json:"blocked"`
	Unsupported int `json:"unsupported"`
	Skipped     int `json:"skipped"`
	Answered    int `json:"answered"`
	Error       int `json:"error"`
	Advisory    int `json:"advisory"`
	Known       int `json:"known"`
}

// Verdict is what a run says of a profile.
type Verdict string

// The verdicts. Advisory failures spoil none of them; a failure that the baseline knows is a failure here.
const (
	Conformant    Verdict = "conformant"    // all passed or were answered
	Partial       Verdict = "partial"       // nothing failed; something was blocked, unsupported, skipped, in error or cut off
	Nonconformant Verdict = "nonconformant" // something failed
	Outdated      Verdict = "outdated"      // of the contract, in a run on AWS itself: AWS does something else
)

// Profile is what a run found of a part of the contract.
type Profile struct {
	Verdict Verdict `json:"verdict"`
	// InContract is how many scenarios the contract has in this profile. A verdict is about those that ran, which may be
	// fewer.
	InContract int `json:"inContract"`
	Counts
}

// Scenario is what one scenario came to.
type Scenario struct {
	ID      string           `json:"id"`
	Feature string           `json:"feature"`
	Rule    string           `json:"rule"`
	Name    string           `json:"name"`
	File    string           `json:"file"`
	Line    int              `json:"line"`
	Tags    []string         `json:"tags"`
	Profile features.Profile `json:"profile"`
	// Requirements are the ids that the scenario covers; it is about the first.
	Requirements []string `json:"requirements"`
	Status       Status   `json:"status"`
	Advisory     bool     `json:"advisory"` // a divergence that does not gate, because nobody recorded what AWS does
	Known        bool     `json:"known"`    // a divergence that the baseline lists
	// KnownReason is what the baseline says about it.
	KnownReason     string  `json:"knownReason,omitempty"`
	Reason          string  `json:"reason"`         // why it came to this; may be empty
	Step            string  `json:"step,omitempty"` // the sentence that decided
	DurationSeconds float64 `json:"durationSeconds"`
	Assertions      int     `json:"assertions"`
	// Seed is that of the scenario's races; zero when it had none.
	Seed uint32 `json:"seed,omitempty"`
	// Notes say what else is worth knowing of how it ran, a line each.
	Notes []string `json:"notes,omitempty"`
	// Divergence is set for failed, changed and blocked scenarios.
	Divergence *Divergence `json:"divergence,omitempty"`
	// Decisive is the index in Exchanges of the one that shows what the scenario came to; nil when there is none.
	Decisive *int `json:"decisive,omitempty"`
	// Exchanges are kept of scenarios that did not simply pass.
	Exchanges []*target.Exchange `json:"exchanges,omitempty"`
	Again     string             `json:"again,omitempty"` // the command that runs this scenario again
}

// DecisiveExchange returns the exchange that shows what a scenario came to, or nil.
func (s *Scenario) DecisiveExchange() *target.Exchange {
	if s.Decisive == nil || *s.Decisive < 0 || *s.Decisive >= len(s.Exchanges) {
		return nil
	}
	return s.Exchanges[*s.Decisive]
}

// Keep keeps the exchanges of a scenario that did not simply pass, and which of them decided. Of one that passed it keeps
// none, so that a report stays small.
func (s *Scenario) Keep(exchanges []*target.Exchange, decisive *target.Exchange) {
	s.Exchanges, s.Decisive = nil, nil
	if s.Status == Passed {
		return
	}
	s.Exchanges = exchanges
	if at := slices.Index(exchanges, decisive); decisive != nil && at >= 0 {
		s.Decisive = &at
	}
}

// Row returns the part of the id that tells one row of an outline's examples from another; empty for other scenarios.
func (s *Scenario) Row() string {
	if parts := strings.SplitN(s.ID, "/", 3); len(parts) == 3 {
		return parts[2]
	}
	return ""
}

// Divergence is how a target differs from the contract.
type Divergence struct {
	// Requirement is what is broken; for a blocked scenario, what is in the way, and empty when no requirement says so.
	Requirement string `json:"requirement"`
	Expected    string `json:"expected"`
	Actual      string `json:"actual"`
	// Fingerprint is equal for two divergences that differ only in what differs between any two runs; see Fingerprint.
	Fingerprint string `json:"fingerprint"`
}

// NewDivergence returns a divergence with its fingerprint.
func NewDivergence(requirement, expected, actual string) *Divergence {
	return &Divergence{
		Requirement: requirement, Expected: expected, Actual: actual, Fingerprint: Fingerprint(requirement, expected, actual),
	}
}

// Requirement is what a run says of a requirement.
type Requirement struct {
	ID        string            `json:"id"`
	Evidence  features.Evidence `json:"evidence"`
	Status    Status            `json:"status"`    // see Derive
	Scenarios []string          `json:"scenarios"` // the ids of those that ran and cover it
}

// Answer is what a target does where the contract asks instead of judging.
type Answer struct {
	Question    string `json:"question"`    // OQ-nn, or the C-nn of two texts that disagree
	Requirement string `json:"requirement"` // the scenario's first
	Scenario    string `json:"scenario"`    // its id
	Answer      string `json:"answer"`      // a short name that can be compared between targets
	Observation string `json:"observation"` // what was seen, without secrets
}
