package features

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// requirementFile is what one file below requirements/ holds: lists under requirements, questions and contradictions.
type requirementFile struct {
	requirements   []Requirement
	questions      []Question
	contradictions []Contradiction
	observations   []Observation
	confirmed      []confirmation
	refers         []reference
	findings       findings
}

// reference is a place that names a question or a contradiction, which may stand in another file.
type reference struct {
	file string
	line int
	id   string
}

var (
	questionID      = regexp.MustCompile(`^OQ-\d+$`)
	contradictionID = regexp.MustCompile(`^C-\d+$`)
	requirementID   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`) // what can stand after @ in a feature file
)

// parseRequirements reads a file strictly: whatever it does not know is a fault, with the line.
func parseRequirements(file string, text []byte) *requirementFile {
	f := &requirementFile{}
	var root yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		f.findings.add(file, 1, "the file is empty", "Write a list of requirements, or remove the file.")
		return f
	} else if err != nil {
		f.yamlError(file, 1, err)
		return f
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		f.findings.add(file, second.Line, "a second YAML document begins here", "Remove the --- before it.")
		return f
	} else if !errors.Is(err, io.EOF) {
		f.yamlError(file, 1, err)
		return f
	}
	if len(root.Content) == 0 {
		f.findings.add(file, 1, "the file holds nothing but comments", "Write a list of requirements, or remove the file.")
		return f
	}
	sections := root.Content[0]
	if sections.Kind != yaml.MappingNode {
		f.findings.add(file, sections.Line, "the file has no sections", "Begin it with \"requirements:\".")
		return f
	}
	names := []string{"requirements", "questions", "contradictions"}
	seen := map[string]bool{}
	for i := 0; i+1 < len(sections.Content); i += 2 {
		name, list := sections.Content[i], sections.Content[i+1]
		switch {
		case !slices.Contains(names, name.Value):
			f.findings.add(file, name.Line, fmt.Sprintf("unknown section %q", name.Value),
				didYouMean(name.Value, names, "The sections are "+strings.Join(names, ", ")+"."))
		case seen[name.Value]:
			f.findings.add(file, name.Line, fmt.Sprintf("the section %q stands twice", name.Value), "Make one of them.")
		case list.Kind != yaml.SequenceNode:
			f.findings.add(file, name.Line, name.Value+" is not a list", "Begin every entry with \"- id:\".")
		default:
			for _, entry := range list.Content {
				f.entry(file, name.Value, entry)
			}
		}
		seen[name.Value] = true
	}
	return f
}

func (f *requirementFile) entry(file, section string, entry *yaml.Node) {
	id := value(entry, "id")
	if id == nil || id.Kind != yaml.ScalarNode || id.Value == "" {
		f.findings.add(file, entry.Line, "an entry has no id", "Begin it with \"- id:\".")
		return
	}
	switch section {
	case "questions":
		q := Question{File: file, Line: id.Line}
		if f.decode(file, entry, &q) {
			f.question(entry, &q)
			f.questions = append(f.questions, q)
		}
	case "contradictions":
		c := Contradiction{File: file, Line: id.Line}
		if f.decode(file, entry, &c) {
			if !contradictionID.MatchString(c.ID) {
				f.findings.add(file, c.Line, fmt.Sprintf("%q cannot be the id of a contradiction", c.ID), "Call it C-nn.")
			}
			f.require(file, entry, c.ID, []string{"says", c.Says}, []string{"take", c.Take})
			f.contradiction(entry, &c)
			f.contradictions = append(f.contradictions, c)
		}
	default:
		r := Requirement{File: file, Line: id.Line}
		if f.decode(file, entry, &r) {
			f.requirement(entry, &r)
			f.requirements = append(f.requirements, r)
		}
	}
}

func (f *requirementFile) question(entry *yaml.Node, q *Question) {
	if !questionID.MatchString(q.ID) {
		f.findings.add(q.File, q.Line, fmt.Sprintf("%q cannot be the id of a question", q.ID), "Call it OQ-nn.")
	}
	f.require(q.File, entry, q.ID, []string{"asks", q.Asks})
	if len(q.Answers) == 0 && q.Unasked == "" {
		f.findings.add(q.File, q.Line, q.ID+" has neither answers nor unasked", "List what a probe can record, or say why none can ask.")
	}
	f.closedSet(q.File, entry, q.ID, "answers", q.Answers)
}

// contradiction checks that a scenario can tell the two sides apart, or that it is said why none can.
func (f *requirementFile) contradiction(entry *yaml.Node, c *Contradiction) {
	switch shown := len(c.Readings) > 0; {
	case !shown && c.Unshown == "":
		f.findings.add(c.File, c.Line, c.ID+" has neither readings nor unshown", "List what a scenario can record, or say why none can show it.")
	case shown && c.Unshown != "":
		f.findings.add(c.File, lineOf(entry, "unshown", -1), c.ID+" has both readings and unshown", "Keep the one that is true.")
	case len(c.Readings) == 1:
		f.findings.add(c.File, lineOf(entry, "readings", 0), c.ID+" has one reading", "Texts that disagree have at least two.")
	}
	f.closedSet(c.File, entry, c.ID, "readings", c.Readings)
}

// closedSet checks the names that a scenario can record.
func (f *requirementFile) closedSet(file string, entry *yaml.Node, id, field string, names []string) {
	for i, name := range names {
		at := lineOf(entry, field, i)
		if slices.Contains(names[:i], name) {
			f.findings.add(file, at, fmt.Sprintf("%s has the %s %q twice", id, strings.TrimSuffix(field, "s"), name), "Remove one of them.")
		}
		if name == Other {
			f.findings.add(file, at, fmt.Sprintf("%s has %q among its %s", id, name, field), "It stands for what is not in the list: remove it.")
		}
	}
}

func (f *requirementFile) requirement(entry *yaml.Node, r *Requirement) {
	fault := func(field string, index int, problem, advice string) {
		f.findings.add(r.File, lineOf(entry, field, index), r.ID+" "+problem, advice)
	}
	if !requirementID.MatchString(r.ID) || slices.Contains(reservedTags(), "@"+r.ID) ||
		questionID.MatchString(r.ID) || contradictionID.MatchString(r.ID) {
		f.findings.add(r.File, r.Line, fmt.Sprintf("%q cannot be the id of a requirement", r.ID),
			"Scenarios cite it as a tag: use letters, digits and hyphens, such as DIKM-STATE-01, and no tag that means something else.")
	}
	f.require(r.File, entry, r.ID, []string{"statement", r.Statement}, []string{"evidence", string(r.Evidence)}, []string{"profile", string(r.Profile)})
	levels := []string{string(Observed), string(Documented), string(Inferred), string(Unknown)}
	if r.Evidence != "" && !slices.Contains(levels, string(r.Evidence)) {
		fault("evidence", -1, fmt.Sprintf("has no known evidence level: %q", r.Evidence),
			didYouMean(string(r.Evidence), levels, "The levels are "+strings.Join(levels, ", ")+"."))
	}
	for _, p := range []struct {
		field   string
		profile Profile
	}{{"profile", r.Profile}, {"planned", r.Planned}} {
		if p.profile != "" && !slices.Contains(Profiles(), p.profile) {
			fault(p.field, -1, fmt.Sprintf("names no known profile in %s: %q", p.field, p.profile),
				didYouMean(string(p.profile), profileNames(), "The profiles are "+strings.Join(profileNames(), ", ")+"."))
		}
	}
	if len(r.Sources) == 0 && r.Evidence != Unknown {
		fault("sources", -1, "has no sources", "Name at least one, or make its evidence unknown.")
	}
	for i, s := range r.Sources {
		if s.Title == "" {
			fault("sources", i, "has a source without a title", "Say what the source is called.")
		}
	}
	if _, err := regexp.Compile(r.Message); err != nil {
		fault("message", -1, "has a message that is no regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "")
	}
	if r.Untestable != "" && r.Planned != "" {
		fault("planned", -1, "is both untestable and planned", "Keep the one that is true.")
	}
	for _, list := range []struct {
		field string
		ids   []string
		form  *regexp.Regexp
	}{{"questions", r.Questions, questionID}, {"contradictions", r.Contradictions, contradictionID}} {
		for i, id := range list.ids {
			if !list.form.MatchString(id) {
				fault(list.field, i, fmt.Sprintf("has %q among its %s", id, list.field), "Questions are called OQ-nn, contradictions C-nn.")
				continue
			}
			f.refers = append(f.refers, reference{r.File, lineOf(entry, list.field, i), id})
		}
	}
}

// require checks pairs of a field and its value, which must not be empty.
func (f *requirementFile) require(file string, entry *yaml.Node, id string, fields ...[]string) {
	for _, field := range fields {
		if strings.TrimSpace(field[1]) == "" {
			f.findings.add(file, lineOf(entry, field[0], -1), fmt.Sprintf("%s has no %s", id, field[0]), "Add it.")
		}
	}
}

// decode fills in an entry; it reports false when the entry cannot be used.
func (f *requirementFile) decode(file string, entry *yaml.Node, into any) bool {
	before := len(f.findings)
	f.unknownFields(file, entry, reflect.TypeOf(into).Elem())
	if err := entry.Decode(into); err != nil {
		f.yamlError(file, entry.Line, err)
	}
	return len(f.findings) == before
}

// unknownFields is what yaml's KnownFields is for whole documents, which knows no lines of its own and no near names.
func (f *requirementFile) unknownFields(file string, node *yaml.Node, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Slice && node.Kind == yaml.SequenceNode:
		for _, element := range node.Content {
			f.unknownFields(file, element, t.Elem())
		}
	case t.Kind() == reflect.Struct && node.Kind == yaml.AliasNode:
		f.findings.add(file, node.Line, "an alias stands here", "Write out what it refers to.")
	case t.Kind() == reflect.Struct && node.Kind == yaml.MappingNode:
		known := map[string]reflect.Type{}
		var names []string
		for i := range t.NumField() {
			if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name != "-" {
				known[name] = t.Field(i).Type
				names = append(names, name)
			}
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			if of, ok := known[key.Value]; ok {
				f.unknownFields(file, node.Content[i+1], of)
			} else {
				f.findings.add(file, key.Line, fmt.Sprintf("unknown field %q", key.Value),
					didYouMean(key.Value, names, "The fields are "+strings.Join(names, ", ")+"."))
			}
		}
	}
}

var yamlLine = regexp.MustCompile(`^line (\d+): (?s:(.*))$`)

// yamlError takes the faults out of an error of the yaml package, each with its line; fallback is for those without.
func (f *requirementFile) yamlError(file string, fallback int, err error) {
	texts := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	var several *yaml.TypeError
	if errors.As(err, &several) {
		texts = several.Errors
	}
	for _, text := range texts {
		at := fallback
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				at, text = n, m[2]
			}
		}
		f.findings.add(file, at, strings.ReplaceAll(text, "\n", " "), "")
	}
}

// value returns the value of a mapping's key, or nil.
func value(mapping *yaml.Node, key string) *yaml.Node {
	if mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// lineOf returns the line of a field, of the element of its list unless the index is negative, or of the whole entry.
func lineOf(entry *yaml.Node, field string, index int) int {
	v := value(entry, field)
	switch {
	case v == nil:
		return entry.Line
	case index >= 0 && v.Kind == yaml.SequenceNode && index < len(v.Content):
		return v.Content[index].Line
	}
	return v.Line
}

func profileNames() []string {
	var names []string
	for _, p := range Profiles() {
		names = append(names, string(p))
	}
	return names
}
