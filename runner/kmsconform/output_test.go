package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

func TestExitCodes(t *testing.T) {
	of := func(scenarios ...report.Scenario) *report.Report {
		for i := range scenarios {
			if scenarios[i].Status == report.Failed || scenarios[i].Status == report.Blocked {
				scenarios[i].Divergence = &report.Divergence{Requirement: "DIKM-STATE-01", Expected: "success", Actual: "a refusal"}
			}
		}
		return &report.Report{Scenarios: scenarios}
	}
	passed := report.Scenario{Status: report.Passed}
	unsupported := report.Scenario{Status: report.Unsupported}
	failed := report.Scenario{Status: report.Failed}
	blocked := report.Scenario{Status: report.Blocked}
	errored := report.Scenario{Status: report.Error}
	interrupted := of(passed)
	interrupted.Interrupted = true
	tests := []struct {
		name   string
		report *report.Report
		code   int
		line   string
	}{
		{"all passed", of(passed, passed, report.Scenario{Status: report.Answered}), exitConformant, "conformant: 2 passed, 1 answered"},
		{"some unsupported", of(passed, unsupported), exitConformant, "partial: 1 passed, 1 unsupported"},
		{"without the operation", of(passed, report.Scenario{Status: report.Unsupported, Reason: "the target does not implement DeleteImportedKeyMaterial: 501"}), exitCouldNotRun, "partial: 1 passed, 1 unsupported"},
		{"one failed", of(passed, failed), exitDivergent, "nonconformant: 1 passed, 1 failed"},
		{"one blocked", of(passed, blocked), exitDivergent, "nonconformant: 1 passed, 1 blocked"},
		{"known", of(passed, report.Scenario{Status: report.Failed, Known: true}), exitConformant, "conformant: 1 passed, 1 failed, 1 of them known"},
		{"advisory", of(passed, report.Scenario{Status: report.Failed, Advisory: true}), exitConformant, "conformant: 1 passed, 1 failed"},
		{"an error", of(passed, errored), exitCouldNotRun, "partial: 1 passed, 1 error"},
		{"an error beside a divergence", of(failed, errored), exitDivergent, "nonconformant: 1 failed, 1 error"},
		{"nothing tried", of(unsupported, report.Scenario{Status: report.Skipped}), exitCouldNotRun, "partial: 1 unsupported, 1 skipped"},
		{"interrupted", interrupted, exitCouldNotRun, "interrupted: 1 passed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			r := running{noReport: true, quiet: true}
			w := world{out: &out, errs: &errs}
			err := r.finish(w, newScreen(w, &r, &features.Contract{}), nil, test.report)
			code := exitConformant
			var v verdict
			if errors.As(err, &v) {
				code = int(v)
			} else if err != nil {
				t.Fatal(err)
			}
			if code != test.code || out.String() != test.line+"\n" {
				t.Errorf("exit code %d and %q, want %d and %q", code, out.String(), test.code, test.line)
			}
			if code == exitCouldNotRun != strings.HasPrefix(errs.String(), "kmsconform: ") {
				t.Errorf("exit code %d with %q", code, errs.String())
			}
		})
	}
}

func TestWriteFileLeavesAWholeOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := writeFile(path, func(w io.Writer) error { _, err := io.WriteString(w, "first"); return err }); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := writeFile(path, func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	text, err := os.ReadFile(path)
	entries, _ := os.ReadDir(filepath.Dir(path))
	if string(text) != "first" || err != nil || len(entries) != 1 {
		t.Errorf("%q, %v, %d files", text, err, len(entries))
	}
}

func TestAgainRepeatsTheTargetWithoutSecrets(t *testing.T) {
	r := running{
		selecting: selecting{folder: folder{dir: "my features", only: true}},
		targeting: targeting{
			endpoint: "http://127.0.0.1:4566", regions: []string{"us-east-1", "replica=eu-west-1"},
			callers: []string{"primary=profile:one", "second-account=AKID:TOPSECRET"}, consistency: "eventual", control: true,
		},
	}
	want := `kmsconform run --endpoint http://127.0.0.1:4566 --region us-east-1 --region replica=eu-west-1 ` +
		`--caller primary=profile:one --caller second-account="$SECOND_ACCOUNT" --consistency eventual --control ` +
		`--features 'my features' --features-only --scenario 'key-states/a-key'`
	if got := r.again(&report.Scenario{ID: "key-states/a-key"}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r = running{}
	r.consistency = "strong"
	if got, want := r.again(&report.Scenario{ID: "a/b"}), "kmsconform run --scenario 'a/b'"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	raced := &report.Scenario{ID: "a/b", Seed: 4294967295}
	if got, want := r.again(raced), "kmsconform run --seed 4294967295 --scenario 'a/b'"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r.races = 50
	if got, want := r.again(raced), "kmsconform run --seed 4294967295 --races 50 --scenario 'a/b'"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestQuote(t *testing.T) {
	for arg, want := range map[string]string{
		"http://127.0.0.1:4566/a": "http://127.0.0.1:4566/a", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'",
		"?x=$HOME": "'?x=$HOME'",
	} {
		if got := quote(arg); got != want {
			t.Errorf("quote(%q) = %s, want %s", arg, got, want)
		}
	}
}

// planOf is a plan of scenarios with these ids.
func planOf(ids ...string) *runner.Plan {
	p := &runner.Plan{Workers: 2}
	for _, id := range ids {
		p.Scenarios = append(p.Scenarios, features.Scenario{ID: id})
	}
	return p
}

func TestLinesComeInTheOrderOfTheContract(t *testing.T) {
	var out, errs bytes.Buffer
	show := func(s *report.Scenario) string {
		if s.Status == report.Passed {
			return ""
		}
		return s.ID + "\n"
	}
	p := newProgress(world{out: &out, errs: &errs}, false, show)
	var ids []string
	for i := range 20 {
		ids = append(ids, string(rune('a'+i)))
	}
	p.Planned(planOf(ids...))
	for _, i := range []int{2, 0, 1, 5, 4, 6, 7, 8, 9, 10} { // d, the fourth, never ends
		status := report.Failed
		if i == 1 {
			status = report.Passed
		}
		p.Finished(&report.Scenario{ID: ids[i], Status: status})
	}
	if got := out.String(); got != "a\nc\n" {
		t.Errorf("before d ended: %q", got)
	}
	p.Done()
	if got, want := out.String(), "a\nc\ne\nf\ng\nh\ni\nj\nk\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want := "20 scenarios, 2 workers\n2 of 20 scenarios, 2 failed\n4 of 20 scenarios, 3 failed\n6 of 20 scenarios, 5 failed\n" +
		"8 of 20 scenarios, 7 failed\n10 of 20 scenarios, 9 failed\n"
	if errs.String() != want {
		t.Errorf("got\n%swant\n%s", errs.String(), want)
	}
}

// The bar must neither hang nor panic, whether the run ends, stops early or never begins.
func TestBarEnds(*testing.T) {
	show := func(s *report.Scenario) string { return s.ID + "\n" }
	for ended := range 4 {
		var out bytes.Buffer
		b := newProgress(world{out: &out, errs: io.Discard, terminal: true}, false, show)
		if ended > 0 {
			b.Planned(planOf("a", "b", "c"))
		}
		for _, id := range []string{"a", "b", "c"}[:ended] {
			b.Finished(&report.Scenario{ID: id, Status: report.Failed})
		}
		b.Done()
	}
}

// A report that cannot be written says what to do first.
func TestAReportThatCannotBeWritten(t *testing.T) {
	err := writeReport(filepath.Join(t.TempDir(), "gone"), &report.Report{}, nil)
	if err == nil || !strings.Contains(err.Error(), "See that the folder is there") || !strings.Contains(err.Error(), "--report") {
		t.Errorf("a folder that is gone: %v", err)
	}
	if says := room(&os.PathError{Op: "write", Path: "report.json", Err: syscall.ENOSPC}); says != "Make room on its disk" {
		t.Errorf("a full disk: %s", says)
	}
}
