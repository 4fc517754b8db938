package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const source = `package kms

const both = 1 << 3

type list[T any] struct{}

func (l *list[T]) page(n int) bool {
	if n <= 0 || n <= 9 {
		return n-1 < 5
	}
	return n-1 < 5
}

func free(n int) bool { return n<=0 }
`

func TestMutantsOf(t *testing.T) {
	found := []mutation{
		{Type: "INVERT_BITWISE", Status: "NOT COVERED", Line: 3, Column: 16},
		{Type: "CONDITIONALS_NEGATION", Status: runnable, Line: 14, Column: 33},
		{Type: "CONDITIONALS_BOUNDARY", Status: runnable, Line: 8, Column: 17},
		{Type: "CONDITIONALS_BOUNDARY", Status: runnable, Line: 8, Column: 7},
		{Type: "INVERT_LOGICAL", Status: runnable, Line: 8, Column: 12},
		{Type: "ARITHMETIC_BASE", Status: "NOT COVERED", Line: 9, Column: 11},
		{Type: "INVERT_NEGATIVES", Status: "NOT COVERED", Line: 9, Column: 11},
		{Type: "ARITHMETIC_BASE", Status: runnable, Line: 11, Column: 10},
	}
	all, err := mutantsOf("kms/page.go", []byte(source), found)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all {
		covered := "covered"
		if !m.Covered {
			covered = "not covered"
		}
		text := strings.Split(string(m.apply([]byte(source))), "\n")[m.Line-1]
		got = append(got, strings.Join([]string{m.place(), m.Function, m.Change, string('0' + rune(m.Nth)), covered, strings.TrimSpace(text)}, " | "))
	}
	want := []string{
		// Outside of functions no profile counts, and every process executes it.
		"kms/page.go:3:16 |  | << to >> | 1 | covered | const both = 1 >> 3",
		"kms/page.go:8:7 | list.page | <= to < | 1 | covered | if n < 0 || n <= 9 {",
		"kms/page.go:8:12 | list.page | || to && | 1 | covered | if ((n <= 0) && (n <= 9)) {",
		"kms/page.go:8:17 | list.page | <= to < | 2 | covered | if n <= 0 || n < 9 {",
		// Two types of mutation make the same of a minus.
		"kms/page.go:9:11 | list.page | - to + | 1 | not covered | return n+1 < 5",
		// The same text in another line of the function.
		"kms/page.go:11:10 | list.page | - to + | 2 | covered | return n+1 < 5",
		"kms/page.go:14:33 | free | <= to > | 1 | covered | func free(n int) bool { return n>0 }",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mutants (-want +got):\n%s", diff)
	}
}

// A change of a token is one of the operator, whose operands stay what they are.
func TestApplyKeepsOperands(t *testing.T) {
	const before = "package kms\n\nconst a = 1 + 2 | 3 & 4 &\n\t5\n"
	for column, want := range map[int]string{
		17: "const a = ((1 + 2) & (3 & 4 &\n\t5))",
		21: "const a = 1 + 2 | ((3) | (4)) &\n\t5",
		25: "const a = 1 + 2 | ((3 & 4) |\n\t(5))",
	} {
		all, err := mutantsOf("kms/page.go", []byte(before), []mutation{{Type: "INVERT_BITWISE", Line: 3, Column: column}})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(all[0].apply([]byte(before))); got != "package kms\n\n"+want+"\n" {
			t.Errorf("the change in column %d makes %q, want %q", column, got, want)
		}
	}
}

func TestMutantsOfRefusesWhatIsNotThere(t *testing.T) {
	for name, test := range map[string]struct {
		found mutation
		says  string
	}{
		"no such line":     {mutation{Type: "INVERT_LOGICAL", Line: 99, Column: 1}, "is its text the one that gremlins read?"},
		"no such column":   {mutation{Type: "INVERT_LOGICAL", Line: 8, Column: 99}, "is its text the one that gremlins read?"},
		"line zero":        {mutation{Type: "INVERT_LOGICAL", Line: 0, Column: 1}, "is its text the one that gremlins read?"},
		"another token":    {mutation{Type: "INVERT_LOGICAL", Line: 8, Column: 7}, "compare the table in mutant.go"},
		"an unknown type":  {mutation{Type: "INVERT_EVERYTHING", Line: 8, Column: 7}, "compare the table in mutant.go"},
		"a negative place": {mutation{Type: "INVERT_LOGICAL", Line: -1, Column: -1}, "is its text the one that gremlins read?"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := mutantsOf("kms/page.go", []byte(source), []mutation{test.found}); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("mutantsOf: %v, which does not say %q", err, test.says)
			}
		})
	}
}

// Whatever gremlins names, a mutant is refused or changes one token and nothing else.
func FuzzMutantsOf(f *testing.F) {
	for kind := range mutations {
		f.Add(kind, 8, 7)
		f.Add(kind, 14, 33)
	}
	f.Fuzz(func(t *testing.T, kind string, line, column int) {
		all, err := mutantsOf("kms/page.go", []byte(source), []mutation{{Type: kind, Line: line, Column: column}})
		if err != nil {
			return
		}
		for _, m := range all {
			changed := string(m.apply([]byte(source)))
			if m.operands[3] > 0 && m.from.Precedence() != m.to.Precedence() {
				m.operands = [4]int{} // without the parentheses, it can be changed back
				changed = string(m.apply([]byte(source)))
			}
			back := mutant{offset: m.offset, from: m.to, to: m.from}
			if m.from != m.to && changed == source || string(back.apply([]byte(changed))) != source {
				t.Errorf("%s %s made %q", m.place(), m.Change, changed)
			}
		}
	})
}

func TestParseGremlins(t *testing.T) {
	got, err := parseGremlins([]byte(`{"go_module":"m","files":[{"file_name":"a.go","mutations":[
		{"type":"INVERT_LOGICAL","status":"RUNNABLE","line":33,"column":9},{"type":"ARITHMETIC_BASE","status":"NOT COVERED","line":40,"column":5}]}],
		"mutants_total":0,"elapsed_time":0.1,"mutator_statistics":{"invert_logical":1}}`))
	want := map[string][]mutation{"a.go": {{"INVERT_LOGICAL", "RUNNABLE", 33, 9}, {"ARITHMETIC_BASE", "NOT COVERED", 40, 5}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	for text, says := range map[string]string{
		``:               "it is not the JSON that gremlins writes",
		`{"files":[]}`:   "it names no mutant",
		`{"files":[{}]}`: "a file without a name or without mutations",
		`{"files":[{"file_name":"a.go","mutations":[{"type":"NEW","line":3}]}]}`: `a.go:3: a mutation of type "NEW" is unknown`,
	} {
		if _, err := parseGremlins([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("parse %s: %v, which does not say %q", text, err, says)
		}
	}
}
