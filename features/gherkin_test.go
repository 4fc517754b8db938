package features

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"
)

func TestFeaturesThatCannotBeLoaded(t *testing.T) {
	const own = "features/own.feature"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", []string{own + ":1: the file has no feature"}},
		{"comments", "# nothing\n", []string{own + ":1: the file has no feature"}},
		{"prose", "This is about keys.\n", []string{own + `:1: "This is about keys." cannot stand here`}},
		{"a misspelt step after a step", strings.Replace(feature, "Then", "Thne", 1), []string{own + `:6: "Thne it is so" cannot stand here. Did you mean "Then"?`}},
		{"a misspelt title after a step", feature + "  Scenaro: Two\n", []string{own + `:7: "Scenaro: Two" cannot stand here. Did you mean "Scenario"?`}},
		{"tags of nothing", feature + "  @core\n", []string{own + ":8: the file ends too early"}},
		{"a text without an end", feature + "      \"\"\"\n      text\n", []string{own + ":9: the file ends too early"}},
		{"a tag with a space", strings.Replace(feature, "@core", "@core and more", 1), []string{own + ":1: A tag may not contain whitespace"}},
		{"rows of different lengths", feature + "      | a | b |\n      | c |\n", []string{own + ":8: inconsistent cell count"}},
		{"no such language", "# language: xx\nFeature: Own\n", []string{own + ":1: Language not supported: xx"}},
		{"a long line", feature + "# " + strings.Repeat("x", 70_000) + "\n", []string{own + ":7: the line is too long"}},
		{"Latin-1", strings.Replace(feature, "One", "caf\xe9", 1), []string{own + ":4: the line is not UTF-8"}},
		{"a control character", strings.Replace(feature, "One", "O\x00ne", 1), []string{own + ":4: the line has a control character"}},
		{"a line break in a step", "Feature: Own\n  Scenario Outline: One\n    Then it <a>\n    Examples:\n      | a     |\n      | b\\nc |\n",
			[]string{own + ":3: a cell puts a line break into the step"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(nil, folder(wholeContract("own.feature", test.text)))
			if err == nil {
				t.Fatal("it was loaded")
			}
			says(t, texts(loadFindings(err)), test.want)
		})
	}
}

const everything = `@core @DIKM-A-01
Feature: Everything
  A feature with all there is.

  Background:
    Given it has a background
    And it goes on

  @clock
  Scenario: Outside of a rule
    And it starts with an And
    When it happens
    But it does
      | a\|b | c\\d | e\nf |
      |      | <x>  | g    |
    Then it is so
    * it is more

  @DIKM-A-01 @by-analogy
  Rule: One

    Background:
      Given it has one of the rule

    @OQ-01
    Scenario Outline: Row <kind> of <bytes> bytes
      When it gets <kind>
        """json
          {"bytes": "<bytes>"}

        \"\"\"
        """
      Then it has <bytes>

      @hmac
      Examples:
        | kind     | bytes |
        | HMAC_224 | 28    |
      @probe @core
      Examples: More
        | bytes | kind        |
        | 0     | the "empty" |
`

func TestScenariosOfAFile(t *testing.T) {
	d, found := parseDocument("own.feature", []byte(everything))
	if len(found) > 0 {
		t.Fatal(texts(found))
	}
	if len(d.scenarios) != 3 {
		t.Fatalf("%d scenarios", len(d.scenarios))
	}
	for i := range d.scenarios {
		d.scenarios[i].resolve(func(string) bool { return false })
	}
	plain, row, last := d.scenarios[0], d.scenarios[1], d.scenarios[2]

	if plain.ID != "everything/outside-of-a-rule" || plain.Feature != "Everything" || plain.Rule != "" || plain.Name != "Outside of a rule" || plain.Line != 10 || plain.File != "own.feature" {
		t.Errorf("got %+v", plain)
	}
	if row.ID != "everything/row-of-bytes/hmac-224-28" || row.Rule != "One" || row.Name != "Row HMAC_224 of 28 bytes" || row.Line != 38 {
		t.Errorf("got %+v", row)
	}
	if last.ID != "everything/row-of-bytes/0-the-empty" || last.Name != `Row the "empty" of 0 bytes` || last.Line != 42 {
		t.Errorf("got %+v", last)
	}
	if want := []string{"@core", "@DIKM-A-01", "@by-analogy", "@OQ-01", "@probe"}; !slices.Equal(last.Tags, want) {
		t.Errorf("tags %q, want %q", last.Tags, want)
	}
	if !slices.Equal(last.Requirements, []string{"DIKM-A-01"}) || last.Profile != Core {
		t.Errorf("requirements %q, profile %q", last.Requirements, last.Profile)
	}
	want := []Step{
		{"Given", Given, "it has a background", 6}, {"And", Given, "it goes on", 7}, {"And", Given, "it starts with an And", 11},
		{"When", When, "it happens", 12}, {"But", When, "it does", 13}, {"Then", Then, "it is so", 16}, {"*", Then, "it is more", 17},
	}
	if !slices.Equal(plain.Steps, want) {
		t.Errorf("steps %+v", plain.Steps)
	}
	for _, part := range []string{`| a\|b | c\\d | e\nf |`, "|  | <x> | g |"} {
		if !strings.Contains(string(plain.Document), part) {
			t.Errorf("the document lacks %s:\n%s", part, plain.Document)
		}
	}
	for _, s := range d.scenarios {
		roundTrip(t, &s, []byte(everything))
	}
}

// roundTrip fails the test unless a scenario's document has the steps of the scenario and nothing else, with their tables
// and texts.
func roundTrip(t *testing.T, s *Scenario, source []byte) {
	t.Helper()
	original := pickles(t, source)[s.Line]
	alone := pickles(t, s.Document)
	if len(alone) != 1 || original == nil {
		t.Errorf("%s: the document has %d scenarios", s.ID, len(alone))
		return
	}
	for _, copied := range alone {
		if len(copied.Steps) != len(s.Steps) {
			t.Errorf("%s: %d steps, want %d:\n%s", s.ID, len(copied.Steps), len(s.Steps), s.Document)
			return
		}
		for i, step := range copied.Steps {
			kind := map[messages.PickleStepType]StepKind{messages.PickleStepType_CONTEXT: Given, messages.PickleStepType_ACTION: When, messages.PickleStepType_OUTCOME: Then}[step.Type]
			if step.Text != s.Steps[i].Text || kind != s.Steps[i].Kind {
				t.Errorf("%s: step %d is %s %q, want %s %q", s.ID, i+1, kind, step.Text, s.Steps[i].Kind, s.Steps[i].Text)
			}
			if got, want := argument(step), argument(original.Steps[i]); got != want {
				t.Errorf("%s: below %q stands\n%s\nwant\n%s", s.ID, step.Text, got, want)
			}
		}
	}
}

// pickles are those of a document, by the line of the scenario or of the row.
func pickles(t *testing.T, text []byte) map[int]*messages.Pickle {
	t.Helper()
	ids := (&messages.Incrementing{}).NewId
	parsed, err := gherkin.ParseGherkinDocument(bytes.NewReader(text), ids)
	if err != nil {
		t.Errorf("%v:\n%s", err, text)
		return nil
	}
	d := document{feature: parsed.Feature}
	of, all := d.nodes(), map[int]*messages.Pickle{}
	for _, p := range gherkin.Pickles(*parsed, "", ids) {
		line := of.scenarios[p.AstNodeIds[0]].Location.Line
		if len(p.AstNodeIds) > 1 {
			line = of.rows[p.AstNodeIds[1]].Location.Line
		}
		all[int(line)] = p
	}
	return all
}

func argument(step *messages.PickleStep) string {
	if step.Argument == nil {
		return ""
	}
	if d := step.Argument.DocString; d != nil {
		return "text " + d.MediaType + "\n" + d.Content
	}
	var rows strings.Builder
	for _, row := range step.Argument.DataTable.Rows {
		for _, cell := range row.Cells {
			rows.WriteString("[" + cell.Value + "]")
		}
		rows.WriteByte('\n')
	}
	return rows.String()
}

func TestOtherLanguagesAndLineEndings(t *testing.T) {
	french := "\ufeff# language: fr\r\n@core\r\nFonctionnalité: Une clé\r\n  Scénario: Elle s'efface\r\n    Soit it is there\r\n    Quand it goes\r\n    Alors it is gone\r\n    Et it stays\r\n"
	d, found := parseDocument("own.feature", []byte(french))
	if len(found) > 0 || len(d.scenarios) != 1 {
		t.Fatalf("%d scenarios, %q", len(d.scenarios), texts(found))
	}
	s := &d.scenarios[0]
	want := []Step{{"Soit", Given, "it is there", 5}, {"Quand", When, "it goes", 6}, {"Alors", Then, "it is gone", 7}, {"Et", Then, "it stays", 8}}
	if !slices.Equal(s.Steps, want) || s.ID != "une-cl/elle-sefface" {
		t.Errorf("got %s %+v", s.ID, s.Steps)
	}
	roundTrip(t, s, bytes.TrimPrefix([]byte(french), []byte("\ufeff")))
}

func TestSlugs(t *testing.T) {
	for name, want := range map[string]string{
		"Key states": "key-states", "The key's ARN, once more!": "the-keys-arn-once-more", "RSA_2048 / SHA-256": "rsa-2048-sha-256",
		"  spaces  ": "spaces", "’": checksum("’"),
	} {
		if got := slug(name); got != want {
			t.Errorf("slug(%q) = %q, want %q", name, got, want)
		}
	}
	if slug("鍵") == slug("鍵の状態") || slug("鍵") == "" {
		t.Error("names of other scripts are not told apart")
	}
	for name, want := range map[string]string{
		"<operation> before the first import": "before-the-first-import", "A <kind> key of <n> bytes": "a-key-of-bytes", "<identifier>": "identifier", "a < b": "a-b",
	} {
		if got := outlineSlug(name); got != want {
			t.Errorf("outlineSlug(%q) = %q, want %q", name, got, want)
		}
	}
	long := strings.Repeat("word ", 30)
	a, b := rowSlug([]string{long, "a"}), rowSlug([]string{long, "b"})
	if a == b || len(a) > longestRow || !strings.HasPrefix(a, "word-word-") {
		t.Errorf("long rows: %q and %q", a, b)
	}
	if got := rowSlug([]string{"Encrypt", "", "RSA_4096"}); got != "encrypt-rsa-4096" {
		t.Errorf("rowSlug = %q", got)
	}
	if rowSlug([]string{""}) == "" {
		t.Error("an empty row has no slug")
	}
}

func FuzzFeature(f *testing.F) {
	f.Add(feature)
	f.Add(everything)
	f.Add("# language: fr\nFonctionnalité: x\n  Scénario: y\n    Alors z\n")
	f.Add("Feature: a\n  Scenario Outline: <a>\n    Then <a>\n      ```x\n \"\"\"\n```\n    Examples:\n|a|\n|\\|\\\\n|\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, found := parseDocument("own.feature", []byte(text))
		named(t, found)
		if len(found) > 0 {
			return
		}
		for i := range d.scenarios {
			s := &d.scenarios[i]
			again, found := parseDocument("own.feature", s.Document)
			if len(found) > 0 || len(again.scenarios) != 1 || len(again.scenarios[0].Steps) != len(s.Steps) {
				t.Errorf("the document of %s has faults %q:\n%s", s.ID, texts(found), s.Document)
			}
			if strings.Trim(s.ID, "abcdefghijklmnopqrstuvwxyz0123456789-/") != "" {
				t.Errorf("the id %q", s.ID)
			}
		}
		c := &Contract{documents: []*document{d}, Scenarios: d.scenarios}
		named(t, c.Lint(sentences))
	})
}
