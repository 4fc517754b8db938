package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const oneEntry = `survivors:
  - file: kms/page.go
    function: page
    line: 'if n <= 0 {'
    change: <= to <
    kind: equivalent
    why: Nobody can tell.
`

func TestParseSurvivors(t *testing.T) {
	got, err := parseSurvivors([]byte(oneEntry + `
  - {file: a.go, line: x, change: + to -, nth: 2, kind: unreachable, why: The server refuses it.}

# the end
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []explained{
		{File: "kms/page.go", Function: "page", Line: "if n <= 0 {", Change: "<= to <", Kind: "equivalent", Why: "Nobody can tell.", first: 2, last: 7},
		{File: "a.go", Line: "x", Change: "+ to -", Nth: 2, Kind: "unreachable", Why: "The server refuses it.", first: 9, last: 9},
	}
	want[1].last = 11 // the comment below it goes with it
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(explained{})); diff != "" {
		t.Errorf("survivors (-want +got):\n%s", diff)
	}
}

func TestParseSurvivorsSaysWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct{ text, says string }{
		"nothing":        {"", "write survivors: [] where none is explained"},
		"no list":        {"survivors:\n", "it has no list"},
		"no YAML":        {"survivors: [\n", "read runner/mutate/survivors.yaml: yaml"},
		"another member": {strings.Replace(oneEntry, "why:", "because:", 1), "survivors.yaml:2: yaml"},
		"a top member":   {"survivors: []\nmore: 1\n", "field more not found"},
		"no place":       {strings.Replace(oneEntry, "    line: 'if n <= 0 {'\n", "", 1), "survivors.yaml:2: an entry needs file, line and change"},
		"no reason":      {strings.Replace(oneEntry, "Nobody can tell.", `" "`, 1), "survivors.yaml:2: the entry has no reason"},
		"no such kind":   {strings.Replace(oneEntry, "equivalent", "boring", 1), `survivors.yaml:2: kind "boring" is unknown`},
		"twice":          {oneEntry + strings.TrimPrefix(oneEntry, "survivors:\n"), "survivors.yaml:8: the same mutant is in line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseSurvivors([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("parseSurvivors: %v, which does not say %q", err, test.says)
			}
		})
	}
}

func FuzzParseSurvivors(f *testing.F) {
	f.Add([]byte(oneEntry))
	f.Add([]byte("survivors: [{}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := parseSurvivors(text)
		for _, e := range all {
			if err == nil && (e.first < 1 || e.last < e.first) {
				t.Errorf("an entry from line %d to %d", e.first, e.last)
			}
		}
	})
}

// The committed list names lines that are there. Whether their mutants survive is for make mutate to say.
func TestTheListNamesLinesThatAreThere(t *testing.T) {
	all, err := parseSurvivors(survivors)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		text, err := os.ReadFile(filepath.Join("..", "..", e.File))
		if err != nil {
			t.Errorf("%s: %v", e.place(), err)
			continue
		}
		from, _, _ := strings.Cut(e.Change, " to ")
		if !strings.Contains(e.Line, from) {
			t.Errorf("%s: there is no %s in %q", e.place(), from, e.Line)
		}
		found := false
		for line := range strings.Lines(string(text)) {
			found = found || strings.TrimSpace(line) == e.Line
		}
		if !found {
			t.Errorf("%s: %s has no line %q; correct the entry or remove lines %d to %d", e.place(), e.File, e.Line, e.first, e.last)
		}
	}
}

// What is printed for a survivor can be pasted: with a kind and a reason it is the entry that explains it.
func TestAnEntryCanBePasted(t *testing.T) {
	m := mutant{File: "kms/page.go", Function: "page", Text: `if a: "b" <= c {`, Change: "<= to <", Nth: 2}
	text, err := entry(&m)
	if err != nil {
		t.Fatal(err)
	}
	text = strings.NewReplacer(`kind: ""`, "kind: outside", `why: ""`, "why: So it is.").Replace(text)
	all, err := parseSurvivors([]byte("survivors:\n" + text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(all) != 1 || all[0].key() != m.key() {
		t.Errorf("%s\nexplains %+v", text, all)
	}
}

func trialsForJudging() []trial {
	of := func(file, function string, v verdict) trial {
		return trial{mutant: mutant{File: file, Function: function, Text: "if n <= 0 {", Change: "<= to <", Nth: 1, Line: 5, Column: 7}, Verdict: v}
	}
	trials := []trial{of("kms/page.go", "page", survived), of("kms/page.go", "other", survived), of("kms/page.go", "late", timedOut), of("kms/page.go", "odd", notViable), of("policy/a.go", "free", notCovered)}
	for range 20 {
		trials = append(trials, of("policy/a.go", "some", killed))
	}
	trials[len(trials)-1].Scenario, trials[len(trials)-1].Function = "key-states/one", "noticed"
	return trials
}

func TestJudge(t *testing.T) {
	list, err := parseSurvivors([]byte(oneEntry + `
  - {file: policy/a.go, function: noticed, line: 'if n <= 0 {', change: <= to <, kind: equivalent, why: It was once.}
  - {file: policy/a.go, function: gone, line: 'if n <= 0 {', change: <= to <, kind: equivalent, why: It was once.}
`))
	if err != nil {
		t.Fatal(err)
	}
	j := judge(trialsForJudging(), list, false)
	want := map[string]figures{
		"":       {survived: 2, timedOut: 1, notViable: 1, notCovered: 1, killed: 20},
		"kms":    {survived: 2, timedOut: 1, notViable: 1},
		"policy": {notCovered: 1, killed: 20},
	}
	if diff := cmp.Diff(want, j.figures, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	var text strings.Builder
	if err := j.write(&text); err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{
		"both 25 20 1 2 1 1 0 91.3 %",
		"1 survivor explained in runner/mutate/survivors.yaml, 1 not.",
		"kms/page.go:5:7: nothing notices <= to < in\n    if n <= 0 {\n",
		"function: other",
		"survivors.yaml:9: policy/a.go:5:7 <= to < is killed by key-states/one now; remove lines 9 to 9",
		`survivors.yaml:10: no mutant is "<= to <" in "if n <= 0 {"; remove lines 10 to 10`,
	} {
		if !strings.Contains(text.String(), says) && !strings.Contains(strings.Join(strings.Fields(text.String()), " "), says) {
			t.Errorf("there is no %q in\n%s", says, &text)
		}
	}
	if !j.failed() {
		t.Error("there are unexplained survivors and stale entries, and it did not fail")
	}
}

func TestJudgeFails(t *testing.T) {
	explanation, err := parseSurvivors([]byte(oneEntry))
	if err != nil {
		t.Fatal(err)
	}
	one := func(v verdict) trial {
		return trial{mutant: mutant{File: "kms/page.go", Function: "page", Text: "if n <= 0 {", Change: "<= to <", Nth: 1}, Verdict: v}
	}
	many := func(n int, first verdict) []trial {
		all := []trial{one(first)}
		for range n {
			all = append(all, trial{mutant: mutant{File: "kms/page.go", Function: "rest"}, Verdict: killed})
		}
		return all
	}
	for name, test := range map[string]struct {
		trials []trial
		list   []explained
		part   bool
		fails  bool
	}{
		"explained":                        {many(10, survived), explanation, false, false},
		"not explained":                    {many(10, survived), nil, false, true},
		"the explained one is killed":      {many(10, killed), explanation, false, true},
		"the explained one is not covered": {many(10, notCovered), explanation, false, true},
		"the explained one is gone":        {many(10, killed)[1:], explanation, false, true},
		"the explained one is elsewhere":   {many(10, killed)[1:], explanation, true, false},
		"90 percent are too few":           {many(9, survived), explanation, false, true},
		"of a part, no share is asked":     {many(9, survived), explanation, true, false},
		"one was not tried":                {append(many(1, survived), one(notTried)), explanation, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			if j := judge(test.trials, test.list, test.part); j.failed() != test.fails {
				t.Errorf("failed is %v: %d unexplained, stale %q, %.1f %%", j.failed(), len(j.unexplained), j.stale, j.figures[""].killed())
			}
		})
	}
}
