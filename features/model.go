// Package features is the contract in words: feature files, the requirements they rest on, and the loader and linter
// that keep the two in step.
package features

import "time"

// Evidence is what backs a requirement for real AWS.
type Evidence string

// The evidence levels. Observed and documented requirements gate; inferred ones are advisory; unknown ones are asked.
const (
	Observed   Evidence = "observed"
	Documented Evidence = "documented"
	Inferred   Evidence = "inferred"
	Unknown    Evidence = "unknown"
)

// Gates reports whether a target that differs from a requirement of this evidence fails.
func (e Evidence) Gates() bool { return e == Observed || e == Documented }

// Profile is a part of the contract that a target can claim.
type Profile string

// The profiles, in the order every report lists them.
const (
	Core          Profile = "core"
	Expiration    Profile = "expiration"
	Asymmetric    Profile = "asymmetric"
	HMAC          Profile = "hmac"
	Rotation      Profile = "rotation"
	MultiRegion   Profile = "multi-region"
	Authorization Profile = "authorization"
	CrossAccount  Profile = "cross-account"
	Concurrency   Profile = "concurrency"
)

// Profiles returns all profiles in report order.
func Profiles() []Profile {
	return []Profile{Core, Expiration, Asymmetric, HMAC, Rotation, MultiRegion, Authorization, CrossAccount, Concurrency}
}

// Source is where a requirement is written or was seen.
type Source struct {
	Title      string `yaml:"title"`
	URL        string `yaml:"url,omitempty"`
	Repository string `yaml:"repository,omitempty"` // owner/name, optionally @commit
	Path       string `yaml:"path,omitempty"`       // inside Repository; may end in ::test name
	Date       string `yaml:"date,omitempty"`       // YYYY, YYYY-MM or YYYY-MM-DD: when it was written or recorded
}

// Requirement is one assertable fact about AWS KMS.
type Requirement struct {
	ID             string   `yaml:"id"`
	Statement      string   `yaml:"statement"`
	Evidence       Evidence `yaml:"evidence"`
	Profile        Profile  `yaml:"profile"`
	Sources        []Source `yaml:"sources,omitempty"` // at least one unless Evidence is unknown
	Questions      []string `yaml:"questions,omitempty"`
	Contradictions []string `yaml:"contradictions,omitempty"`
	// Message is a pattern (regular expression) for the error message; only where the message was observed.
	Message string `yaml:"message,omitempty"`
	// Untestable says why no black-box scenario can show this.
	Untestable string `yaml:"untestable,omitempty"`
	// Planned names the profile whose scenarios will cover this: rotation or multi-region.
	Planned Profile `yaml:"planned,omitempty"`
	// Reference says how the reference KMS decides where the evidence is inferred or unknown.
	Reference string `yaml:"reference,omitempty"`
	Note      string `yaml:"note,omitempty"`

	// Written is the level that the requirement's own entry has, where observations raised Evidence; else empty.
	Written Evidence `yaml:"-"`
	// Seen is when a run of this suite last saw it on AWS; zero: never.
	Seen time.Time `yaml:"-"`
	File string    `yaml:"-"` // path below features/
	Line int       `yaml:"-"` // of its id
}

// Question is an open question: something that nobody found to say about AWS.
type Question struct {
	ID      string `yaml:"id"` // OQ-nn
	Asks    string `yaml:"asks"`
	Matters string `yaml:"matters"` // why an implementer cares
	Known   string `yaml:"known"`   // what sources say so far, in a sentence
	Default string `yaml:"default"` // what the reference does until it is answered
	// Answers is the closed set of names that probes record, so that targets can be compared. A probe records "other" for
	// an observation that fits none.
	Answers []string `yaml:"answers"`
	// Unasked says why no black-box probe can ask this; empty when one does.
	Unasked string `yaml:"unasked,omitempty"`
	File    string `yaml:"-"`
	Line    int    `yaml:"-"`
}

// Other is the name that is recorded for what a target does where that is none of a closed set's names.
const Other = "other"

// Contradiction is a place where two AWS texts, or a text and a recording, disagree.
type Contradiction struct {
	ID   string `yaml:"id"` // C-nn
	Says string `yaml:"says"`
	Take string `yaml:"take"` // which side the contract takes
	// Readings is the closed set of names that a scenario records, each of which one of the two sides leads to.
	Readings []string `yaml:"readings,omitempty"`
	// Unshown says why no black-box scenario can show which side a target follows; empty when one does.
	Unshown string `yaml:"unshown,omitempty"`
	File    string `yaml:"-"`
	Line    int    `yaml:"-"`
}

// Step is one step of a scenario, as it is executed.
type Step struct {
	Keyword string // the word in the file: Given, When, Then, And, But
	Kind    StepKind
	Text    string
	Line    int
}

// StepKind is what a step is, whatever its keyword: an And inherits it from the step before.
type StepKind string

// The kinds of steps.
const (
	Given StepKind = "given"
	When  StepKind = "when"
	Then  StepKind = "then"
)

// Scenario is one executable scenario: for an outline, one row of its examples.
type Scenario struct {
	// ID is a stable name made of feature, scenario and example row, such as
	// "key-states/the-material-of-an-enabled-key-is-deleted" or "key-states/use-is-refused/encrypt-rsa-4096". Never a position.
	ID      string
	Feature string
	Rule    string
	Name    string
	File    string // path as the user can open it; for embedded ones below features/
	Line    int    // of the scenario, or of the example row
	Tags    []string
	Profile Profile
	// Requirements are the ids among Tags, in order. The first one is what the scenario is about.
	Requirements []string
	Steps        []Step
	// Document is a feature document that holds this scenario alone, with its backgrounds, for godog to run.
	Document []byte
}
