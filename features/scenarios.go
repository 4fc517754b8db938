package features

import (
	"slices"
	"strings"

	messages "github.com/cucumber/messages/go/v21"
)

// compile makes scenarios of pickles: scenarios with their backgrounds, and the rows of outlines filled in.
func (d *document) compile(pickles []*messages.Pickle, found *findings) {
	of, name := d.nodes(), slug(d.feature.Name)
	for _, pickle := range pickles {
		node := of.scenarios[pickle.AstNodeIds[0]]
		s := Scenario{
			ID:      name + "/" + slug(node.Name),
			Feature: d.feature.Name, Rule: of.rules[node.Id], Name: oneLine(pickle.Name),
			File: d.file, Line: int(node.Location.Line),
		}
		if len(pickle.AstNodeIds) > 1 {
			row := of.rows[pickle.AstNodeIds[1]]
			s.ID = name + "/" + outlineSlug(node.Name) + "/" + rowSlug(cells(row))
			s.Line = int(row.Location.Line)
		}
		for _, tag := range pickle.Tags {
			if !slices.Contains(s.Tags, tag.Name) {
				s.Tags = append(s.Tags, tag.Name)
			}
		}
		kind := Given
		for _, step := range pickle.Steps {
			source := of.steps[step.AstNodeIds[0]]
			kind = kindOf(source.KeywordType, kind)
			if strings.Contains(step.Text, "\n") {
				found.add(d.file, int(source.Location.Line), "a cell puts a line break into the step", "Give the text below the step, between lines of \"\"\".")
			}
			s.Steps = append(s.Steps, Step{Keyword: strings.TrimSpace(source.Keyword), Kind: kind, Text: step.Text, Line: int(source.Location.Line)})
		}
		s.Document = render(&s, pickle.Steps)
		d.scenarios = append(d.scenarios, s)
	}
}

func cells(row *messages.TableRow) []string {
	var values []string
	for _, cell := range row.Cells {
		values = append(values, cell.Value)
	}
	return values
}

// kindOf tells what a step is by its keyword, whatever the language, and by the step before it.
func kindOf(keyword messages.StepKeywordType, before StepKind) StepKind {
	switch keyword {
	case messages.StepKeywordType_CONTEXT:
		return Given
	case messages.StepKeywordType_ACTION:
		return When
	case messages.StepKeywordType_OUTCOME:
		return Then
	default:
		return before
	}
}

// resolve fills in what only the requirements tell: which tags are ids.
func (s *Scenario) resolve(known func(id string) bool) {
	s.Requirements = nil
	for _, tag := range s.Tags {
		name := strings.TrimPrefix(tag, "@")
		if known(name) || strings.HasPrefix(name, prefix) {
			s.Requirements = append(s.Requirements, name)
		}
		if p := Profile(name); s.Profile == "" && slices.Contains(Profiles(), p) {
			s.Profile = p
		}
	}
}

// render writes a scenario as a document of its own. It is in English whatever the file is in, and names the kind of
// every step, so that nothing depends on the step before or on the language.
func render(s *Scenario, steps []*messages.PickleStep) []byte {
	var b strings.Builder
	b.WriteString("Feature: " + oneLine(s.Feature) + "\n  Scenario: " + s.Name + "\n")
	for i, step := range steps {
		b.WriteString("    " + english(s.Steps[i].Kind) + " " + oneLine(step.Text) + "\n")
		switch argument := step.Argument; {
		case argument == nil:
		case argument.DataTable != nil:
			table(&b, argument.DataTable)
		case argument.DocString != nil:
			docString(&b, argument.DocString)
		}
	}
	return []byte(b.String())
}

func english(kind StepKind) string {
	switch kind {
	case Given:
		return "Given"
	case When:
		return "When"
	default:
		return "Then"
	}
}

var cellEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "\n", `\n`)

func table(b *strings.Builder, t *messages.PickleTable) {
	for _, row := range t.Rows {
		b.WriteString("      |")
		for _, cell := range row.Cells {
			b.WriteString(" " + cellEscapes.Replace(cell.Value) + " |")
		}
		b.WriteByte('\n')
	}
}

// docString writes a text without indentation, which is the one way in which the parser takes none away. Between the two
// delimiters it takes the one that the text does not have, because an escaped one cannot be escaped again.
func docString(b *strings.Builder, d *messages.PickleDocString) {
	delimiter, escaped, content := `"""`, `\"\"\"`, d.Content
	if strings.Contains(content, delimiter) || strings.Contains(content, escaped) {
		delimiter, escaped = "```", "\\`\\`\\`"
	}
	content = strings.ReplaceAll(content, delimiter, escaped)
	b.WriteString(delimiter + oneLine(d.MediaType) + "\n")
	if content != "" {
		b.WriteString(content + "\n")
	}
	b.WriteString(delimiter + "\n")
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " ") }
