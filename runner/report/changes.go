package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/page"
)

// ChangeKind is what it means that AWS itself does something else than the contract says.
type ChangeKind string

// The kinds of changes, by what the contract rests on.
const (
	// AWSChanged: somebody recorded it on AWS, and now AWS answers otherwise.
	AWSChanged ChangeKind = "AWS changed, or the contract was wrong"
	// DocumentationDiffers: AWS writes it, and does something else.
	DocumentationDiffers ChangeKind = "documentation differs"
	// InferenceDiffers: nobody had said so; now it is known. It does not gate.
	InferenceDiffers ChangeKind = "what was inferred is not so"
)

// changeOf is the kind of a change of a requirement with this evidence.
func changeOf(e features.Evidence) ChangeKind {
	switch e {
	case features.Observed:
		return AWSChanged
	case features.Documented:
		return DocumentationDiffers
	case features.Inferred, features.Unknown:
		return InferenceDiffers
	default:
		return DocumentationDiffers
	}
}

// Change is something that AWS itself does otherwise than the contract says. It is no failure of anybody.
type Change struct {
	Kind        ChangeKind        `json:"kind"`
	Requirement string            `json:"requirement"`
	Evidence    features.Evidence `json:"evidence"`
	Scenarios   []string          `json:"scenarios"` // the ids of those that show it; the first one's exchange is the new one
	Expected    string            `json:"expected"`
	Actual      string            `json:"actual"`
	// Before is what a run of this suite recorded earlier; nil where the contract rests on other sources.
	Before *Sighting `json:"before,omitempty"`
}

// Sighting is a kept observation, as far as a change is held against it.
type Sighting struct {
	Date       time.Time `json:"date"`
	Region     string    `json:"region"`
	RequestIDs []string  `json:"requestIds"`
	Operation  string    `json:"operation,omitempty"`
	Request    string    `json:"request,omitempty"`
	Status     int       `json:"status,omitempty"`
	Response   string    `json:"response,omitempty"`
}

// divergences is the heading about those that gate, of a target or of AWS itself.
func divergences(r *Report) string {
	if r.Target.Kind == target.AWS {
		return "AWS does something else than the contract says"
	}
	return "Divergences"
}

// advisories is the heading about those that do not gate.
func advisories(r *Report, of string) string {
	if r.Target.Kind == target.AWS {
		return "What was inferred, and AWS does not do: worth keeping"
	}
	return of
}

// changes groups what AWS does otherwise by the requirement and by what it does: observed requirements first.
func (r *Report) changes(contract *features.Contract) []Change {
	var all []Change
	at := map[string]int{}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		if s.Status != Changed || s.Divergence == nil {
			continue
		}
		key := fmt.Sprint(s.Divergence.Requirement, s.Divergence.Fingerprint, s.Advisory)
		n, known := at[key]
		if !known {
			n, at[key] = len(all), len(all)
			c := Change{Requirement: s.Divergence.Requirement, Expected: s.Divergence.Expected, Actual: s.Divergence.Actual, Kind: DocumentationDiffers}
			if contract != nil {
				c.rests(contract, s)
			}
			all = append(all, c)
		}
		all[n].Scenarios = append(all[n].Scenarios, s.ID)
	}
	slices.SortStableFunc(all, func(a, b Change) int { return cmp.Compare(gravityOf(a.Kind), gravityOf(b.Kind)) })
	return all
}

// gravityOf orders the kinds of changes: what was observed first.
func gravityOf(k ChangeKind) int {
	return slices.Index([]ChangeKind{AWSChanged, DocumentationDiffers, InferenceDiffers}, k)
}

// rests fills in what the contract rests on.
func (c *Change) rests(contract *features.Contract, s *Scenario) {
	for i := range contract.Requirements {
		if contract.Requirements[i].ID == c.Requirement {
			c.Evidence = contract.Requirements[i].Evidence
			c.Kind = changeOf(c.Evidence)
		}
	}
	if s.Advisory { // by analogy: a text about something else was held against AWS
		c.Kind = InferenceDiffers
	}
	for i := len(contract.Observations) - 1; i >= 0; i-- { // the newest comes last
		o := &contract.Observations[i]
		if o.Requirement != c.Requirement || o.Scenario != s.ID {
			continue
		}
		c.Kind = AWSChanged // an answer that was kept holds AWS to itself, whatever the text rests on
		c.Before = &Sighting{Date: o.Date, Region: o.Region, RequestIDs: list(o.RequestIDs)}
		if e := o.Exchange; e != nil {
			c.Before.Operation, c.Before.Request, c.Before.Status, c.Before.Response = e.Operation, e.Request, e.Status, e.Response
		}
		return
	}
}

// WriteChanges writes what AWS does otherwise than the contract says as the text of an issue, in GitHub's Markdown: the
// title is its first line. It is fit to be published: AWS's example accounts stand for the run's own. The contract may be
// nil.
func WriteChanges(w io.Writer, r *Report, contract *features.Contract) error {
	m := markdown{printer: Printer{Contract: contract}}
	kinds := map[ChangeKind]int{}
	for _, c := range r.Changes {
		kinds[c.Kind]++
	}
	title := fmt.Sprintf("AWS changed: %s", page.Plural(kinds[AWSChanged], "observed behaviour"))
	switch {
	case kinds[AWSChanged] > 0:
	case kinds[DocumentationDiffers] > 0:
		title = fmt.Sprintf("AWS differs from its documentation: %s", page.Plural(kinds[DocumentationDiffers], "behaviour"))
	default:
		title = fmt.Sprintf("AWS differs from what was inferred: %s", page.Plural(kinds[InferenceDiffers], "behaviour"))
	}
	fmt.Fprintf(&m.text, "# %s\n\n", title)
	fmt.Fprintf(&m.text, "A run of %s %s on %s, begun at %s, saw AWS KMS do something else than the contract says. Nobody failed: the contract is in question.\n",
		page.Markdown(r.Tool.Name), page.Markdown(r.Tool.Version), page.Markdown(r.Target.Name), r.Started.UTC().Format(time.RFC3339))
	at := map[string]*Scenario{}
	for i := range r.Scenarios {
		at[r.Scenarios[i].ID] = &r.Scenarios[i]
	}
	for _, c := range r.Changes {
		m.change(c, at[c.Scenarios[0]])
	}
	m.text.WriteString(`
## What to do

1. Run each scenario once more, with its command above. What happens once may be a change under way; DIKM-EC-01 says how long those take.
2. Ask AWS support with the request ids, where what came contradicts AWS's own documentation.
3. Where it stays, correct the requirement and its scenarios in the contract, keep this run's observation
   (` + "`--record-observations`" + `) beside it, and let the reference KMS follow.
`)
	_, err := io.WriteString(w, Anonymous(r.Target)(m.text.String()))
	return err
}

// change is the section of one change: what was, and what is.
func (m *markdown) change(c Change, s *Scenario) {
	fmt.Fprintf(&m.text, "\n## %s: %s\n\n", page.Markdown(c.Requirement), c.Kind)
	if rule := m.printer.requirement(c.Requirement); rule != nil {
		fmt.Fprintf(&m.text, "> %s\n\nEvidence: %s.", page.Markdown(rule.Statement), rule.Evidence)
		for _, source := range rule.Sources {
			fmt.Fprintf(&m.text, " %s", page.Markdown(strings.TrimSpace(source.Title+" "+source.Date)))
			if source.URL != "" {
				fmt.Fprintf(&m.text, " (%s)", source.URL)
			}
			m.text.WriteString(".")
		}
		m.text.WriteString("\n\n")
	}
	m.text.WriteString(page.Table("", "before", "now"))
	m.text.WriteString(page.Row("what", page.Code(clip(c.Expected, 400)), page.Code(clip(c.Actual, 400))))
	var before, now Sighting
	if c.Before != nil {
		before = *c.Before
	}
	if e := s.DecisiveExchange(); e != nil {
		now = sightingOf(e)
	}
	old, fresh := before.cells(), now.cells()
	for k, name := range []string{"date", "Region", "request id", "operation", "request", "status", "answer"} {
		if old[k]+fresh[k] != "" {
			m.text.WriteString(page.Row(name, codeOrNothing(old[k]), codeOrNothing(fresh[k])))
		}
	}
	if c.Before == nil {
		m.text.WriteString("\nNo exchange of an earlier run is kept: the sources above are what the contract rests on.\n")
	}
	fmt.Fprintf(&m.text, "\nShown by %s", page.Code(s.ID))
	if more := len(c.Scenarios) - 1; more > 0 {
		fmt.Fprintf(&m.text, " and %d more", more)
	}
	if s.Again != "" {
		fmt.Fprintf(&m.text, "; again: %s", page.Code(s.Again))
	}
	m.text.WriteString(".\n")
}

// sightingOf is what an exchange of this run shows.
func sightingOf(e *target.Exchange) Sighting {
	s := Sighting{Date: e.Started, Region: e.Region, RequestIDs: []string{e.RequestID()}, Operation: e.Operation, Request: e.Request.Body}
	if e.Response != nil {
		s.Status, s.Response = e.Response.Status, e.Response.Body
	}
	return s
}

// cells are what a table shows of a sighting, empty where nothing is known: date, Region, request ids, operation, request,
// status and answer.
func (s *Sighting) cells() [7]string {
	cells := [7]string{1: s.Region, 2: strings.Join(s.RequestIDs, ", "), 3: s.Operation, 4: s.Request, 6: s.Response}
	if !s.Date.IsZero() {
		cells[0] = s.Date.UTC().Format(time.RFC3339)
	}
	if s.Status != 0 {
		cells[5] = strconv.Itoa(s.Status)
	}
	return cells
}

func codeOrNothing(text string) string {
	if text == "" {
		return ""
	}
	return page.Code(clip(text, 1000))
}
