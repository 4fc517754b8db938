package features

import (
	"fmt"
	"slices"
	"strings"

	messages "github.com/cucumber/messages/go/v21"
)

// probeTag marks a scenario that records an answer instead of judging one.
const probeTag = "@probe"

// contradictionTag marks a probe that records which of two texts that disagree a target follows.
const contradictionTag = "@contradiction"

// reservedTags are the tags that have a meaning, apart from ids.
func reservedTags() []string {
	tags := []string{probeTag, "@clock", "@by-analogy", contradictionTag}
	for _, p := range Profiles() {
		tags = append(tags, "@"+string(p))
	}
	return tags
}

// Lint finds what is wrong with a contract that could be loaded, by file and line. Match returns the sentences that the
// text of a step matches; exactly one is sound.
func (c *Contract) Lint(match func(text string) []string) []Finding {
	l := linter{contract: c, requirements: map[string]bool{}, ids: map[string]bool{}, match: remember(match)}
	for _, r := range c.Requirements {
		l.requirements[r.ID] = true
	}
	for _, id := range c.ids() {
		l.ids[id] = true
	}
	l.features()
	l.scenarios()
	l.coverage()
	for _, d := range c.documents {
		l.document(d)
	}
	return l.found.sorted()
}

// remember spares matching the same text again: scenarios share most of their steps.
func remember(match func(string) []string) func(string) []string {
	known := map[string][]string{}
	return func(text string) []string {
		matches, seen := known[text]
		if !seen {
			matches = match(text)
			known[text] = matches
		}
		return matches
	}
}

type linter struct {
	contract     *Contract
	requirements map[string]bool
	ids          map[string]bool // of requirements, questions and contradictions
	match        func(text string) []string
	found        findings
}

// features checks that names of features are unique: their ids begin with them, and godog drops a second one silently.
func (l *linter) features() {
	places := map[string]string{}
	for _, d := range l.contract.documents {
		name, line := d.feature.Name, int(d.feature.Location.Line)
		if name == "" {
			l.found.add(d.file, line, "the feature has no name", "Name what it is about: ids of scenarios begin with it.")
		}
		if there, twice := places[slug(name)]; twice {
			l.found.add(d.file, line, fmt.Sprintf("the feature %q has the name of the one at %s", name, there), "Rename one of them.")
		} else {
			places[slug(name)] = fmt.Sprintf("%s:%d", d.file, line)
		}
		if len(d.scenarios) == 0 {
			l.found.add(d.file, line, fmt.Sprintf("the feature %q has no scenario", name), "Add one, or remove the file.")
		}
	}
}

// scenarios checks what is executed: ids and steps.
func (l *linter) scenarios() {
	places := map[string]string{}
	for i := range l.contract.Scenarios {
		s := &l.contract.Scenarios[i]
		if there, twice := places[s.ID]; twice {
			l.found.add(s.File, s.Line, fmt.Sprintf("the scenario's id %s is also that of %s", s.ID, there),
				"Baselines name scenarios by their ids, which are made of their names: rename one of them.")
		} else {
			places[s.ID] = fmt.Sprintf("%s:%d", s.File, s.Line)
		}
		for _, step := range s.Steps {
			switch matches := l.match(step.Text); len(matches) {
			case 1:
			case 0:
				l.found.add(s.File, step.Line, fmt.Sprintf("no sentence matches %q", step.Text), "\"kmsconform steps\" lists the sentences there are.")
			default:
				l.found.add(s.File, step.Line, fmt.Sprintf("%q matches %d sentences: %s", step.Text, len(matches), quoted(matches)),
					"Make one of the patterns stricter.")
			}
		}
	}
}

// coverage checks requirements against the scenarios that came with them: a folder's own scenarios owe the embedded
// requirements nothing.
func (l *linter) coverage() {
	covered := map[bool]map[string]string{}
	for _, d := range l.contract.documents {
		if covered[d.embedded] == nil {
			covered[d.embedded] = map[string]string{}
		}
		for _, s := range d.scenarios {
			for _, id := range s.Requirements {
				if covered[d.embedded][id] == "" {
					covered[d.embedded][id] = s.ID
				}
			}
		}
	}
	for i := range l.contract.Requirements {
		r := &l.contract.Requirements[i]
		by, loaded := covered[i < l.contract.embedded]
		if !loaded {
			continue
		}
		switch scenario := by[r.ID]; {
		case scenario == "" && r.Untestable == "" && r.Planned == "":
			l.found.add(r.File, r.Line, "no scenario covers "+r.ID, "Tag one with @"+r.ID+", or say why none can in untestable.")
		case scenario != "" && r.Untestable != "":
			l.found.add(r.File, r.Line, fmt.Sprintf("%s is marked untestable, and %s covers it", r.ID, scenario), "Remove one of the two.")
		case scenario != "" && r.Planned != "":
			l.found.add(r.File, r.Line, fmt.Sprintf("%s is marked planned, and %s covers it", r.ID, scenario), "Remove planned.")
		}
	}
}

// document checks what only the feature file itself shows.
func (l *linter) document(d *document) {
	f := d.feature
	l.tags(d, f.Tags)
	l.prose(d, int(f.Location.Line), f.Description)
	for _, child := range f.Children {
		if r := child.Rule; r != nil {
			l.tags(d, r.Tags)
			l.prose(d, int(r.Location.Line), r.Description)
			if !slices.ContainsFunc(r.Children, func(c *messages.RuleChild) bool { return c.Scenario != nil }) {
				l.found.add(d.file, int(r.Location.Line), fmt.Sprintf("the rule %q has no scenario", r.Name), "Add one, or remove the rule.")
			}
		}
	}
	d.walk(func(p place) {
		if p.background != nil {
			l.steplike(d, int(p.background.Location.Line), p.background.Description)
			l.backgroundParameters(d, p.background)
			return
		}
		l.scenario(d, p)
	})
}

func (l *linter) scenario(d *document, p place) {
	s := p.scenario
	line := int(s.Location.Line)
	l.tags(d, s.Tags)
	l.steplike(d, line, s.Description)
	if s.Name == "" {
		l.found.add(d.file, line, "the scenario has no name", "Name it after what it shows: its id is made of its name.")
	}
	kind, thens := Given, 0
	for _, step := range slices.Concat(p.backgrounds, s.Steps) {
		kind = kindOf(step.KeywordType, kind)
		if kind == Then {
			thens++
		}
	}
	if thens == 0 || len(s.Steps) == 0 {
		l.found.add(d.file, line, fmt.Sprintf("the scenario %q has no Then", s.Name), "Say what must hold at its end.")
	}
	inherited := slices.Clone(d.feature.Tags)
	if p.rule != nil {
		inherited = append(inherited, p.rule.Tags...)
	}
	inherited = append(inherited, s.Tags...)
	if len(s.Examples) == 0 {
		l.tagging(d, line, s.Name, inherited)
	}
	for _, examples := range s.Examples {
		l.tags(d, examples.Tags)
		l.steplike(d, int(examples.Location.Line), examples.Description)
		at := line
		if len(examples.Tags) > 0 {
			at = int(examples.Location.Line)
		}
		l.tagging(d, at, s.Name, slices.Concat(inherited, examples.Tags))
	}
	l.outline(d, s)
	for _, step := range s.Steps {
		if step.DataTable != nil {
			l.rows(d, step.DataTable.Rows)
		}
	}
	for _, examples := range s.Examples {
		l.rows(d, examples.TableBody)
	}
}

// rows finds rows that lack their last bar: the parser drops what stands after the last one.
func (l *linter) rows(d *document, rows []*messages.TableRow) {
	for _, row := range rows {
		if line := int(row.Location.Line); !strings.HasSuffix(strings.TrimSpace(d.lines[line-1]), "|") {
			l.found.add(d.file, line, "the row of the table does not end with |, and its last cell is lost", "Close it.")
		}
	}
}

// tags checks each tag where it stands. Tags that mean nothing here are a folder's own business.
func (l *linter) tags(d *document, tags []*messages.Tag) {
	for _, tag := range tags {
		name := strings.TrimPrefix(tag.Name, "@")
		id := strings.HasPrefix(name, prefix) || questionID.MatchString(name) || contradictionID.MatchString(name)
		switch {
		case l.ids[name] || slices.Contains(reservedTags(), tag.Name):
		case id || strings.HasPrefix(name, "OQ-"):
			l.found.add(d.file, int(tag.Location.Line), fmt.Sprintf("there is no %s", name),
				didYouMean(name, l.contract.ids(), "\"kmsconform requirements\" lists the requirements there are."))
		case d.embedded:
			l.found.add(d.file, int(tag.Location.Line), fmt.Sprintf("the tag %s means nothing", tag.Name),
				didYouMean(tag.Name, reservedTags(), "Remove it."))
		}
	}
}

// tagging checks the tags that a scenario has altogether.
func (l *linter) tagging(d *document, line int, name string, tags []*messages.Tag) {
	var profiles []string
	var requirement, question, probe, contradiction, either bool
	for _, tag := range tags {
		id := strings.TrimPrefix(tag.Name, "@")
		probe = probe || tag.Name == probeTag
		contradiction = contradiction || tag.Name == contradictionTag
		either = either || contradictionID.MatchString(id)
		question = question || strings.HasPrefix(id, "OQ-")
		requirement = requirement || l.requirements[id] || strings.HasPrefix(id, prefix)
		if slices.Contains(Profiles(), Profile(id)) && !slices.Contains(profiles, tag.Name) {
			profiles = append(profiles, tag.Name)
		}
	}
	switch {
	case len(profiles) == 0:
		l.found.add(d.file, line, fmt.Sprintf("the scenario %q has no profile", name),
			"Tag it or its feature with one of @"+strings.Join(profileNames(), ", @")+".")
	case len(profiles) > 1:
		l.found.add(d.file, line, fmt.Sprintf("the scenario %q has several profiles: %s", name, strings.Join(profiles, ", ")), "Keep one of them.")
	}
	if !requirement {
		l.found.add(d.file, line, fmt.Sprintf("the scenario %q has no requirement", name),
			"Tag it with the id of what it shows; \"kmsconform requirements\" lists them.")
	}
	switch {
	case contradiction && !either:
		l.found.add(d.file, line, fmt.Sprintf("the scenario %q shows no contradiction", name), "Tag it with the @C-nn that it shows.")
	case contradiction && !probe:
		l.found.add(d.file, line, fmt.Sprintf("the scenario %q shows a contradiction and is no probe", name), "Tag it @probe: it records the reading and judges none.")
	case probe && !question && !contradiction:
		l.found.add(d.file, line, fmt.Sprintf("the scenario %q is a probe of no question", name), "Tag it with the @OQ-nn that it answers.")
	}
}

func quoted(texts []string) string {
	var all []string
	for _, text := range texts {
		all = append(all, fmt.Sprintf("%q", text))
	}
	return strings.Join(all, ", ")
}
