package runner

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/tagexpr"
)

// Selection says which scenarios run. Its parts narrow each other; within one part any of the values will do. The zero
// value selects all of them.
type Selection struct {
	Profiles     []string // names of profiles
	Requirements []string // ids, such as DIKM-STATE-01
	// Scenarios are ids, or regular expressions that are found in an id or in "Feature › Name". What is exactly an id
	// selects that scenario alone.
	Scenarios []string
	Tags      string // a tag expression; see package tagexpr
	// Rerun is the path of a report.json: only what did not pass there. Where that run was cut short, also what it never
	// came to.
	Rerun string
	Shard Shard
}

// Shard is one of several equal parts of a selection, for several machines. The zero value is all of it.
type Shard struct{ Index, Count int } // Index from 1 to Count

// ParseShard reads i/n, such as 2/5. An empty text is everything.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{}, nil
	}
	index, count, found := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	n, err2 := strconv.Atoi(count)
	if !found || err != nil || err2 != nil || i < 1 || n < i {
		return Shard{}, &UsageError{
			Problem: fmt.Sprintf("shard %q is no part of a whole.", text),
			Advice:  "Write I/N with I from 1 to N, such as 2/5 for the second of five.",
		}
	}
	return Shard{Index: i, Count: n}, nil
}

// String is the form that ParseShard reads.
func (s Shard) String() string {
	if s.Count == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Count)
}

// Apply returns what is selected, in the order of the contract. Its errors are *UsageError; one of them is that nothing is.
func (s Selection) Apply(contract *features.Contract) ([]features.Scenario, error) {
	c, err := s.compile(contract)
	if err != nil {
		return nil, err
	}
	return c.choose(contract)
}

// selector is a Selection that was understood.
type selector struct {
	keep  []func(*features.Scenario) bool
	shard Shard
	said  []string // the parts of the selection, for a message
	names []string // what was written as --scenario, for a hint
}

// compile checks a selection against what there is. Its errors are *UsageError.
func (s Selection) compile(contract *features.Contract) (*selector, error) {
	c := &selector{shard: s.Shard}
	for _, add := range []func(*features.Contract, *selector) error{s.byProfile, s.byRequirement, s.byName, s.byTags} {
		if err := add(contract, c); err != nil {
			return nil, err
		}
	}
	if s.Rerun != "" {
		keep, err := notPassed(s.Rerun)
		if err != nil {
			return nil, err
		}
		c.add("--rerun "+s.Rerun, func(sc *features.Scenario) bool { return keep(sc.ID) })
	}
	if s.Shard != (Shard{}) {
		if s.Shard.Index < 1 || s.Shard.Count < s.Shard.Index {
			_, err := ParseShard(s.Shard.String())
			return nil, err
		}
		c.said = append(c.said, "--shard "+s.Shard.String())
	}
	return c, nil
}

func (c *selector) add(said string, keep func(*features.Scenario) bool) {
	c.said, c.keep = append(c.said, said), append(c.keep, keep)
}

func (s Selection) byProfile(_ *features.Contract, c *selector) error {
	if len(s.Profiles) == 0 {
		return nil
	}
	var names []string
	for _, p := range features.Profiles() {
		names = append(names, string(p))
	}
	for _, p := range s.Profiles {
		if !slices.Contains(names, p) {
			return &UsageError{
				Problem: fmt.Sprintf("there is no profile %q.", p),
				Advice:  didYouMean(p, names, "The profiles are "+strings.Join(names, ", ")+"."),
			}
		}
	}
	c.add("--profile "+strings.Join(s.Profiles, " --profile "), func(sc *features.Scenario) bool {
		return slices.Contains(s.Profiles, string(sc.Profile))
	})
	return nil
}

func (s Selection) byRequirement(contract *features.Contract, c *selector) error {
	if len(s.Requirements) == 0 {
		return nil
	}
	var ids []string
	for i := range contract.Requirements {
		ids = append(ids, contract.Requirements[i].ID)
	}
	for _, id := range s.Requirements {
		at := slices.Index(ids, id)
		if at < 0 {
			return &UsageError{
				Problem: fmt.Sprintf("there is no requirement %q.", id),
				Advice:  didYouMean(id, ids, "`kmsconform requirements` lists them."),
			}
		}
		r := &contract.Requirements[at]
		covered := slices.ContainsFunc(contract.Scenarios, func(sc features.Scenario) bool { return slices.Contains(sc.Requirements, id) })
		switch {
		case covered:
		case r.Untestable != "":
			return &UsageError{
				Problem: fmt.Sprintf("no scenario can show requirement %s: %s", id, r.Untestable),
				Advice:  fmt.Sprintf("`kmsconform explain %s` tells what is known of it.", id),
			}
		default:
			return &UsageError{
				Problem: fmt.Sprintf("no scenario covers requirement %s yet.", id),
				Advice:  fmt.Sprintf("`kmsconform explain %s` tells what is known of it.", id),
			}
		}
	}
	c.add("--requirement "+strings.Join(s.Requirements, " --requirement "), func(sc *features.Scenario) bool {
		return slices.ContainsFunc(s.Requirements, func(id string) bool { return slices.Contains(sc.Requirements, id) })
	})
	return nil
}

func (s Selection) byName(contract *features.Contract, c *selector) error {
	if len(s.Scenarios) == 0 {
		return nil
	}
	exact := map[string]bool{}
	for i := range contract.Scenarios {
		exact[contract.Scenarios[i].ID] = true
	}
	c.names = s.Scenarios
	var patterns []func(*features.Scenario) bool
	for _, text := range s.Scenarios {
		if exact[text] {
			patterns = append(patterns, func(sc *features.Scenario) bool { return sc.ID == text })
			continue
		}
		pattern, err := regexp.Compile(text)
		if err != nil {
			return &UsageError{
				Problem: fmt.Sprintf("scenario %q is neither the id of a scenario nor a regular expression: %v.", text, err),
				Advice:  "Write an id as `kmsconform list` shows it, or quote the characters that mean something in regular expressions.",
				Err:     err,
			}
		}
		patterns = append(patterns, func(sc *features.Scenario) bool {
			return pattern.MatchString(sc.ID) || pattern.MatchString(sc.Feature+" › "+sc.Name)
		})
	}
	c.add("--scenario "+strings.Join(s.Scenarios, " --scenario "), func(sc *features.Scenario) bool {
		return slices.ContainsFunc(patterns, func(matches func(*features.Scenario) bool) bool { return matches(sc) })
	})
	return nil
}

func (s Selection) byTags(_ *features.Contract, c *selector) error {
	if strings.TrimSpace(s.Tags) == "" {
		return nil
	}
	expression, err := tagexpr.Parse(s.Tags)
	if err != nil {
		return &UsageError{
			Problem: "tag expression: " + err.Error(),
			Advice:  "Write tags with and, or, not and parentheses, such as '@core and not @probe'.",
			Err:     err,
		}
	}
	c.add("--tags '"+s.Tags+"'", func(sc *features.Scenario) bool { return expression.Match(sc.Tags) })
	return nil
}

// choose returns the selected scenarios in the order of the contract. None is a *UsageError.
func (c *selector) choose(contract *features.Contract) ([]features.Scenario, error) {
	var chosen []features.Scenario
	for i := range contract.Scenarios {
		sc := &contract.Scenarios[i]
		if !slices.ContainsFunc(c.keep, func(keep func(*features.Scenario) bool) bool { return !keep(sc) }) {
			chosen = append(chosen, *sc)
		}
	}
	all := len(chosen)
	if c.shard.Count > 0 {
		var part []features.Scenario
		// Every n-th, because neighbours cost about the same.
		for i := c.shard.Index - 1; i < all; i += c.shard.Count {
			part = append(part, chosen[i])
		}
		chosen = part
	}
	if len(chosen) > 0 {
		return chosen, nil
	}
	switch {
	case len(contract.Scenarios) == 0:
		return nil, &UsageError{Problem: "there are no scenarios to run.", Advice: "Give a folder with feature files."}
	case all > 0:
		return nil, &UsageError{
			Problem: fmt.Sprintf("shard %s of %d scenarios is empty.", c.shard, all),
			Advice:  fmt.Sprintf("Split into %d parts or fewer.", all),
		}
	default:
		advice := "`kmsconform list` shows the scenarios, and takes the same flags."
		for _, text := range c.names {
			if near := Nearest(text, scenarioIDs(contract)); near != "" {
				advice = fmt.Sprintf("Did you mean %q? %s", near, advice)
				break
			}
		}
		return nil, &UsageError{
			Problem: fmt.Sprintf("nothing is selected: none of %d scenarios fits %s.", len(contract.Scenarios), strings.Join(c.said, " ")),
			Advice:  advice,
		}
	}
}

func scenarioIDs(contract *features.Contract) []string {
	ids := make([]string, len(contract.Scenarios))
	for i := range contract.Scenarios {
		ids[i] = contract.Scenarios[i].ID
	}
	return ids
}
