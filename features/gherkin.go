package features

import (
	"bufio"
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"
)

// document is one feature file as it was parsed.
type document struct {
	file      string
	embedded  bool
	lines     []string
	feature   *messages.Feature
	scenarios []Scenario
}

// parseDocument reads a feature file and compiles its scenarios. Without findings, the document is complete.
func parseDocument(file string, text []byte) (d *document, found findings) {
	// The parser was written for files that people type. Whatever it does with others, it must not end the program.
	defer func() {
		if what := recover(); what != nil {
			found.add(file, 1, fmt.Sprintf("the parser gave up: %v", what), "Is this a feature file?")
		}
	}()
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	d = &document{file: file, lines: strings.Split(string(text), "\n")}
	if d.unreadable(&found); len(found) > 0 {
		return d, found
	}
	ids := (&messages.Incrementing{}).NewId
	parsed, err := gherkin.ParseGherkinDocument(bytes.NewReader(text), ids)
	if err != nil {
		d.syntax(&found, err)
		return d, found
	}
	if parsed.Feature == nil {
		found.add(file, 1, "the file has no feature", "Begin it with \"Feature:\", or remove it.")
		return d, found
	}
	d.feature = parsed.Feature
	d.compile(gherkin.Pickles(*parsed, file, ids), &found)
	return d, found
}

// unreadable finds what the parser would loop, stumble or be silent over.
func (d *document) unreadable(found *findings) {
	for i, text := range d.lines {
		text = strings.TrimSuffix(text, "\r")
		control := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' })
		switch {
		case len(text) >= bufio.MaxScanTokenSize-1:
			found.add(d.file, i+1, "the line is too long", fmt.Sprintf("Keep it under %d bytes.", bufio.MaxScanTokenSize-1))
		case !utf8.ValidString(text):
			found.add(d.file, i+1, "the line is not UTF-8", "Save the file as UTF-8.")
		case control >= 0:
			found.add(d.file, i+1, "the line has a control character", "Remove it.")
		default:
			continue
		}
		return
	}
}

var (
	syntaxError = regexp.MustCompile(`^\((\d+):\d+\): (.*)$`)
	unexpected  = regexp.MustCompile(`^expected: .*?, got '(.*)'$`)
)

// syntax takes the faults out of an error of the parser, which names every token that it would have liked instead.
func (d *document) syntax(found *findings, err error) {
	for text := range strings.SplitSeq(err.Error(), "\n") {
		m := syntaxError.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		at, _ := strconv.Atoi(m[1]) // digits, says the pattern
		problem, advice := m[2], ""
		if got := unexpected.FindStringSubmatch(problem); got != nil {
			wrong := strings.TrimSpace(got[1])
			problem = fmt.Sprintf("%q cannot stand here", wrong)
			first, _, _ := strings.Cut(wrong, " ")
			advice = didYouMean(strings.TrimSuffix(first, ":"), allKeywords, "Is a keyword missing?")
		} else if strings.HasPrefix(problem, "unexpected end of file") {
			problem, advice = "the file ends too early", "Is a scenario missing, or the end of a text in quotes?"
		}
		found.add(d.file, at, problem, advice)
	}
	if len(*found) == 0 {
		found.add(d.file, 1, strings.ReplaceAll(err.Error(), "\n", " "), "")
	}
}

// nodes are what the parts of a pickle were made of.
type nodes struct {
	scenarios map[string]*messages.Scenario
	rules     map[string]string // by scenario
	rows      map[string]*messages.TableRow
	steps     map[string]*messages.Step
}

func (d *document) nodes() nodes {
	n := nodes{map[string]*messages.Scenario{}, map[string]string{}, map[string]*messages.TableRow{}, map[string]*messages.Step{}}
	d.walk(func(p place) {
		for _, step := range p.steps {
			n.steps[step.Id] = step
		}
		if p.scenario == nil {
			return
		}
		n.scenarios[p.scenario.Id] = p.scenario
		if p.rule != nil {
			n.rules[p.scenario.Id] = p.rule.Name
		}
		for _, examples := range p.scenario.Examples {
			for _, row := range examples.TableBody {
				n.rows[row.Id] = row
			}
		}
	})
	return n
}

// place is a background or a scenario, with what it stands in.
type place struct {
	rule        *messages.Rule // nil outside of rules
	background  *messages.Background
	scenario    *messages.Scenario
	steps       []*messages.Step
	backgrounds []*messages.Step // what runs before a scenario
}

// walk visits the backgrounds and scenarios in the order of the file.
func (d *document) walk(visit func(place)) {
	var before []*messages.Step
	one := func(rule *messages.Rule, background *messages.Background, scenario *messages.Scenario) {
		switch {
		case background != nil:
			visit(place{rule: rule, background: background, steps: background.Steps})
			before = append(before[:len(before):len(before)], background.Steps...)
		case scenario != nil:
			visit(place{rule: rule, scenario: scenario, steps: scenario.Steps, backgrounds: before})
		}
	}
	for _, child := range d.feature.Children {
		one(nil, child.Background, child.Scenario)
		if child.Rule == nil {
			continue
		}
		outside := before
		for _, inner := range child.Rule.Children {
			one(child.Rule, inner.Background, inner.Scenario)
		}
		before = outside
	}
}
