package features

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// folder is a contract of one's own in memory.
func folder(files map[string]string) source {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return source{fsys: fsys, embedded: true, show: func(name string) string { return "features/" + name }}
}

// loaded loads a folder that can be loaded.
func loaded(t *testing.T, files map[string]string) *Contract {
	t.Helper()
	c, err := load(nil, folder(files))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sentences matches every text that begins with "it" once, what begins with "two" twice, and nothing else.
func sentences(text string) []string {
	switch {
	case strings.HasPrefix(text, "it "):
		return []string{"it …"}
	case strings.HasPrefix(text, "two "):
		return []string{"two …", "two of …"}
	}
	return nil
}

const (
	requirements = `requirements:
  - id: DIKM-A-01
    statement: It is so.
    evidence: documented
    profile: core
    sources: [{title: A page}]
`
	feature = `@core
Feature: Own
  @DIKM-A-01
  Scenario: One
    When it happens
    Then it is so
`
)

// wholeContract is a sound contract with one file changed.
func wholeContract(name, text string) map[string]string {
	files := map[string]string{"own.feature": feature, "requirements/own.yaml": requirements}
	files[name] = text
	return files
}

func texts(found []Finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.String())
	}
	return all
}

func loadFindings(err error) []Finding {
	var faults *LoadError
	if errors.As(err, &faults) {
		return faults.Findings
	}
	return nil
}

// says fails the test unless there is one text for each pattern, in order; the parts of a pattern, between " … ", must
// follow each other.
func says(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("missing: %s", want[i])
		case i >= len(want):
			t.Errorf("too much: %s", got[i])
		case !inOrder(got[i], strings.Split(want[i], " … ")):
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

func inOrder(text string, parts []string) bool {
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	for _, part := range parts {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}
