package baseline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kmsconform/kmsconform/runner/report"
)

// dateLayout is how a date is written.
const dateLayout = "2006-01-02"

// file is the form of a baseline.
type file struct {
	Divergences []struct {
		Scenario    string `yaml:"scenario"`
		Status      string `yaml:"status"`
		Requirement string `yaml:"requirement"`
		Fingerprint string `yaml:"fingerprint"`
		Reason      string `yaml:"reason"`
		Owner       string `yaml:"owner"`
		Expires     string `yaml:"expires"`
	} `yaml:"divergences"`
}

// nodes are the places in a file that an update changes.
type nodes struct {
	document *yaml.Node
	list     *yaml.Node // the sequence of entries
}

// Load reads a baseline. Its errors name the file and the line, and say what to do.
func Load(path string) (*Baseline, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	return parse(path, text, time.Now())
}

// parse reads the text of a baseline as of a day.
func parse(path string, text []byte, now time.Time) (*Baseline, error) {
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	switch err := decoder.Decode(&f); {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("baseline %s is empty.\n  Write \"divergences: []\" where nothing is known, or leave --baseline out", path)
	case err != nil:
		return nil, unreadable(path, err)
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("baseline %s holds more than one document.\n  Put all entries under one \"divergences:\"", path)
	}
	// Once more for the lines. It was understood already.
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, unreadable(path, err)
	}
	b := &Baseline{Path: path, node: nodes{document: &document, list: listIn(&document)}, today: day(now)}
	if b.node.list != nil && len(b.node.list.Content) != len(f.Divergences) { // the decoder passes over what is empty
		for _, n := range b.node.list.Content {
			if n.Kind == yaml.ScalarNode {
				return nil, fmt.Errorf("baseline %s:%d: an entry is empty.\n  Remove it, or write what its scenario is", path, n.Line)
			}
		}
		b.node.list = nil
	}
	if b.node.list == nil {
		return nil, fmt.Errorf("baseline %s has no list of divergences.\n  Write \"divergences: []\" where nothing is known", path)
	}
	seen := map[string]int{}
	lines := strings.Split(string(text), "\n")
	for i, d := range f.Divergences {
		e := Entry{
			Scenario: d.Scenario, Status: report.Status(d.Status), Requirement: d.Requirement, Fingerprint: d.Fingerprint,
			Reason: strings.TrimSpace(d.Reason), Owner: d.Owner,
			Line: b.node.list.Content[i].Line, LastLine: len(lines),
		}
		if i+1 < len(b.node.list.Content) {
			e.LastLine = b.node.list.Content[i+1].Line - 1
		}
		e.LastLine = lastOf(lines, e.Line, e.LastLine)
		if problem := e.complete(d.Expires); problem != "" {
			return nil, fmt.Errorf("baseline %s:%d: %s", path, e.Line, problem)
		}
		if first, twice := seen[e.Scenario]; twice {
			return nil, fmt.Errorf("baseline %s:%d: scenario %q is listed twice, first in line %d.\n  Remove one of the two entries",
				path, e.Line, e.Scenario, first)
		}
		seen[e.Scenario] = e.Line
		b.Entries = append(b.Entries, e)
	}
	return b, nil
}

var fingerprint = regexp.MustCompile(`^[0-9a-f]{12}$`)

// complete returns what is wrong with an entry and what to do, and reads its date.
func (e *Entry) complete(expires string) string {
	switch {
	case e.Scenario == "":
		return "an entry has no scenario.\n  Write the id that `kmsconform list` shows"
	case e.Status != report.Failed && e.Status != report.Blocked:
		return fmt.Sprintf("scenario %q: status %q is no divergence.\n  Write failed or blocked, as the report has it", e.Scenario, e.Status)
	case e.Requirement == "" && e.Status == report.Failed:
		return fmt.Sprintf("scenario %q has no requirement.\n  Write the id that is broken, as the report has it", e.Scenario)
	case !fingerprint.MatchString(e.Fingerprint):
		return fmt.Sprintf("scenario %q: fingerprint %q is not 12 hexadecimal digits.\n  Copy it from the report", e.Scenario, e.Fingerprint)
	case e.Reason == "":
		return fmt.Sprintf("scenario %q has no reason.\n  Write why this divergence is known, for whoever meets it next", e.Scenario)
	case expires == "":
		return ""
	}
	date, err := time.Parse(dateLayout, expires)
	if err != nil {
		return fmt.Sprintf("scenario %q: expires %q is no date.\n  Write it as 2027-01-31", e.Scenario, expires)
	}
	e.Expires = date
	return ""
}

// listIn returns the sequence of entries, or nil.
func listIn(document *yaml.Node) *yaml.Node {
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	top := document.Content[0]
	for i := 0; i+1 < len(top.Content); i += 2 {
		if top.Content[i].Value == "divergences" && top.Content[i+1].Kind == yaml.SequenceNode {
			return top.Content[i+1]
		}
	}
	return nil
}

// lastOf returns the last line from first to last that is neither empty nor a comment.
func lastOf(lines []string, first, last int) int {
	for last = min(last, len(lines)); last > first; last-- {
		if line := strings.TrimSpace(lines[last-1]); line != "" && !strings.HasPrefix(line, "#") {
			break
		}
	}
	return max(first, last)
}

func day(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

var (
	atLine       = regexp.MustCompile(`line (\d+): (.*)`)
	unknownField = regexp.MustCompile(`^field (\S+) not found in type .*$`)
	wrongType    = regexp.MustCompile("^cannot unmarshal (?s:.*) into .*$")
)

// unreadable says in which line a file is no baseline.
func unreadable(path string, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	var typed *yaml.TypeError
	if errors.As(err, &typed) && len(typed.Errors) > 0 {
		text = typed.Errors[0]
	}
	found := atLine.FindStringSubmatch(text)
	if found == nil {
		return fmt.Errorf("baseline %s is no YAML: %s.\n  `kmsconform run --write-baseline FILE` writes one that is", path, text)
	}
	line, _ := strconv.Atoi(found[1]) // digits
	what, advice := found[2], "Put text that holds : or # or begins with a sign in quotes"
	if field := unknownField.FindStringSubmatch(what); field != nil {
		what = fmt.Sprintf("there is no member %q", field[1])
		advice = "The members are scenario, status, requirement, fingerprint, reason, owner and expires, in a list named divergences"
	} else if wrongType.MatchString(what) {
		what = "this is no list of entries with text in their members"
		advice = "Write \"divergences:\" and below it entries that begin with \"- scenario: ID\""
	}
	return fmt.Errorf("baseline %s:%d: %s.\n  %s", path, line, what, advice)
}
