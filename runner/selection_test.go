package runner

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/report"
)

// small is a contract of six scenarios, three requirements that they cover and two that nothing covers.
func small() *features.Contract {
	scenario := func(id, feature, name string, profile features.Profile, tags ...string) features.Scenario {
		s := features.Scenario{ID: id, Feature: feature, Name: name, Profile: profile, File: "features/small.feature", Tags: tags}
		for _, tag := range tags {
			if strings.HasPrefix(tag, "@DIKM-") {
				s.Requirements = append(s.Requirements, tag[1:])
			}
		}
		return s
	}
	return &features.Contract{
		Requirements: []features.Requirement{
			{ID: "DIKM-STATE-01", Statement: "One.", Evidence: features.Documented, Profile: features.Core},
			{ID: "DIKM-STATE-02", Statement: "Two.", Evidence: features.Inferred, Profile: features.Core},
			{ID: "DIKM-EXP-01", Statement: "Three.", Evidence: features.Observed, Profile: features.Expiration},
			{ID: "DIKM-WIRE-99", Statement: "Four.", Evidence: features.Documented, Profile: features.Core, Untestable: "nobody can see it"},
			{ID: "DIKM-ROT-01", Statement: "Five.", Evidence: features.Documented, Profile: features.Rotation, Planned: features.Rotation},
		},
		Scenarios: []features.Scenario{
			scenario("states/a-key", "States", "A key", features.Core, "@core", "@DIKM-STATE-01"),
			scenario("states/a-key-twice", "States", "A key twice", features.Core, "@core", "@DIKM-STATE-01", "@DIKM-STATE-02"),
			scenario("states/use/encrypt", "States", "Use", features.Core, "@core", "@DIKM-STATE-02"),
			scenario("states/use/decrypt", "States", "Use", features.Core, "@core", "@DIKM-STATE-02"),
			scenario("dates/a-date", "Dates", "A date", features.Expiration, "@expiration", "@DIKM-EXP-01"),
			scenario("dates/a-question", "Dates", "A question", features.Expiration, "@expiration", "@probe", "@DIKM-EXP-01"),
		},
	}
}

func TestSelection(t *testing.T) {
	tests := []struct {
		name      string
		selection Selection
		want      string
	}{
		{"everything", Selection{}, "a-key a-key-twice encrypt decrypt a-date a-question"},
		{"a profile", Selection{Profiles: []string{"expiration"}}, "a-date a-question"},
		{"two profiles", Selection{Profiles: []string{"expiration", "core"}}, "a-key a-key-twice encrypt decrypt a-date a-question"},
		{"a requirement", Selection{Requirements: []string{"DIKM-STATE-02"}}, "a-key-twice encrypt decrypt"},
		{"two requirements", Selection{Requirements: []string{"DIKM-STATE-02", "DIKM-EXP-01"}}, "a-key-twice encrypt decrypt a-date a-question"},
		{"an id that begins another", Selection{Scenarios: []string{"states/a-key"}}, "a-key"},
		{"a pattern", Selection{Scenarios: []string{"^states/a"}}, "a-key a-key-twice"},
		{"a name", Selection{Scenarios: []string{"Dates › A q"}}, "a-question"},
		{"two patterns", Selection{Scenarios: []string{"crypt$", "states/a-key"}}, "a-key encrypt decrypt"},
		{"tags", Selection{Tags: "@DIKM-STATE-01 or @expiration and not @probe"}, "a-key a-key-twice a-date"},
		{"empty tags", Selection{Tags: "  "}, "a-key a-key-twice encrypt decrypt a-date a-question"},
		{"all of it narrows", Selection{Profiles: []string{"core"}, Requirements: []string{"DIKM-STATE-02"}, Scenarios: []string{"use"}, Tags: "@core"}, "encrypt decrypt"},
		{"a part", Selection{Shard: Shard{2, 4}}, "a-key-twice a-question"},
		{"a part of a part", Selection{Profiles: []string{"core"}, Shard: Shard{1, 3}}, "a-key decrypt"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			chosen, err := test.selection.Apply(small())
			if err != nil {
				t.Fatal(err)
			}
			if got := lastParts(chosen); got != test.want {
				t.Errorf("selected %s, want %s", got, test.want)
			}
		})
	}
}

func lastParts(chosen []features.Scenario) string {
	var parts []string
	for _, s := range chosen {
		parts = append(parts, s.ID[strings.LastIndexByte(s.ID, '/')+1:])
	}
	return strings.Join(parts, " ")
}

// Every scenario is in exactly one part, whatever the number of parts.
func TestShardsAreAPartition(t *testing.T) {
	for n := 1; n <= 6; n++ {
		var ids []string
		for i := 1; i <= n; i++ {
			chosen, err := Selection{Shard: Shard{i, n}}.Apply(small())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range chosen {
				ids = append(ids, s.ID)
			}
		}
		slices.Sort(ids)
		if len(slices.Compact(slices.Clone(ids))) != 6 || len(ids) != 6 {
			t.Errorf("%d parts hold %q", n, ids)
		}
	}
}

func TestSelectionsThatAreWrong(t *testing.T) {
	tests := []struct {
		name      string
		selection Selection
		says      []string
	}{
		{"a profile", Selection{Profiles: []string{"expiry"}}, []string{`no profile "expiry"`, "multi-region"}},
		{"a near profile", Selection{Profiles: []string{"Core"}}, []string{`Did you mean "core"?`}},
		{"a requirement", Selection{Requirements: []string{"DIKM-STATE-1"}}, []string{`no requirement "DIKM-STATE-1"`, `Did you mean "DIKM-STATE-01"?`}},
		{"an untestable one", Selection{Requirements: []string{"DIKM-WIRE-99"}}, []string{"no scenario can show", "nobody can see it", "explain DIKM-WIRE-99"}},
		{"a planned one", Selection{Requirements: []string{"DIKM-ROT-01"}}, []string{"no scenario covers requirement DIKM-ROT-01 yet"}},
		{"a pattern", Selection{Scenarios: []string{"states/("}}, []string{`"states/("`, "missing closing )"}},
		{"tags", Selection{Tags: "@core an @probe"}, []string{`"an" is no tag`, "\n    @core an @probe\n          ^"}},
		{"nothing", Selection{Profiles: []string{"core"}, Tags: "@probe"}, []string{"none of 6 scenarios fits --profile core --tags '@probe'"}},
		{"no such scenario", Selection{Scenarios: []string{"states/a-kex"}}, []string{"none of 6 scenarios fits --scenario states/a-kex", `Did you mean "states/a-key"?`}},
		{"an empty part", Selection{Shard: Shard{7, 7}}, []string{"shard 7/7 of 6 scenarios is empty", "6 parts or fewer"}},
		{"a part of nothing", Selection{Shard: Shard{3, 2}}, []string{"shard"}},
		{"no report", Selection{Rerun: "testdata/none.json"}, []string{"--rerun testdata/none.json", "report.json of an earlier run"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.selection.Apply(small())
			var usage *UsageError
			if !errors.As(err, &usage) {
				t.Fatalf("got %v, want a *UsageError", err)
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
	if _, err := (Selection{}).Apply(&features.Contract{}); err == nil || !strings.Contains(err.Error(), "no scenarios") {
		t.Errorf("an empty contract: %v", err)
	}
}

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"": {}, "1/1": {1, 1}, "2/5": {2, 5}} {
		if got, err := ParseShard(text); err != nil || got != want || got.String() != text {
			t.Errorf("ParseShard(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"0/5", "6/5", "2", "/", "a/b", "-1/5", "1/0", "1/2/3", "2/", " 1/2"} {
		var usage *UsageError
		if _, err := ParseShard(text); !errors.As(err, &usage) || !strings.Contains(err.Error(), "2/5") {
			t.Errorf("ParseShard(%q): %v", text, err)
		}
	}
}

func TestRerunSelectsWhatDidNotPass(t *testing.T) {
	earlier := report.Report{Scenarios: []report.Scenario{
		{ID: "states/a-key", Status: report.Passed}, {ID: "states/a-key-twice", Status: report.Failed},
		{ID: "states/use/encrypt", Status: report.Unsupported}, {ID: "states/use/decrypt", Status: report.Error},
		{ID: "dates/a-question", Status: report.Answered},
	}}
	if got := rerun(t, earlier); got != "a-key-twice encrypt decrypt" {
		t.Errorf("selected %s", got)
	}
	earlier.Interrupted = true
	if got := rerun(t, earlier); got != "a-key-twice encrypt decrypt a-date" {
		t.Errorf("after an interruption, selected %s", got)
	}
}

func rerun(t *testing.T, earlier report.Report) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.json")
	earlier.SchemaVersion = report.SchemaVersion
	text, err := json.Marshal(earlier)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	chosen, err := Selection{Rerun: path}.Apply(small())
	if err != nil {
		t.Fatal(err)
	}
	return lastParts(chosen)
}

func TestNearest(t *testing.T) {
	names := []string{"core", "expiration", "multi-region", "DIKM-STATE-07", "DIKM-STATE-17"}
	for written, want := range map[string]string{
		"Core": "core", "cor": "core", "expirations": "expiration", "DIKM-STATE-7": "DIKM-STATE-07", "dikm-state-17": "DIKM-STATE-17",
		"region": "multi-region", "x": "", "": "", "something else altogether": "",
	} {
		if got := Nearest(written, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", written, got, want)
		}
	}
}
