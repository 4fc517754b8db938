package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/page"
)

//go:embed report.html
var htmlText string

var htmlPage = page.New("report", htmlText, map[string]any{
	"short": Short, "title": Title, "seconds": seconds, "roundly": roundly, "ran": ran,
})

// WriteHTML writes a report as one page that needs nothing else: verdicts, divergences by cause with the exchange that
// shows each, what was not tried, answers and requirements. The contract, which may be nil, supplies statements and
// sources.
func WriteHTML(w io.Writer, r *Report, contract *features.Contract) error {
	return page.Write(w, htmlPage, newHTMLReport(r, contract))
}

// htmlReport is what the template shows.
type htmlReport struct {
	*Report
	Title    string
	Verdict  Verdict
	Shown    []string // names of the profile table's counters
	Rows     []htmlProfile
	Kinds    []htmlKind
	Sections []htmlSection
	Asked    []htmlQuestion
	Rules    []htmlRequirement
	Passing  []*Scenario
}

type htmlProfile struct {
	Name features.Profile
	Profile
	Counters []int
}

// htmlKind is a box of the filter.
type htmlKind struct {
	Name string
	N    int
}

type htmlSection struct {
	Title, Says string
	Groups      []htmlGroup
}

type htmlGroup struct {
	Title, Counted, Where string
	Scenarios             []htmlScenario
}

type htmlScenario struct {
	*Scenario
	About     string // the requirement that is broken or in the way, else the one that the scenario is about
	Evidence  features.Evidence
	Statement string
	Sources   []features.Source
	Decided   *htmlExchange
	Calls     []htmlCall
}

type htmlCall struct {
	Operation, Outcome string
	Duration           time.Duration
	Decisive           bool
}

type htmlExchange struct {
	Caller, Region, Request, Answer string
	Duration                        time.Duration
}

type htmlQuestion struct {
	ID, Asks string
	Answers  []htmlAnswer
}

type htmlAnswer struct {
	Answer
	Profile features.Profile
}

type htmlRequirement struct {
	Requirement
	Profile   features.Profile
	Statement string
	Source    string
}

func newHTMLReport(r *Report, contract *features.Contract) *htmlReport {
	h := &htmlReport{Report: r, Title: "kmsconform: " + page.Plain(r.Target.Name), Verdict: r.Overall()}
	counters := columns(Tally(r.Scenarios))
	for _, c := range counters {
		h.Shown = append(h.Shown, c.name)
	}
	p := Printer{Contract: contract}
	for _, name := range profileOrder(r) {
		row := htmlProfile{Name: name, Profile: r.Profiles[name]}
		for _, c := range counters {
			row.Counters = append(row.Counters, c.of(row.Counts))
		}
		h.Rows = append(h.Rows, row)
	}
	by := map[string][]*Scenario{}
	profiles := map[string]features.Profile{}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		profiles[s.ID] = s.Profile
		kind := s.Kind()
		if by[kind] = append(by[kind], s); s.Status == Passed {
			h.Passing = append(h.Passing, s)
		}
	}
	gating := slices.Concat(by[string(Failed)], by[string(Changed)], by[string(Blocked)])
	says := "The target differs from what AWS documents, or from what was recorded there."
	if r.Target.Kind == target.AWS {
		says = "AWS itself does something else than the contract says. Nobody failed: aws-changed.md beside this page says what to do."
	}
	h.byCause(p, divergences(r), says, gating)
	h.byCause(p, advisories(r, "Advisory divergences"), "They fail nobody, because nobody recorded what AWS does.", by[string(AdvisoryOnly)])
	h.byCause(p, "Known divergences", "The baseline lists them.", by["known"])
	h.byReason(p, "Not run", "The suite itself could not run these.", by[string(Error)])
	h.byReason(p, "Not implemented", "The target said that it does not have what these need.", by[string(Unsupported)])
	h.byReason(p, "Skipped", "A caller, a Region or a clock was missing.", by[string(Skipped)])
	h.ask(contract, profiles)
	h.rules(p)
	h.kinds(by)
	return h
}

// kinds lists the boxes of the filter, with how many scenarios each stands for.
func (h *htmlReport) kinds(by map[string][]*Scenario) {
	names := []string{string(Failed), string(Changed), string(Blocked), string(AdvisoryOnly), "known", string(Error), string(Unsupported), string(Skipped), string(Answered), string(Passed)}
	for _, name := range names {
		if n := len(by[name]); n > 0 {
			h.Kinds = append(h.Kinds, htmlKind{Name: name, N: n})
		}
	}
	if slices.ContainsFunc(h.Requirements, func(r Requirement) bool { return r.Status == Untested }) {
		h.Kinds = append(h.Kinds, htmlKind{Name: string(Untested)})
	}
}

func (h *htmlReport) byCause(p Printer, title, says string, diverging []*Scenario) {
	if len(diverging) == 0 {
		return
	}
	section := htmlSection{Title: title, Says: says}
	for _, c := range p.causes(diverging) {
		g := htmlGroup{Title: c.title, Counted: c.counted(), Where: strings.Join(c.requirements, ", ")}
		for _, s := range c.all {
			g.Scenarios = append(g.Scenarios, p.htmlScenario(s))
		}
		section.Groups = append(section.Groups, g)
	}
	h.Sections = append(h.Sections, section)
}

func (h *htmlReport) byReason(p Printer, title, says string, scenarios []*Scenario) {
	if len(scenarios) == 0 {
		return
	}
	section := htmlSection{Title: title, Says: says}
	at := map[string]int{}
	for _, s := range scenarios {
		key := Normalise(s.Reason)
		n, known := at[key]
		if !known {
			n = len(section.Groups)
			at[key] = n
			section.Groups = append(section.Groups, htmlGroup{Title: orNone(s.Reason)})
		}
		section.Groups[n].Scenarios = append(section.Groups[n].Scenarios, p.htmlScenario(s))
	}
	for i := range section.Groups {
		section.Groups[i].Counted = page.Plural(len(section.Groups[i].Scenarios), "scenario")
	}
	slices.SortStableFunc(section.Groups, func(a, b htmlGroup) int { return len(b.Scenarios) - len(a.Scenarios) })
	h.Sections = append(h.Sections, section)
}

func (p Printer) htmlScenario(s *Scenario) htmlScenario {
	x := htmlScenario{Scenario: s}
	switch {
	case s.Divergence != nil && s.Divergence.Requirement != "":
		x.About = s.Divergence.Requirement
	case len(s.Requirements) > 0:
		x.About = s.Requirements[0]
	}
	if r := p.requirement(x.About); r != nil {
		x.Evidence, x.Statement, x.Sources = r.Evidence, r.Statement, r.Sources
	}
	decisive := s.DecisiveExchange()
	if decisive != nil {
		x.Decided = &htmlExchange{
			Caller: decisive.Caller, Region: decisive.Region, Request: requestText(decisive), Answer: answerText(decisive), Duration: decisive.Duration,
		}
	}
	for _, e := range s.Exchanges {
		x.Calls = append(x.Calls, htmlCall{Operation: callOf(e), Outcome: outcomeText(e), Duration: e.Duration, Decisive: e == decisive})
	}
	return x
}

// shownHeaders are those that a reader of an exchange looks for.
var shownHeaders = []string{"Content-Type", "X-Amz-Target", "X-Amzn-Requestid", "X-Amzn-Errortype", "X-Amzn-Query-Error"}

func requestText(e *target.Exchange) string {
	return strings.TrimSpace(e.Request.Method+" "+e.Request.URL) + "\n" + messageText(e.Request)
}

func answerText(e *target.Exchange) string {
	if e.Response == nil {
		return orNone(e.Error)
	}
	text := fmt.Sprintf("%d %s\n", e.Response.Status, http.StatusText(e.Response.Status)) + messageText(*e.Response)
	if e.Error != "" {
		text += "\n" + e.Error
	}
	return text
}

// messageText is the headers that matter, and the body, as JSON with line breaks where it is JSON.
func messageText(m target.Message) string {
	var text strings.Builder
	for _, name := range shownHeaders {
		for _, value := range http.Header(m.Header).Values(name) {
			fmt.Fprintf(&text, "%s: %s\n", strings.ToLower(name), value)
		}
	}
	if m.Body == "" {
		return text.String()
	}
	var indented bytes.Buffer
	if json.Indent(&indented, []byte(m.Body), "", "  ") != nil {
		return text.String() + "\n" + m.Body
	}
	return text.String() + "\n" + indented.String()
}

// outcomeText is an answer in a few words.
func outcomeText(e *target.Exchange) string {
	switch {
	case e.Response == nil:
		return "no whole answer"
	case e.ErrorCode() != "":
		return fmt.Sprintf("%d %s", e.Response.Status, e.ErrorCode())
	default:
		return fmt.Sprint(e.Response.Status)
	}
}

func (h *htmlReport) ask(contract *features.Contract, profiles map[string]features.Profile) {
	asks := Asks(contract)
	at := map[string]int{}
	for _, a := range h.Answers {
		n, known := at[a.Question]
		if !known {
			n = len(h.Asked)
			at[a.Question] = n
			h.Asked = append(h.Asked, htmlQuestion{ID: a.Question, Asks: asks[a.Question]})
		}
		h.Asked[n].Answers = append(h.Asked[n].Answers, htmlAnswer{Answer: a, Profile: profiles[a.Scenario]})
	}
	slices.SortStableFunc(h.Asked, func(a, b htmlQuestion) int { return strings.Compare(a.ID, b.ID) })
}

// Asks returns what the open questions of a contract ask and its contradictions say, by id.
func Asks(contract *features.Contract) map[string]string {
	asks := map[string]string{}
	if contract == nil {
		return asks
	}
	for _, q := range contract.Questions {
		asks[q.ID] = q.Asks
	}
	for _, c := range contract.Contradictions {
		asks[c.ID] = c.Says
	}
	return asks
}

func (h *htmlReport) rules(p Printer) {
	for _, r := range h.Requirements {
		rule := htmlRequirement{Requirement: r}
		if known := p.requirement(r.ID); known != nil {
			rule.Profile, rule.Statement = known.Profile, known.Statement
			if len(known.Sources) > 0 {
				rule.Source = known.Sources[0].URL
			}
		}
		h.Rules = append(h.Rules, rule)
	}
}
