package features

import (
	"fmt"
	"strings"

	messages "github.com/cucumber/messages/go/v21"
)

// outline checks that examples and the scenario they fill in fit each other.
func (l *linter) outline(d *document, s *messages.Scenario) {
	line := int(s.Location.Line)
	used := placeholders(s)
	if len(s.Examples) == 0 {
		for _, u := range used {
			l.found.add(d.file, u.line, fmt.Sprintf("<%s> stands for nothing: the scenario %q has no examples", u.text, s.Name), "Add a table below \"Examples:\".")
		}
		if len(used) == 0 && strings.Contains(s.Keyword, " ") && d.feature.Language == "en" {
			l.found.add(d.file, line, fmt.Sprintf("the outline %q has no examples", s.Name), "Call it \"Scenario:\", or add a table below \"Examples:\".")
		}
		return
	}
	everything := wholeText(s)
	for _, examples := range s.Examples {
		at := int(examples.Location.Line)
		if len(examples.TableBody) == 0 {
			l.found.add(d.file, at, fmt.Sprintf("the examples of %q have no rows", s.Name), "Add one, or remove them.")
		}
		if examples.TableHeader == nil {
			continue
		}
		columns := map[string]bool{}
		for _, cell := range examples.TableHeader.Cells {
			if columns[cell.Value] {
				l.found.add(d.file, int(cell.Location.Line), fmt.Sprintf("the column %q stands twice", cell.Value), "Remove or rename one of them.")
			}
			columns[cell.Value] = true
			if !strings.Contains(everything, "<"+cell.Value+">") {
				l.found.add(d.file, int(cell.Location.Line), fmt.Sprintf("nothing in the scenario %q uses the column %q", s.Name, cell.Value),
					didYouMean("<"+cell.Value+">", bracketed(used), "Use it, or remove it."))
			}
		}
		for _, u := range used {
			if !columns[u.text] {
				l.found.add(d.file, u.line, fmt.Sprintf("<%s> has no column in the examples at line %d", u.text, at),
					didYouMean(u.text, cells(examples.TableHeader), "Add the column."))
			}
		}
	}
}

// backgroundParameters finds placeholders in a background, which no examples fill in.
func (l *linter) backgroundParameters(d *document, b *messages.Background) {
	for _, step := range b.Steps {
		if m := parameter.FindStringSubmatch(step.Text); m != nil {
			l.found.add(d.file, int(step.Location.Line), fmt.Sprintf("%s stands in a background, where nothing fills it in", m[0]), "Move the step into the scenarios.")
		}
	}
}

// placeholders are the parameters in the name and the steps of a scenario, except for texts in quotes, which may hold
// markup.
func placeholders(s *messages.Scenario) []numbered {
	var used []numbered
	in := func(line int64, text string) {
		for _, m := range parameter.FindAllStringSubmatch(text, -1) {
			used = append(used, numbered{int(line), m[1]})
		}
	}
	in(s.Location.Line, s.Name)
	for _, step := range s.Steps {
		in(step.Location.Line, step.Text)
		if step.DataTable != nil {
			for _, row := range step.DataTable.Rows {
				in(row.Location.Line, strings.Join(cells(row), " "))
			}
		}
	}
	return used
}

// wholeText is everything that examples fill in.
func wholeText(s *messages.Scenario) string {
	var all strings.Builder
	all.WriteString(s.Name)
	for _, step := range s.Steps {
		all.WriteString("\n" + step.Text)
		if step.DataTable != nil {
			for _, row := range step.DataTable.Rows {
				all.WriteString("\n" + strings.Join(cells(row), "\n"))
			}
		}
		if step.DocString != nil {
			all.WriteString("\n" + step.DocString.MediaType + "\n" + step.DocString.Content)
		}
	}
	return all.String()
}

func bracketed(used []numbered) []string {
	var all []string
	for _, u := range used {
		all = append(all, "<"+u.text+">")
	}
	return all
}
