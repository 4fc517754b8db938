package features

import (
	"slices"
	"strings"
	"testing"
)

// A sound contract has no findings; each other one has the listed ones and no more.
func TestLint(t *testing.T) {
	const own = "features/own.feature"
	with := func(old, new string) string { return strings.Replace(feature, old, new, 1) }
	outline := func(name, steps, examples string) string {
		return "@core @DIKM-A-01\nFeature: Own\n  Scenario Outline: " + name + "\n" + steps + "    Then it is so\n" + examples
	}
	described := func(description string) string { return with("Scenario: One\n", "Scenario: One\n"+description+"\n") }
	tests := []struct {
		name, text string
		want       []string
	}{
		{"sound", feature, nil},
		{"a state without an action", with("When it happens", "Given it is there"), nil},
		{"an unknown requirement", with("@DIKM-A-01", "@DIKM-A-01 @DIKM-A-1"), []string{own + `:3: there is no DIKM-A-1. Did you mean "DIKM-A-01"?`}},
		{"an unknown question", with("@DIKM-A-01", "@DIKM-A-01 @OQ-09"), []string{own + ":3: there is no OQ-09"}},
		{"an unknown contradiction", with("@DIKM-A-01", "@DIKM-A-01 @C-09"), []string{own + ":3: there is no C-09"}},
		{"an unknown tag", with("@DIKM-A-01", "@DIKM-A-01 @prob"), []string{own + `:3: the tag @prob means nothing. Did you mean "@probe"?`}},
		{"an unknown tag of a feature", with("@core", "@core @smoke"), []string{own + `:1: the tag @smoke means nothing`}},
		{"no profile", with("@core\n", ""), []string{own + `:3: the scenario "One" has no profile`}},
		{"two profiles", with("@DIKM-A-01", "@DIKM-A-01 @hmac"), []string{own + `:4: the scenario "One" has several profiles: @core, @hmac`}},
		{"the same profile twice", with("@DIKM-A-01", "@DIKM-A-01 @core"), nil},
		{"no requirement", with("  @DIKM-A-01\n", ""), []string{own + `:3: the scenario "One" has no requirement`, "features/requirements/own.yaml:2: no scenario covers DIKM-A-01"}},
		{"a contradiction of nothing", with("@DIKM-A-01", "@DIKM-A-01 @probe @contradiction"), []string{own + `:4: the scenario "One" shows no contradiction`}},
		{"a probe of nothing", with("@DIKM-A-01", "@DIKM-A-01 @probe"), []string{own + `:4: the scenario "One" is a probe of no question`}},
		{"a step that nothing matches", with("it happens", "the moon is full"), []string{own + `:5: no sentence matches "the moon is full"`}},
		{"a step that two match", with("it happens", "two things happen"), []string{own + `:5: "two things happen" matches 2 sentences: "two …", "two of …"`}},
		{"no Then", with("    Then it is so\n", ""), []string{own + `:4: the scenario "One" has no Then`}},
		{"a Then by And alone", with("When it happens\n    Then it", "When it happens\n    And it"), []string{own + `:4: the scenario "One" has no Then`}},
		{"no steps", with("    When it happens\n    Then it is so\n", ""), []string{own + `:4: the scenario "One" has no Then`}},
		{"no name of a scenario", with("Scenario: One", "Scenario:"), []string{own + `:4: the scenario has no name`}},
		{"no name of a feature", with("Feature: Own", "Feature:"), []string{own + `:2: the feature has no name`}},
		{"the same name twice", feature + "  @DIKM-A-01\n  Scenario: ONE!\n    Then it is so\n", []string{own + ":8: the scenario's id own/one is also that of " + own + ":4"}},
		{"no scenario", "Feature: Own\n", []string{own + `:1: the feature "Own" has no scenario`, "features/requirements/own.yaml:2: no scenario covers DIKM-A-01"}},
		{"a rule without a scenario", feature + "  Rule: Nothing\n", []string{own + `:7: the rule "Nothing" has no scenario`}},

		{"a misspelt step", described("    Givn it is there"), []string{own + `:5: "Givn it is there" is part of a description, not a step. Did you mean "Given"?`}},
		{"a swapped step", described("    Hwen it is there"), []string{own + `:5: "Hwen it is there" … Did you mean "When"?`}},
		{"another step in lower case", described("    then it is there"), []string{own + `:5: "then it is there" … Did you mean "Then"?`}},
		{"a step in lower case", described("    given it is there"), []string{own + `:5: "given it is there" … Did you mean "Given"?`}},
		{"a step with a colon", described("    Given: it is there"), []string{own + `:5: "Given: it is there" … Did you mean "Given"?`}},
		{"a step without a keyword", described("    it is there"), []string{own + `:5: "it is there" … Begin it with Given`}},
		{"a step with another word", described("    Suppose it is there"), []string{own + `:5: "Suppose it is there" … Begin it with Given`}},
		{"a misspelt step below a paragraph", described("    About this.\n\n    Whn something"), []string{own + `:7: "Whn something" … Did you mean "When"?`}},
		{"a table in a description", described("    | a |"), []string{own + `:5: a table is part of a description`}},
		{"a misspelt title", with("  @DIKM-A-01\n  Scenario: One", "  Scenaro: One"),
			[]string{own + `:2: the feature "Own" has no scenario`, own + `:3: "Scenaro: One" is part of a description. Did you mean "Scenario:"?`,
				own + `:4: "When it happens" … Is the line "Scenario:" missing?`, own + `:5: "Then it is so" … Is the line`, "features/requirements/own.yaml:2: no scenario covers"}},
		{"a title with a space", described("    Examples : some"), []string{own + `:5: "Examples : some" is part of a description. Did you mean "Examples:"?`}},
		{"a title in lower case", described("    background: it"), []string{own + `:5: "background: it" … Did you mean "Background:"?`}},
		{"a misspelt step of a background", with("  @DIKM-A-01\n", "  Background:\n    Gvien it is there\n  @DIKM-A-01\n"), []string{own + `:4: "Gvien it is there" … Did you mean "Given"?`}},
		{"honest sentences", described("    The call is made\n    and the key is there, when it is.\n    They give it. Any key will do.\n    Note: a hint.\n    Gave a key, even so.\n\n    But: no.\n    An example: none"),
			[]string{own + `:11: "But: no." is part of a description`}},
		{"honest sentences of a feature", with("Feature: Own\n", "Feature: Own\n  When the key is gone, nothing works.\n  What a day. Rules apply; one role: yours.\n"), nil},

		{"an outline", outline("<a> b", "    When it does <a>\n", "    Examples:\n      | a |\n      | x |\n      | y |\n"), nil},
		{"a column for a text", outline("b", "    When it does\n      \"\"\"\n      <a> <b>\n      \"\"\"\n", "    Examples:\n      | a |\n      | x |\n"), nil},
		{"no rows", outline("<a> b", "", "    Examples:\n      | a |\n"), []string{own + `:5: the examples of "<a> b" have no rows`,
			own + `:2: the feature "Own" has no scenario`, "features/requirements/own.yaml:2: no scenario covers DIKM-A-01"}},
		{"no table", outline("b", "", "    Examples:\n"), []string{own + `:5: the examples of "b" have no rows`,
			own + `:2: the feature "Own" has no scenario`, "features/requirements/own.yaml:2: no scenario covers DIKM-A-01"}},
		{"no examples", outline("b", "", ""), []string{own + `:3: the outline "b" has no examples`}},
		{"a parameter without examples", outline("b", "    When it does <a>\n", ""), []string{own + `:4: <a> stands for nothing`}},
		{"a column for nothing", outline("<a> b", "", "    Examples:\n      | a | colour |\n      | x | blue   |\n"), []string{own + `:6: nothing in the scenario "<a> b" uses the column "colour"`}},
		{"a parameter without a column", outline("<a> b", "    When it does <aa>\n", "    Examples:\n      | a |\n      | x |\n"), []string{own + `:4: <aa> has no column in the examples at line 6. Did you mean "a"?`}},
		{"a parameter of a table without a column", outline("<a> b", "    When it does\n      | <b> |\n", "    Examples:\n      | a |\n      | x |\n"), []string{own + `:5: <b> has no column`}},
		{"a row without an end", outline("b", "    When it does\n      | a | b\n", "    Examples:\n"), []string{own + `:5: the row of the table does not end with |`, own + `:7: the examples`,
			own + `:2: the feature "Own" has no scenario`, "features/requirements/own.yaml:2: no scenario covers DIKM-A-01"}},
		{"a column twice", outline("<a> b", "", "    Examples:\n      | a | a |\n      | x | y |\n"), []string{own + `:6: the column "a" stands twice`}},
		{"the same row twice", outline("<a> b", "", "    Examples:\n      | a |\n      | x |\n      | X |\n"), []string{own + `:8: the scenario's id own/b/x is also that of ` + own + ":7"}},
		{"a parameter of a background", with("  @DIKM-A-01\n", "  Background:\n    Given it is <a>\n  @DIKM-A-01\n"), []string{own + `:4: <a> stands in a background`}},
		{"tags of examples", "@DIKM-A-01\nFeature: Own\n  Scenario Outline: <a> b\n    Then it is <a>\n    @core\n    Examples:\n      | a |\n      | x |\n    @core @hmac\n    Examples:\n      | a |\n      | y |\n",
			[]string{own + `:10: the scenario "<a> b" has several profiles`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			unordered(t, texts(loaded(t, wholeContract("own.feature", test.text)).Lint(sentences)), test.want)
		})
	}
}

// unordered is says, whatever the order.
func unordered(t *testing.T, got, want []string) {
	t.Helper()
	var rest []string
	for _, g := range got {
		matched := false
		for i, w := range want {
			if inOrder(g, strings.Split(w, " … ")) {
				want, matched = slices.Delete(slices.Clone(want), i, i+1), true
				break
			}
		}
		if !matched {
			rest = append(rest, g)
		}
	}
	says(t, rest, want)
}

func TestLintOfRequirements(t *testing.T) {
	const file = "features/requirements/own.yaml"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"untestable and covered", requirements + "    untestable: Nobody sees it.\n", []string{file + ":2: DIKM-A-01 is marked untestable, and own/one covers it"}},
		{"planned and covered", requirements + "    planned: rotation\n", []string{file + ":2: DIKM-A-01 is marked planned, and own/one covers it"}},
		{"untestable", requirements + strings.Replace(requirements[len("requirements:\n"):], "A-01", "A-02", 1) + "    untestable: Nobody sees it.\n", nil},
		{"uncovered", requirements + strings.Replace(requirements[len("requirements:\n"):], "A-01", "A-02", 1), []string{file + ":7: no scenario covers DIKM-A-02"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			says(t, texts(loaded(t, wholeContract("requirements/own.yaml", test.text)).Lint(sentences)), test.want)
		})
	}
}

func TestTwoFeaturesOfOneName(t *testing.T) {
	c := loaded(t, wholeContract("second.feature", strings.Replace(feature, "One", "Two", 1)))
	says(t, texts(c.Lint(sentences)), []string{`features/second.feature:2: the feature "Own" has the name of the one at features/own.feature:2`})
}

// A contract that somebody put together has steps and ids all the same.
func TestLintOfAContractWithoutFiles(t *testing.T) {
	c := &Contract{
		Requirements: []Requirement{{ID: "DIKM-A-01"}},
		Scenarios: []Scenario{
			{ID: "a/b", File: "a", Line: 1, Steps: []Step{{Text: "nothing", Line: 2}}},
			{ID: "a/b", File: "a", Line: 3, Steps: []Step{{Text: "it is so", Line: 4}}},
		},
	}
	says(t, texts(c.Lint(sentences)), []string{`a:2: no sentence matches "nothing"`, "a:3: the scenario's id a/b is also that of a:1"})
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"given", "given", 0}, {"givn", "given", 1}, {"gvien", "given", 1}, {"then", "when", 1}, {"btu", "but", 1}, {"thn", "given", 4}, {"", "but", 3}, {"abc", "", 3}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
