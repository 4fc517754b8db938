package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The elements of JUnit's XML, as continuous integration systems read them.
type (
	junitSuites struct {
		XMLName   xml.Name     `xml:"testsuites"`
		Name      string       `xml:"name,attr"`
		Tests     int          `xml:"tests,attr"`
		Failures  int          `xml:"failures,attr"`
		Errors    int          `xml:"errors,attr"`
		Skipped   int          `xml:"skipped,attr"`
		Time      string       `xml:"time,attr"`
		Timestamp string       `xml:"timestamp,attr"`
		Suites    []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      string      `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
		seconds   float64
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Classname string        `xml:"classname,attr"`
		File      string        `xml:"file,attr"`
		Line      int           `xml:"line,attr"`
		Time      string        `xml:"time,attr"`
		Skipped   *junitSkipped `xml:"skipped"`
		Failure   *junitProblem `xml:"failure"`
		Error     *junitProblem `xml:"error"`
		Out       string        `xml:"system-out,omitempty"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes a report as JUnit XML, a suite for each feature. JUnit knows fewer outcomes than the contract: what
// is unsupported or skipped is skipped, and so is a known divergence; an advisory divergence passes, and its output says
// what differs; a blocked scenario is a failure of the type "blocked", and what AWS itself does otherwise than the contract
// says one of the type "aws-changed", so that a nightly run is noticed.
func WriteJUnit(w io.Writer, r *Report) error {
	all := junitSuites{
		Name: "kmsconform " + clean(r.Target.Name), Time: junitSeconds(r.DurationSeconds), Timestamp: junitTime(r.Started),
	}
	answers := map[string][]Answer{}
	for _, a := range r.Answers {
		answers[a.Scenario] = append(answers[a.Scenario], a)
	}
	at := map[string]int{}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		n, known := at[s.Feature]
		if !known {
			n = len(all.Suites)
			at[s.Feature] = n
			all.Suites = append(all.Suites, junitSuite{Name: clean(s.Feature), Timestamp: all.Timestamp})
		}
		all.Suites[n].add(s, answers[s.ID])
	}
	for i := range all.Suites {
		suite := &all.Suites[i]
		suite.Time = junitSeconds(suite.seconds)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Errors += suite.Errors
		all.Skipped += suite.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return fmt.Errorf("encode as JUnit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (suite *junitSuite) add(s *Scenario, answers []Answer) {
	c := junitCase{
		Name: clean(nameAndRow(s)), Classname: clean(s.File + "." + s.Feature), File: clean(s.File), Line: s.Line,
		Time: junitSeconds(s.DurationSeconds),
	}
	suite.Tests++
	suite.seconds += s.DurationSeconds
	var out strings.Builder
	for _, a := range answers {
		fmt.Fprintf(&out, "%s is answered: %s (%s)\n", a.Question, a.Answer, a.Observation)
	}
	switch s.Status {
	case Passed, Answered:
	case Unsupported, Skipped:
		c.Skipped = &junitSkipped{Message: clean(string(s.Status) + ": " + s.Reason)}
	case Failed, Changed, Blocked:
		c.diverges(s, &out)
	default:
		c.Error = &junitProblem{Message: clean(s.Reason), Type: "error", Text: clean(plainBlock(s))}
	}
	switch {
	case c.Skipped != nil:
		suite.Skipped++
	case c.Failure != nil:
		suite.Failures++
	case c.Error != nil:
		suite.Errors++
	}
	c.Out = clean(out.String())
	suite.Cases = append(suite.Cases, c)
}

func (c *junitCase) diverges(s *Scenario, out *strings.Builder) {
	d := divergenceOf(s)
	switch {
	case s.Known:
		c.Skipped = &junitSkipped{Message: clean("known divergence: " + s.KnownReason)}
		out.WriteString(plainBlock(s))
	case s.Advisory:
		out.WriteString("an advisory divergence: nobody recorded what AWS does\n" + plainBlock(s))
	case s.Status == Changed:
		c.Failure = &junitProblem{
			Message: clean("AWS does something else than the contract says: expected " + d.Expected + ", got " + d.Actual), Type: "aws-changed", Text: clean(plainBlock(s)),
		}
	case s.Status == Blocked:
		c.Failure = &junitProblem{Message: clean(s.Reason), Type: "blocked", Text: clean(plainBlock(s))}
	default:
		c.Failure = &junitProblem{
			Message: clean("expected " + d.Expected + ", got " + d.Actual), Type: clean(d.Requirement), Text: clean(plainBlock(s)),
		}
	}
}

// plainBlock is what the screen shows of a scenario, on lines of its own.
func plainBlock(s *Scenario) string {
	var text strings.Builder
	Printer{}.Scenario(&text, s)
	return "\n" + text.String()
}

func junitSeconds(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }

// junitTime has no zone, because JUnit's schema has none: it is UTC.
func junitTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

// clean takes out the characters that XML cannot hold.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd, r >= 0x10000:
			return r
		default:
			return -1
		}
	}, strings.ToValidUTF8(text, ""))
}
