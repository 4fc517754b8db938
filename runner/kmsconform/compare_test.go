package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/runner/compare"
	"github.com/kmsconform/kmsconform/runner/report"
)

// ranReport is the report folder of a short run on the reference.
func ranReport(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "report")
	if code, out, errs := command(t, "run", "--profile", "hmac", "--report", dir); code != exitConformant {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	return dir
}

func TestARunLeavesItsReport(t *testing.T) {
	dir := ranReport(t)
	for name, part := range map[string]string{
		"report.json": `"schemaVersion": "` + report.SchemaVersion + `"`, "junit.xml": "<testsuites", "report.html": "the reference KMS <span",
		"summary.md": "| hmac | ✅ conformant |", "badge.svg": "1 of 9 profiles conform",
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(string(text), part) {
			t.Errorf("%s does not say %q:\n%.2000s", name, part, text)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 5 {
		t.Errorf("%v, and %d files", err, len(entries))
	}
	code, out, errs := command(t, "badge", dir, "--profile", "hmac")
	if code != exitConformant || !strings.Contains(out, "<title>kmsconform hmac: conformant</title>") {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	if code, _, errs := command(t, "badge", dir, "--profile", "core"); code != exitCouldNotRun || !strings.Contains(errs, "no scenario of the profile core ran") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

func TestCompare(t *testing.T) {
	before, after := ranReport(t), ranReport(t)
	code, out, errs := command(t, "compare", before, after)
	if code != exitConformant || !strings.Contains(out, "nothing changed in") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	code, out, errs = command(t, "compare", "one="+before, "two="+after)
	if code != exitConformant || strings.Contains(out, "nothing changed") || !strings.Contains(out, "one: conformant") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	code, out, errs = command(t, "compare", "--format", "json", "one="+before, "two="+after)
	var c compare.Comparison
	if err := json.Unmarshal([]byte(out), &c); code != exitConformant || err != nil || len(c.Runs) != 2 || c.Requirements[0].Statement == "" {
		t.Errorf("exit code %d, %v\n%s", code, err, errs)
	}
	page := filepath.Join(t.TempDir(), "page.html")
	code, out, errs = command(t, "compare", "--format", "html", "--output", page, before, after)
	if text, err := os.ReadFile(page); code != exitConformant || out != "" || err != nil || !strings.HasPrefix(string(text), "<!doctype html>") {
		t.Errorf("exit code %d, %v\n%s%s", code, err, out, errs)
	}
}

func TestWhatCannotBeCompared(t *testing.T) {
	dir := ranReport(t)
	other := ranReport(t)
	old := write(t, "old.json", `{"schemaVersion": "7.0", "scenarios": []}`)
	tests := map[string]struct {
		args []string
		says []string
		code int
	}{
		"nothing":                             {[]string{}, []string{"there is no report to compare", "kmsconform compare --help"}, exitUsage},
		"one":                                 {[]string{dir}, []string{"one report alone"}, exitUsage},
		"one twice":                           {[]string{dir, dir + "/report.json"}, []string{"given twice"}, exitUsage},
		"no report":                           {[]string{dir, dir + "/junit.xml"}, []string{"junit.xml", "give the report.json of a run"}, exitUsage},
		"another version":                     {[]string{dir, old}, []string{"old.json", `"7.0"`, "reads 1.x"}, exitUsage},
		"a file not there":                    {[]string{dir, "nowhere.json"}, []string{"nowhere.json"}, exitUsage},
		"a format":                            {[]string{"--format", "htm", dir, other}, []string{`no format "htm"`, "Did you mean html?"}, exitUsage},
		"three for a diff":                    {[]string{"--diff", dir, other, ranReport(t)}, []string{"between two runs, and 3 reports"}, exitUsage},
		"a folder to write that is not there": {[]string{"--output", dir + "/none/x.txt", dir, other}, []string{"none/x.txt"}, exitCouldNotRun},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, out, errs := command(t, append([]string{"compare"}, test.args...)...)
			if code != test.code || out != "" || !strings.HasPrefix(errs, "kmsconform: ") {
				t.Errorf("exit code %d, %q\n%s", code, out, errs)
			}
			for _, part := range test.says {
				if !strings.Contains(errs, part) {
					t.Errorf("the message does not say %q:\n%s", part, errs)
				}
			}
		})
	}
}

func TestSchemas(t *testing.T) {
	for _, args := range [][]string{{"schema"}, {"schema", "report"}, {"schema", "compare"}, {"schema", "teeth"}, {"schema", "plan"}} {
		code, out, errs := command(t, args...)
		if code != exitConformant || !json.Valid([]byte(out)) {
			t.Errorf("%v: exit code %d, %s%.200s", args, code, errs, out)
		}
	}
	if code, _, errs := command(t, "schema", "reprot"); code != exitUsage || !strings.Contains(errs, "report, compare") {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if code, _, errs := command(t, "badge"); code != exitUsage || !strings.Contains(errs, "takes one report") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}
