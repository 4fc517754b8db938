package report

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kmsconform/kmsconform/features"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

func shown(p Printer, s *Scenario) string {
	var text strings.Builder
	p.Scenario(&text, s)
	return text.String()
}

func TestScenariosOnTheScreen(t *testing.T) {
	p := Printer{Contract: contract()}
	var all strings.Builder
	r := sample()
	for i := range r.Scenarios {
		p.Scenario(&all, &r.Scenarios[i])
		all.WriteByte('\n')
	}
	golden(t, "scenarios", all.String())
}

func TestSummaryOnTheScreen(t *testing.T) {
	var all strings.Builder
	Printer{Contract: contract()}.Summary(&all, sample())
	golden(t, "summary", all.String())
	for line := range strings.Lines(all.String()) {
		if n := utf8.RuneCountInString(line); n > width+1 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestColourOnlyWhereItIsAskedFor(t *testing.T) {
	ansi := regexp.MustCompile(`\x1b\[\d+m`)
	r := sample()
	var plain, coloured strings.Builder
	for i := range r.Scenarios {
		Printer{Contract: contract()}.Scenario(&plain, &r.Scenarios[i])
		Printer{Contract: contract(), Colour: true}.Scenario(&coloured, &r.Scenarios[i])
	}
	Printer{Contract: contract()}.Summary(&plain, r)
	Printer{Contract: contract(), Colour: true}.Summary(&coloured, r)
	if ansi.MatchString(plain.String()) || !ansi.MatchString(coloured.String()) {
		t.Error("colours are where they should not be, or are not where they should be")
	}
	if got := ansi.ReplaceAllString(coloured.String(), ""); got != plain.String() {
		t.Errorf("without its colours it is\n%s\nand not\n%s", got, plain.String())
	}
}

// What a target answers must not move the cursor of whoever looks at it.
func TestTheScreenIsSafe(t *testing.T) {
	s := scenario("a/b", "x", Failed, "DIKM-STATE-07").
		diverging(NewDivergence("DIKM-STATE-07", "success", "\x1b[2J\x07line one\nline two\u202e\x9b"), "",
			exchange("Encrypt\x1b]0;", "\x1b[31m{}", 400, ""))
	text := shown(Printer{Contract: contract()}, &s)
	if strings.ContainsAny(text, "\x1b\x07\u202e\u009b") || !strings.Contains(text, "actual    [2Jline one line two") {
		t.Errorf("got %q", text)
	}
}

// An ARN that is wrong must not be shortened to one that looks right.
func TestIdsStayWholeWhereTheyAreTheDifference(t *testing.T) {
	other := strings.Replace(keyARN1, "us-east-1", "eu-west-1", 1)
	s := scenario("a/b", "x", Failed, "DIKM-STATE-07").diverging(NewDivergence("DIKM-STATE-07", keyARN1, other), "")
	if text := shown(Printer{}, &s); !strings.Contains(text, keyARN1) || !strings.Contains(text, other) {
		t.Errorf("got %s", text)
	}
}

func TestLongValuesAreWrappedAndCut(t *testing.T) {
	s := scenario("a/b", strings.Repeat("long ", 30)+"name", Failed, "DIKM-STATE-07").
		diverging(NewDivergence("DIKM-STATE-07", "success", strings.Repeat("many words ", 200)), "")
	s.Again = ""
	text := shown(Printer{Contract: contract()}, &s)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > 12 || !strings.Contains(text, " …\n") {
		t.Errorf("%d lines:\n%s", len(lines), text)
	}
	for _, line := range lines[1:] {
		if n := utf8.RuneCountInString(line); n > width+2 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestScenariosThatLackThings(t *testing.T) {
	for _, status := range append(Statuses(), "fine") {
		s := Scenario{ID: "a", Feature: "F", Name: "N", Status: status}
		if text := shown(Printer{}, &s); !strings.Contains(text, "F › N") {
			t.Errorf("%s: %q", status, text)
		}
	}
}

func TestCauses(t *testing.T) {
	d := func(status Status, requirement, operation, actual string) *Scenario {
		s := scenario(operation+"/"+actual, "x", status, requirement).
			diverging(NewDivergence(requirement, "something", actual), "", exchange(operation, "{}", 200, "{}"))
		return &s
	}
	diverging := []*Scenario{
		d(Failed, "DIKM-EXP-01", "Encrypt", "success"),
		d(Failed, "DIKM-STATE-30", "EnableKey", "success"),
		d(Blocked, "DIKM-STATE-30", "DescribeKey", "state Enabled"),
		d(Failed, "DIKM-STATE-07", "Encrypt", "400 A: "+keyARN1+" is no good."),
		d(Failed, "DIKM-MATRIX-01", "Encrypt", strings.Replace("400 A: "+keyARN1+" is no good.", "1234", "9999", 1)),
		d(Blocked, "", "Encrypt", "400 A: "+keyARN1+" is no good."),
		d(Failed, "DIKM-EXP-01", "Decrypt", "success"),
	}
	var got []string
	for _, c := range (Printer{Contract: contract()}).causes(diverging) {
		got = append(got, c.counted()+" "+strings.Join(c.requirements, "+")+" "+c.title)
	}
	want := []string{
		"2 failed, 1 blocked DIKM-STATE-07+DIKM-MATRIX-01 Encrypt: 400 A: arn:…:key/1234… is no good",
		"1 failed, 1 blocked DIKM-STATE-30 does not hold: A key that is pending import cannot be enabled",
		"1 failed DIKM-EXP-01 Encrypt: success",
		"1 failed DIKM-EXP-01 Decrypt: success",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSummaryOfLittle(t *testing.T) {
	var text strings.Builder
	Printer{}.Summary(&text, &Report{Interrupted: true})
	if !strings.Contains(text.String(), "0 scenarios") || !strings.Contains(text.String(), "interrupted") {
		t.Errorf("got %q", text.String())
	}
	if order := profileOrder(&Report{Profiles: map[features.Profile]Profile{"zeta": {}, "alpha": {}, features.Expiration: {}, features.Core: {}}}); len(order) != 4 ||
		order[0] != features.Core || order[1] != features.Expiration || order[2] != "alpha" {
		t.Errorf("got %v", order)
	}
}
