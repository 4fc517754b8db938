package baseline

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/runner/report"
)

var now = time.Date(2026, 6, 30, 23, 0, 0, 0, time.UTC)

func parsed(t testing.TB, text string) *Baseline {
	t.Helper()
	b, err := parse("kmsconform.baseline.yaml", []byte(text), now)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// failed is a scenario that fails as the baselines of these tests say.
func failed(id string) report.Scenario {
	return report.Scenario{ID: id, Status: report.Failed, Divergence: &report.Divergence{
		Requirement: "DIKM-STATE-01", Expected: "success", Actual: "400 KMSInvalidStateException.", Fingerprint: "0123456789ab",
	}}
}

const known = `# kmsconform baseline
divergences:
  - scenario: key-states/one
    status: failed
    requirement: DIKM-STATE-01
    fingerprint: 0123456789ab
    reason: the vendor knows
  # two is worse
  - scenario: key-states/two
    status: failed
    requirement: DIKM-STATE-01
    fingerprint: 0123456789ab
    reason: >
      the vendor
      knows
    owner: somebody # since May
    expires: 2026-06-30

  # the end
`

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.yaml")
	if err := os.WriteFile(path, []byte(known), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := Load(path)
	if err != nil || len(b.Entries) != 2 {
		t.Fatalf("got %+v, %v", b, err)
	}
	want := Entry{
		Scenario: "key-states/two", Status: report.Failed, Requirement: "DIKM-STATE-01", Fingerprint: "0123456789ab",
		Reason: "the vendor knows", Owner: "somebody", Expires: time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC), Line: 9, LastLine: 17,
	}
	if b.Entries[1] != want {
		t.Errorf("got %+v, want %+v", b.Entries[1], want)
	}
	if b.Entries[0].Line != 3 || b.Entries[0].LastLine != 7 {
		t.Errorf("the first is in lines %d to %d", b.Entries[0].Line, b.Entries[0].LastLine)
	}
}

func TestLoadRefuses(t *testing.T) {
	entry := func(lines ...string) string { return "divergences:\n  - " + strings.Join(lines, "\n    ") + "\n" }
	const id, status, requirement, print, reason = "scenario: a/b", "status: failed", "requirement: R", "fingerprint: 0123456789ab", "reason: r"
	whole := entry(id, status, requirement, print, reason)
	tests := []struct {
		name, text string
		says       []string
	}{
		{"nothing", "", []string{"b.yaml is empty", "divergences: []"}},
		{"a comment", "# kmsconform baseline\n", []string{"b.yaml is empty"}},
		{"no YAML", "a: [", []string{"b.yaml:1:", "did not find"}},
		{"bad YAML in a line", "divergences:\n  - scenario: a: b\n", []string{"b.yaml:2:", "quotes"}},
		{"other YAML", "name: x\n", []string{"b.yaml:1:", `no member "name"`, "fingerprint"}},
		{"no list", "divergences:\n", []string{"b.yaml has no list"}},
		{"a list of texts", "divergences:\n  - a/b\n", []string{"b.yaml:2:", "no list of entries"}},
		{"text", "a/b\n", []string{"b.yaml:1:", "no list of entries"}},
		{"an unknown member", entry(id, status, requirement, print, reason, "because: x"), []string{"b.yaml:7:", `no member "because"`, "owner"}},
		{"a member twice", entry(id, status, status, requirement, print, reason), []string{"b.yaml:4:", "already defined"}},
		{"no scenario", entry(status, requirement, print, reason), []string{"b.yaml:2:", "no scenario", "kmsconform list"}},
		{"an empty entry", "divergences:\n  -\n", []string{"b.yaml:2:", "empty", "Remove it"}},
		{"no reason", entry(id, status, requirement, print), []string{"b.yaml:2:", `"a/b" has no reason`}},
		{"an empty reason", entry(id, status, requirement, print, "reason: ' '"), []string{"has no reason"}},
		{"another status", entry(id, "status: skipped", requirement, print, reason), []string{`"skipped"`, "failed or blocked"}},
		{"no requirement", entry(id, status, print, reason), []string{"no requirement"}},
		{"a fingerprint", entry(id, status, requirement, "fingerprint: 0123", reason), []string{`"0123"`, "12 hexadecimal digits"}},
		{"a date", entry(id, status, requirement, print, reason, "expires: 2027-02-30"), []string{"b.yaml:2:", `"2027-02-30" is no date`, "2027-01-31"}},
		{"a scenario twice", whole + strings.TrimPrefix(whole, "divergences:\n"), []string{"b.yaml:7:", "listed twice, first in line 2", "Remove one"}},
		{"two documents", whole + "---\n" + whole, []string{"more than one document"}},
		{"an alias to itself", "divergences: &a [*a]\n", []string{"b.yaml"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, err := parse("b.yaml", []byte(test.text), now)
			if err == nil {
				t.Fatalf("got %+v", b)
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml")); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestMark(t *testing.T) {
	change := func(do func(*report.Scenario)) report.Scenario {
		s := failed("key-states/one")
		do(&s)
		return s
	}
	tests := []struct {
		name     string
		scenario report.Scenario
		known    bool
	}{
		{"the same", failed("key-states/one"), true},
		{"another", failed("key-states/three"), false},
		{"on its last day", failed("key-states/two"), true},
		{"passed", change(func(s *report.Scenario) { s.Status, s.Divergence = report.Passed, nil }), false},
		{"in error", change(func(s *report.Scenario) { s.Status, s.Divergence = report.Error, nil }), false},
		{"blocked", change(func(s *report.Scenario) { s.Status = report.Blocked }), false},
		{"another requirement", change(func(s *report.Scenario) { s.Divergence.Requirement = "DIKM-STATE-02" }), false},
		{"another fingerprint", change(func(s *report.Scenario) { s.Divergence.Fingerprint = "ba9876543210" }), false},
	}
	b := parsed(t, known)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := test.scenario
			b.Mark(&s)
			if s.Known != test.known || s.Known != (s.KnownReason == "the vendor knows") {
				t.Errorf("known %v: %q", s.Known, s.KnownReason)
			}
		})
	}
	late, err := parse("b.yaml", []byte(known), now.Add(2*time.Hour)) // the next day
	if err != nil {
		t.Fatal(err)
	}
	if s := failed("key-states/two"); true {
		if late.Mark(&s); s.Known {
			t.Error("what has expired is known")
		}
	}
	var none *Baseline
	if s := failed("key-states/one"); true {
		if none.Mark(&s); s.Known || none.Check(&report.Report{}, nil) != nil {
			t.Error("no baseline knows something")
		}
	}
}

func TestCheck(t *testing.T) {
	ids := []string{"key-states/one", "key-states/two", "key-states/three"}
	with := func(do func(*report.Scenario)) []report.Scenario {
		s := failed("key-states/one")
		do(&s)
		return []report.Scenario{s}
	}
	tests := []struct {
		name      string
		text      string
		now       time.Time
		scenarios []report.Scenario
		want      string
	}{
		{"all as listed", known, now, []report.Scenario{failed("key-states/one"), failed("key-states/two")}, ""},
		{"nothing ran", known, now.AddDate(1, 0, 0), nil, ""},
		{"one that passes", known, now, with(func(s *report.Scenario) { s.Status, s.Divergence = report.Passed, nil }),
			`baseline b.yaml:3: scenario "key-states/one" passes now.
  Remove the entry (lines 3 to 7).`},
		{"one that is unsupported", known, now, with(func(s *report.Scenario) { s.Status, s.Divergence, s.Reason = report.Unsupported, nil, "501" }),
			`baseline b.yaml:3: scenario "key-states/one" is unsupported now: 501.
  Remove the entry (lines 3 to 7); what is unsupported needs none.`},
		{"one that was skipped", known, now, with(func(s *report.Scenario) { s.Status, s.Divergence = report.Skipped, nil }), ""},
		{"one in error", known, now, with(func(s *report.Scenario) { s.Status, s.Divergence = report.Error, nil }), ""},
		{"another fingerprint", known, now, with(func(s *report.Scenario) { s.Divergence.Fingerprint = "ba9876543210" }),
			`baseline b.yaml:3: scenario "key-states/one" diverges in another way than listed: it was fingerprint 0123456789ab; it is fingerprint ba9876543210 (expected success, got 400 KMSInvalidStateException).
  Look at it, and if this is to be known, too, write "fingerprint: ba9876543210" in lines 3 to 7.`},
		{"all else", known, now, with(func(s *report.Scenario) {
			s.Status, s.Divergence.Requirement, s.Divergence.Fingerprint = report.Blocked, "", "ba9876543210"
		}), `baseline b.yaml:3: scenario "key-states/one" diverges in another way than listed: it was status failed, requirement DIKM-STATE-01, fingerprint 0123456789ab; it is status blocked, requirement none, fingerprint ba9876543210 (expected success, got 400 KMSInvalidStateException).
  Look at it, and if this is to be known, too, write "status: blocked" and "requirement: \"\"" and "fingerprint: ba9876543210" in lines 3 to 7.`},
		{"expired", known, now.Add(2 * time.Hour), []report.Scenario{failed("key-states/one"), failed("key-states/two")},
			`baseline b.yaml:9: scenario "key-states/two" is listed until 2026-06-30, which has passed.
  Look at the divergence again; then write a later date after expires:, or remove the entry (lines 9 to 17).`},
		{"a name that is misspelt", strings.ReplaceAll(known, "key-states/one", "key-state/onne"), now, nil,
			`baseline b.yaml:3: scenario "key-state/onne" matches nothing.
  Did you mean "key-states/one"? Remove the entry (lines 3 to 7), or fix its name.`},
		{"two names", strings.NewReplacer("key-states/one", "zzz", "key-states/two", "q").Replace(known), now, nil,
			`baseline b.yaml:3: scenario "zzz" matches nothing.
  Remove the entry (lines 3 to 7), or fix its name.
baseline b.yaml:9: scenario "q" matches nothing.
  Remove the entry (lines 9 to 17), or fix its name.`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, err := parse("b.yaml", []byte(test.text), test.now)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			var stale *StaleError
			if err := b.Check(&report.Report{Scenarios: test.scenarios}, ids); err != nil {
				if !errors.As(err, &stale) {
					t.Fatalf("got %T", err)
				}
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func updated(t testing.TB, old *Baseline, scenarios ...report.Scenario) string {
	t.Helper()
	var b bytes.Buffer
	if err := Update(&b, old, &report.Report{Scenarios: scenarios}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriteListsWhatGates(t *testing.T) {
	advisory, passed, digits := failed("advisory"), report.Scenario{ID: "passed", Status: report.Passed}, failed("blocked")
	advisory.Advisory = true
	digits.Status, digits.Divergence.Fingerprint, digits.Divergence.Requirement = report.Blocked, "012345678901", ""
	var b bytes.Buffer
	if err := Write(&b, &report.Report{Scenarios: []report.Scenario{failed("one"), passed, advisory, digits}}); err != nil {
		t.Fatal(err)
	}
	want := `# kmsconform baseline
divergences:
  - scenario: one
    status: failed
    requirement: DIKM-STATE-01
    fingerprint: 0123456789ab
    reason: not looked at yet
  - scenario: blocked
    status: blocked
    requirement: ""
    fingerprint: "012345678901"
    reason: not looked at yet
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	again := parsed(t, b.String())
	for _, s := range []report.Scenario{failed("one"), digits} {
		if again.Mark(&s); !s.Known {
			t.Errorf("%s is not known to the baseline written of it", s.ID)
		}
	}
	if got, want := updated(t, nil, passed), "# kmsconform baseline\ndivergences: []\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := updated(t, parsed(t, "divergences: []\n"), failed("one")); !strings.Contains(got, "\n  - scenario: one\n") {
		t.Errorf("got %q", got)
	}
}

func TestUpdateKeepsWhatPeopleWrote(t *testing.T) {
	two := failed("key-states/two")
	two.Divergence.Fingerprint = "ba9876543210"
	got := updated(t, parsed(t, known), failed("key-states/one"), two, failed("key-states/three"))
	for _, part := range []string{
		"# kmsconform baseline\n", "reason: the vendor knows\n", "# two is worse\n", "owner: somebody # since May\n", "expires: 2026-06-30\n",
		"fingerprint: ba9876543210\n", "# the end\n", "  - scenario: key-states/three\n",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in\n%s", part, got)
		}
	}
	b := parsed(t, got)
	if len(b.Entries) != 3 || b.Entries[1].Reason != "the vendor knows" || b.Entries[1].Owner != "somebody" || b.Entries[1].Expires.IsZero() ||
		b.Entries[2].Reason != placeholder {
		t.Errorf("got %+v", b.Entries)
	}

	// What passes goes; what did not run, or could not, stays.
	passed := report.Scenario{ID: "key-states/one", Status: report.Passed}
	skipped := report.Scenario{ID: "key-states/two", Status: report.Skipped}
	for _, b := range []*Baseline{parsed(t, updated(t, parsed(t, known), passed)), parsed(t, updated(t, parsed(t, known), passed, skipped))} {
		if len(b.Entries) != 1 || b.Entries[0].Scenario != "key-states/two" {
			t.Errorf("got %+v", b.Entries)
		}
	}
	old := parsed(t, known)
	_ = updated(t, old, passed, report.Scenario{ID: "key-states/two", Status: report.Passed})
	if got := updated(t, old); !strings.Contains(got, "key-states/one") || !strings.Contains(got, "key-states/two") {
		t.Errorf("an update changed the baseline it was made of:\n%s", got)
	}
}

// What is a baseline can be used, and what is written of it is one.
func FuzzLoadBaseline(f *testing.F) {
	f.Add([]byte(known))
	f.Add([]byte("divergences: []\n"))
	f.Add([]byte("divergences: [{scenario: a, status: blocked, fingerprint: 0123456789ab, reason: &r x, owner: *r}]\n"))
	f.Add([]byte("divergences: &a [*a]\n"))
	f.Add([]byte("a: ["))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := parse("b.yaml", text, now)
		if err != nil {
			return
		}
		r := &report.Report{}
		for i := range b.Entries {
			r.Scenarios = append(r.Scenarios, failed(b.Entries[i].Scenario))
			b.Mark(&r.Scenarios[i])
		}
		_ = b.Check(r, []string{"key-states/one"})
		_ = b.Check(&report.Report{}, []string{"key-states/one"})
		var out bytes.Buffer
		if err := Update(&out, b, r); err != nil {
			t.Fatal(err)
		}
		again, err := parse("b.yaml", out.Bytes(), now)
		if err != nil || len(again.Entries) != len(b.Entries) {
			t.Errorf("%v\nof\n%s\nbecame\n%s", err, text, out.String())
		}
	})
}
