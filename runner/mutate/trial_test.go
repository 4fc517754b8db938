package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/runner/mutate/play"
)

// small is a module in which building takes no time: its package play notices that Even is wrong, loops when Loops is, and
// ends the process when Ends is.
var small = map[string]string{
	"go.mod": "module " + module + "\n\ngo 1.26\n",
	"fixtures/reference/kms/kms.go": `package kms

func Even(n int) bool { return n%2 == 0 }
func Loops(n int) bool { return n > 0 }
func Ends(n int) bool { return n > 1 }
func Text(a string) string { return a + a }
func Unknown(n int) bool { return n >= 0 }
func Pointer(n int) *int { return &n }
`,
	"fixtures/reference/kms/kms_test.go": "package kms\n\nthis is not Go\n",
	"docs/broken.go":                     "package docs\n\nthis is not Go either\n",
	"runner/mutate/play/play.go": `package play

import ("os"; "testing"; "` + module + `/fixtures/reference/kms")

func Contract(t *testing.T) {
	if record := os.Getenv("KMSCONFORM_MUTATE_RECORD"); record != "" {
		if err := os.WriteFile(record, []byte("{\"numbers/even\": {\"status\": \"passed\"}}"), 0o600); err != nil { t.Fatal(err) }
	}
	if kms.Text("a") != "aa" || os.Getenv("KMSCONFORM_MUTATE_KNOWN") == "" && os.Getenv("KMSCONFORM_MUTATE_RECORD") == "" { t.Fatal("the test of the test") }
	for kms.Loops(0) {}
	if kms.Ends(1) { panic("so it ends") }
	if !kms.Even(2) { t.Fatalf("noticed by numbers/even: failed []: 2 is odd; first was %q", os.Getenv("KMSCONFORM_MUTATE_FIRST")) }
}
`,
}

func workshopOf(t *testing.T, module map[string]string) *workshop {
	t.Helper()
	root := t.TempDir()
	for name, text := range module {
		at := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(root, "runner/mutate/active"), os.DirFS("active")); err != nil {
		t.Fatal(err)
	}
	c, err := newWorkshop(root, t.TempDir(), []string{"fixtures/reference/kms"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTrials(t *testing.T) {
	c := workshopOf(t, small)
	const file = "fixtures/reference/kms/kms.go"
	all, err := mutantsOf(file, []byte(small[file]), []mutation{
		{Type: "CONDITIONALS_NEGATION", Line: 3, Column: 36},
		{Type: "CONDITIONALS_BOUNDARY", Line: 4, Column: 35},
		{Type: "CONDITIONALS_BOUNDARY", Line: 5, Column: 34},
		{Type: "ARITHMETIC_BASE", Line: 6, Column: 39},
		{Type: "CONDITIONALS_BOUNDARY", Line: 7, Column: 37},
		{Type: "INVERT_BITWISE", Line: 8, Column: 35},
	})
	if err != nil {
		t.Fatal(err)
	}
	trials := make([]trial, len(all))
	for i := range all {
		trials[i].mutant = all[i]
	}
	if err := c.learn(t.Context(), trials); err != nil {
		t.Fatal(err)
	}
	b, err := c.bench(0, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		verdict        verdict
		scenario, said string
		switched       bool
	}{
		{killed, "numbers/even", `2 is odd; first was "a,b"`, true},
		{timedOut, "", "", true},
		{killed, "", "--- FAIL: TestContract", true},
		{notViable, "", "operator - not defined on a", false},
		{survived, "", "", true},
		{notViable, "", "expected operand", false},
	} {
		if trials[i].Number > 0 != want.switched {
			t.Errorf("%s: %s has the number %d; is it switched? it should be %v", trials[i].place(), trials[i].Change, trials[i].Number, want.switched)
		}
		// Built by itself, a mutant comes to the same.
		for _, number := range []int{trials[i].Number, 0} {
			m := trials[i].mutant
			m.Number = number
			got, err := b.try(t.Context(), m, []string{"a", "b"})
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict != want.verdict || got.Scenario != want.scenario || !strings.Contains(got.Said, want.said) {
				t.Errorf("%s: %s is %s by %q, which said %q; want %s by %q with %q",
					got.place(), got.Change, got.Verdict, got.Scenario, got.Said, want.verdict, want.scenario, want.said)
			}
		}
	}
	// A test that fails for another reason is no killer.
	t.Setenv("KMSCONFORM_MUTATE_KNOWN", "")
	c.known = ""
	if got, err := b.try(t.Context(), all[4], nil); err == nil || !strings.Contains(err.Error(), "the contract could not be played") {
		t.Errorf("a trial in which the contract cannot be played: %v, %v", got.Verdict, err)
	}
}

// What a scenario meets is covered, whatever the profile says; what only the profile has is, too.
func TestCover(t *testing.T) {
	trials := []trial{{mutant: mutant{Number: 1}}, {mutant: mutant{Number: 2}}, {mutant: mutant{Number: 3, Covered: true}}, {}, {mutant: mutant{Number: 4}}}
	cover(trials, map[string]play.Came{"": {Reached: []int{4, 0}}, "a": {}, "b": {Reached: []int{1}}})
	for i, want := range []bool{true, false, true, false, true} {
		if trials[i].Covered != want {
			t.Errorf("the mutant %d is covered: %v", trials[i].Number, trials[i].Covered)
		}
	}
}

func TestAJournalGoesOn(t *testing.T) {
	at := filepath.Join(t.TempDir(), "trials.jsonl")
	j, err := openJournal(at, false)
	if err != nil {
		t.Fatal(err)
	}
	of := func(name, digest string, v verdict) trial {
		return trial{mutant: mutant{File: name, Text: name, Change: "+ to -", Nth: 1, Digest: digest, Line: 9}, Verdict: v}
	}
	for _, one := range []trial{
		of("killed", "1", killed), of("slow", "1", timedOut), of("broken", "1", notViable), of("alive", "1", survived), of("changed", "1", killed),
	} {
		if err := j.add(&one); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.file.WriteString(`{"file":"cut sho`); err != nil {
		t.Fatal(err)
	}
	if err := j.file.Close(); err != nil {
		t.Fatal(err)
	}
	j, err = openJournal(at, true)
	if err != nil {
		t.Fatal(err)
	}
	defer j.file.Close()
	all := []trial{
		of("killed", "1", notTried), of("slow", "1", notTried), of("broken", "1", notTried), of("alive", "1", notTried), of("changed", "2", notTried), of("new", "1", notTried),
	}
	all[0].Line = 12 // lines moved
	if taken := j.takeOver(all); taken != 3 {
		t.Errorf("%d were taken over, want 3", taken)
	}
	for i, want := range []verdict{killed, timedOut, notViable, notTried, notTried, notTried} {
		if all[i].Verdict != want {
			t.Errorf("%s is %s, want %s", all[i].File, all[i].Verdict, want)
		}
	}
	if all[0].Line != 12 {
		t.Errorf("the mutant that was taken over stands in line %d, want 12", all[0].Line)
	}
	if _, err := parseJournal([]byte("{}\nno trial\n{}\n")); err == nil || !strings.Contains(err.Error(), "line 2 is no trial") {
		t.Errorf("a journal with something else in it: %v", err)
	}
}

func TestNoticed(t *testing.T) {
	for output, want := range map[string][2]string{
		"--- FAIL: TestContract (0.1s)\n    play.go:80: noticed by key-states/one: failed []: expected success: got: none\nFAIL\n": {"key-states/one", "failed []: expected success: got: none"},
		"noticed by the limit of memory: it takes more than 3072 MiB\n":                                                            {"the limit of memory", "it takes more than 3072 MiB"},
		"panic: so it ends\n\ngoroutine 7\n":                                                                                       {"", "panic: so it ends"},
		"":                                                                                                                         {"", ""},
	} {
		if scenario, said := noticed(output); scenario != want[0] || said != want[1] {
			t.Errorf("noticed(%q) is %q, %q; want %q", output, scenario, said, want)
		}
	}
}

func TestTheLastKillersComeFirst(t *testing.T) {
	var k killers
	for _, id := range []string{"a", "b", "", "a", "c"} {
		k.add(id)
	}
	if got := strings.Join(k.list(), ""); got != "cab" {
		t.Errorf("the last killers are %q, want cab", got)
	}
	for i := range 2 * manyKillers {
		k.add(string(rune('A' + i)))
	}
	if got := k.list(); len(got) != manyKillers || got[0] != string(rune('A'+2*manyKillers-1)) {
		t.Errorf("the last killers are %q", got)
	}
}

func TestWants(t *testing.T) {
	m := &mutant{File: "fixtures/reference/kms/paging.go", Line: 21}
	for asked, want := range map[string]bool{
		"": true, "paging.go": true, "paging.go:21": true, "fixtures/reference/kms/paging.go": true, "fixtures/reference/kms/paging.go:21": true,
		"grants.go": false, "paging.go:2": false, "ging.go": false,
	} {
		o := &options{}
		if asked != "" {
			o.only = []string{"keys.go", asked}
		}
		if o.wants(m) != want {
			t.Errorf("%q wants it: %v", asked, !want)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	for name, args := range map[string][]string{
		"no such package": {"-package", "vault"}, "no worker": {"-workers", "0"}, "an argument": {"kms"}, "no such flag": {"-x"},
	} {
		if code, err := command(t.Context(), args); code != 2 || err == nil {
			t.Errorf("%s: %d, %v; want 2 with an error", name, code, err)
		}
	}
}
