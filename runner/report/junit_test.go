package report

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
)

func junit(t *testing.T, r *Report) junitSuites {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJUnit(&b, r); err != nil {
		t.Fatal(err)
	}
	var all junitSuites
	if err := xml.Unmarshal(b.Bytes(), &all); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	return all
}

func TestJUnitCountsWhatItHolds(t *testing.T) {
	all := junit(t, sample())
	if len(all.Suites) != 3 || all.Suites[0].Name != "Key states" || all.Suites[1].Name != "Expiration" {
		t.Fatalf("suites %+v", all.Suites)
	}
	if all.Tests != 12 || all.Failures != 5 || all.Errors != 1 || all.Skipped != 3 {
		t.Errorf("%d tests, %d failures, %d errors, %d skipped", all.Tests, all.Failures, all.Errors, all.Skipped)
	}
	var tests, failures, errors, skipped int
	for _, suite := range all.Suites {
		var f, e, s int
		for _, c := range suite.Cases {
			if c.Failure != nil {
				f++
			}
			if c.Error != nil {
				e++
			}
			if c.Skipped != nil {
				s++
			}
		}
		if suite.Tests != len(suite.Cases) || suite.Failures != f || suite.Errors != e || suite.Skipped != s {
			t.Errorf("%s says %d %d %d %d and holds %d %d %d %d", suite.Name,
				suite.Tests, suite.Failures, suite.Errors, suite.Skipped, len(suite.Cases), f, e, s)
		}
		tests, failures, errors, skipped = tests+suite.Tests, failures+f, errors+e, skipped+s
	}
	if tests != all.Tests || failures != all.Failures || errors != all.Errors || skipped != all.Skipped {
		t.Error("the suites do not add up")
	}
	if all.Time != "3.250" || all.Timestamp != "2026-03-01T12:00:00" || all.Suites[1].Time != "0.013" && all.Suites[1].Time != "0.012" {
		t.Errorf("time %s, timestamp %s, expiration %s", all.Time, all.Timestamp, all.Suites[1].Time)
	}
}

func TestJUnitSaysWhatAScenarioCameTo(t *testing.T) {
	cases := map[string]junitCase{}
	for _, suite := range junit(t, sample()).Suites {
		for _, c := range suite.Cases {
			cases[c.Name] = c
		}
	}
	if c := cases["The material of a key pending deletion is deleted"]; c.Failure == nil || c.Failure.Type != "DIKM-STATE-07" ||
		!strings.Contains(c.Failure.Message, "expected success, got 400 KMSInvalidStateException") ||
		!strings.Contains(c.Failure.Text, "again     kmsconform run") || c.Classname != "key_states.feature.Key states" || c.Line != 12 {
		t.Errorf("failed: %+v %+v", c, c.Failure)
	}
	if c := cases["Use is refused › row-1"]; c.Failure == nil || c.Failure.Type != "blocked" || !strings.Contains(c.Failure.Message, "was not reached") {
		t.Errorf("blocked: %+v", c)
	}
	if c := cases["A public key is asked for"]; c.Failure != nil || c.Skipped != nil || !strings.Contains(c.Out, "advisory") {
		t.Errorf("advisory: %+v", c)
	}
	if c := cases["Something that is known"]; c.Failure != nil || c.Skipped == nil || c.Skipped.Message != "known divergence: waits for issue 12 of the vendor" {
		t.Errorf("known: %+v", c)
	}
	if c := cases["An answer that breaks off"]; c.Error == nil || !strings.Contains(c.Error.Message, "connection reset") {
		t.Errorf("error: %+v", c)
	}
	if c := cases["The material expires"]; c.Skipped == nil || c.Skipped.Message != "skipped: no clock: the target's time cannot be moved" {
		t.Errorf("skipped: %+v", c)
	}
	if c := cases["An empty body"]; c.Skipped != nil || c.Failure != nil || !strings.Contains(c.Out, "OQ-12 is answered: success (200 with {})") {
		t.Errorf("answered: %+v", c)
	}
}

func TestJUnitSurvivesWhateverATargetSays(t *testing.T) {
	s := scenario("a/b", "]]> <&> \x00\x1b\ufffe", Failed, "DIKM-STATE-01").
		diverging(NewDivergence("\x01", "a\x00b", "\xff\xfe\ud7ff]]><![CDATA[ü"), "")
	all := junit(t, &Report{Scenarios: []Scenario{s}})
	c := all.Suites[0].Cases[0]
	if c.Name != "]]> <&> " || c.Failure.Message != "expected ab, got \ud7ff]]><![CDATA[ü" || c.Failure.Type != "" {
		t.Errorf("got %q, %q, %q", c.Name, c.Failure.Message, c.Failure.Type)
	}
}
