package compare

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/runner/report"
)

func TestWhatChanged(t *testing.T) {
	tests := map[string]struct {
		before, after string
		want          Change // empty: the same
		gates         bool
	}{
		"holds":                    {"passed", "passed", "", false},
		"broke":                    {"passed", "400 NotFoundException", Broken, true},
		"became blocked":           {"passed", "blocked", Broken, true},
		"diverges as before":       {"400 key 1234abcd-12ab-34cd-56ef-1234567890ab", "400 key 00000000-12ab-34cd-56ef-1234567890ab", "", true},
		"diverges in another way":  {"400 NotFoundException", "400 DisabledException", Changed, true},
		"blocked and now fails":    {"blocked", "400 NotFoundException", Changed, true},
		"fixed":                    {"400 NotFoundException", "passed", Fixed, false},
		"unblocked":                {"blocked", "passed", Fixed, false},
		"failed and now skipped":   {"400 NotFoundException", "skipped", Moved, false},
		"skipped and now fails":    {"skipped", "400 NotFoundException", Moved, true},
		"passed and now in error":  {"passed", "error", Moved, false},
		"unsupported, now skipped": {"unsupported", "skipped", Moved, false},
		"skipped for another word": {"skipped", "skipped", "", false},
		"new":                      {"", "400 NotFoundException", New, true},
		"gone":                     {"passed", "", Gone, false},
		"answers the same":         {"answer success", "answer success", "", false},
		"answers something else":   {"answer success", "answer refused", Reworded, false},
		"does not answer any more": {"answer success", "skipped", Moved, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := compared(t, Options{}, run("kms", 1, outcomes{enabled: test.before}), run("kms", 2, outcomes{enabled: test.after}))
			if len(c.Differences) != 1 {
				t.Fatalf("%d differences", len(c.Differences))
			}
			d := &c.Differences[0]
			if test.want == "" {
				if len(d.List) != 0 || d.Same != 1 {
					t.Errorf("%d the same, and %+v", d.Same, d.List)
				}
				return
			}
			if len(d.List) != 1 || d.List[0].Change != test.want || d.List[0].Gates != test.gates || d.Count(test.want) != 1 || d.Same != 0 {
				t.Errorf("%d the same, and %+v; want %s", d.Same, d.List, test.want)
			}
		})
	}
}

func TestRunsOfOneTargetAreComparedInTheOrderOfTime(t *testing.T) {
	c := compared(t, Options{}, good("kms", 9), bad("kms", 3), good("other", 5), bad("kms", 6))
	if len(c.Differences) != 2 {
		t.Fatalf("%d differences", len(c.Differences))
	}
	for i, want := range [][2]string{{"kms 2026-03-01 12:03:00", "kms 2026-03-01 12:06:00"}, {"kms 2026-03-01 12:06:00", "kms 2026-03-01 12:09:00"}} {
		if d := c.Differences[i]; d.Before != want[0] || d.After != want[1] {
			t.Errorf("from %s to %s, want %v", d.Before, d.After, want)
		}
	}
	if says := c.Differences[0].Says(); says != "nothing changed in 6 scenarios" {
		t.Error(says)
	}
}

func TestDiffTakesTwoReportsAsTheyAreGiven(t *testing.T) {
	c := compared(t, Options{Diff: true}, good("new name", 9), bad("old name", 3))
	if len(c.Differences) != 1 || c.Differences[0].Before != "new name" || c.Differences[0].Count(Broken) != 2 {
		t.Errorf("differences %+v", c.Differences)
	}
	if d := compared(t, Options{}, good("a", 1), good("b", 2)).Differences; len(d) != 0 {
		t.Errorf("two targets have differences in time: %+v", d)
	}
}

func TestNotes(t *testing.T) {
	older := good("older", 1)
	older.Tool.Version = "1.0.0"
	older.Requirements = older.Requirements[1:]
	older.Requirements[0].Evidence = "inferred"
	cut := good("cut", 3)
	cut.Interrupted = true
	part := run("part", 4, outcomes{enabled: "passed"})
	c := compared(t, Options{}, older, good("newer", 2), cut, part)
	all := strings.Join(c.Notes, "\n")
	for _, want := range []string{
		"older was run by kmsconform 1.0.0 (0123456), and newer by kmsconform 1.2.3 (0123456): their contracts may differ.",
		"1 requirement is only in some of them", "The evidence of 1 requirement differs", "cut was interrupted", "part ran its profiles in part: 4 scenarios of them did not run.",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no note says %q:\n%s", want, all)
		}
	}
	if i := 0; c.Requirements[i].ID != "DIKM-STATE-07" || c.Requirements[i].Evidence != "documented" {
		t.Errorf("the evidence of the latest run is not taken: %+v", c.Requirements[i])
	}
	if notes := compared(t, Options{}, good("a", 1), bad("b", 2)).Notes; len(notes) != 0 {
		t.Errorf("notes %q", notes)
	}
}

func TestNamesOfRuns(t *testing.T) {
	c := compared(t, Options{}, good("kms", 1), good("kms", 1), good("", 2), good("kms", 3))
	var names []string
	for _, r := range c.Runs {
		names = append(names, r.Name)
	}
	want := "kms 2026-03-01 12:01:00 #1|kms 2026-03-01 12:01:00 #2|a target without a name|kms 2026-03-01 12:03:00"
	if got := strings.Join(names, "|"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWhatCannotBeCompared(t *testing.T) {
	one := Input{Path: "a.json", Report: good("a", 1)}
	two := Input{Path: "b.json", Report: good("b", 1)}
	for says, test := range map[string]struct {
		inputs []Input
		diff   bool
	}{
		"there is no report":    {nil, false},
		"one report alone":      {[]Input{one}, false},
		"a.json is given twice": {[]Input{one, two, one}, false},
		"3 reports are given":   {[]Input{one, two, {Path: "c.json", Report: good("c", 1)}}, true},
	} {
		if _, err := Of(test.inputs, Options{Diff: test.diff}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	var text bytes.Buffer
	if err := report.WriteJSON(&text, good("kms", 1)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "report.json")
	odd := filepath.Join(dir, "a=b.json")
	for name, content := range map[string]string{path: text.String(), odd: text.String(), filepath.Join(dir, "old.json"): `{"schemaVersion": "0.9", "scenarios": []}`} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for argument, want := range map[string]Input{
		path: {Path: path}, dir: {Path: path}, "ministack=" + path: {Name: "ministack", Path: path}, "mini=" + dir: {Name: "mini", Path: path}, odd: {Path: odd},
	} {
		got, err := Load([]string{argument})
		if err != nil || len(got) != 1 || got[0].Name != want.Name || got[0].Path != want.Path || got[0].Report.Target.Name != "kms" {
			t.Errorf("%s: %v, %+v", argument, err, got)
		}
	}
	for argument, says := range map[string]string{
		filepath.Join(dir, "none.json"): "none.json", filepath.Join(dir, "old.json"): `schemaVersion is "0.9"`, "x=" + dir + "/none": "none",
	} {
		if _, err := Load([]string{argument}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v does not say %q", argument, err, says)
		}
	}
}
