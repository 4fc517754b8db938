package features

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every sentence is sound here: that each matches exactly one definition is checked where the definitions are.
func anySentence(string) []string { return []string{"any"} }

func TestTheEmbeddedContract(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Requirements) < 150 || len(c.Scenarios) < 300 {
		t.Errorf("%d requirements, %d scenarios", len(c.Requirements), len(c.Scenarios))
	}
	again, err := Load()
	if err != nil || again != c {
		t.Errorf("it was loaded twice: %v", err)
	}
	if c.Scenarios[0].ID != "key-states/the-material-of-an-enabled-key-is-deleted" {
		t.Errorf("the first scenario is %s", c.Scenarios[0].ID)
	}
	// The sentences of descriptions are told from steps by a matcher that knows steps.
	steps := map[string]bool{}
	for i := range c.Scenarios {
		s := &c.Scenarios[i]
		if s.Profile == "" || len(s.Requirements) == 0 || len(s.Steps) == 0 || s.Line == 0 || !strings.HasPrefix(s.File, "features/") {
			t.Errorf("%s is not complete: %+v", s.ID, s)
		}
		for _, step := range s.Steps {
			steps[step.Text] = true
		}
	}
	for _, finding := range c.Lint(func(text string) []string {
		if steps[text] {
			return anySentence(text)
		}
		return nil
	}) {
		t.Error(finding)
	}
}

func TestEveryEmbeddedScenarioRunsAsItIsWritten(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string][]byte{}
	for i := range c.Scenarios {
		s := &c.Scenarios[i]
		if sources[s.File] == nil {
			if sources[s.File], err = files.ReadFile(strings.TrimPrefix(s.File, "features/")); err != nil {
				t.Fatal(err)
			}
		}
		roundTrip(t, s, sources[s.File])
	}
}

func TestReadingOrderNamesEveryFeature(t *testing.T) {
	names, err := fs.Glob(files, "*.feature")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(name, ".feature")
	}
	want := slices.Sorted(slices.Values(readingOrder))
	if !slices.Equal(names, want) {
		t.Errorf("the features are %q, the reading order has %q", names, want)
	}
}

// onDisk writes a folder of one's own.
func onDisk(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAFolderOfOnesOwn(t *testing.T) {
	base, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := onDisk(t, map[string]string{
		"own.feature":           "@core @smoke\nFeature: Own\n  @DIKM-STATE-01 @ACME-1\n  Scenario: One\n    Then it is so\n",
		"below/it.feature":      "@core\nFeature: Below\n  @ACME-1\n  Scenario: Two\n    Then it is so\n",
		".hidden/no.feature":    "no feature",
		"notes.txt":             "none",
		"requirements/own.yaml": strings.ReplaceAll(requirements, "DIKM-A-01", "ACME-1"),
	})
	alone, err := LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	says(t, texts(alone.Lint(sentences)), nil)
	if len(alone.Scenarios) != 2 || len(alone.Requirements) != len(base.Requirements)+1 {
		t.Fatalf("%d scenarios, %d requirements", len(alone.Scenarios), len(alone.Requirements))
	}
	two, one := alone.Scenarios[0], alone.Scenarios[1]
	if two.File != filepath.Join(dir, "below", "it.feature") || two.ID != "below/two" {
		t.Errorf("got %s in %s", two.ID, two.File)
	}
	if !slices.Equal(one.Requirements, []string{"DIKM-STATE-01", "ACME-1"}) || one.Profile != Core {
		t.Errorf("requirements %q, profile %q", one.Requirements, one.Profile)
	}

	both, err := LoadWith(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(both.Scenarios) != len(base.Scenarios)+2 || both.Scenarios[0].ID != base.Scenarios[0].ID {
		t.Errorf("%d scenarios, want two more than %d", len(both.Scenarios), len(base.Scenarios))
	}
	if again, _ := Load(); len(again.Scenarios) != len(base.Scenarios) || len(again.documents) != len(base.documents) {
		t.Error("the embedded contract was changed")
	}
}

// A folder owes its own requirements scenarios, and the embedded ones nothing.
func TestAFolderCoversItsOwnRequirements(t *testing.T) {
	dir := onDisk(t, map[string]string{
		"own.feature":           "@core\nFeature: Own\n  @DIKM-STATE-01 @DIKM-STATE-99\n  Scenario: One\n    Then it is so\n",
		"requirements/own.yaml": strings.ReplaceAll(requirements, "DIKM-A-01", "ACME-1"),
	})
	c, err := LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	says(t, texts(c.Lint(sentences)), []string{
		filepath.Join(dir, "own.feature") + ":3: there is no DIKM-STATE-99",
		filepath.Join(dir, "requirements", "own.yaml") + ":2: no scenario covers ACME-1",
	})
}

func TestFoldersThatCannotBeLoaded(t *testing.T) {
	file := filepath.Join(onDisk(t, map[string]string{"own.feature": feature}), "own.feature")
	empty := t.TempDir()
	twice := onDisk(t, map[string]string{"own.feature": feature, "requirements/own.yaml": strings.ReplaceAll(requirements, "DIKM-A-01", "DIKM-STATE-01")})
	for name, test := range map[string]struct {
		dir  string
		says []string
	}{
		"none":                 {filepath.Join(empty, "none"), []string{"there is no folder", filepath.Join(empty, "none")}},
		"a file":               {file, []string{file + " is no folder"}},
		"an empty one":         {empty, []string{empty + " has no feature file"}},
		"one that knows an id": {twice, []string{filepath.Join(twice, "requirements", "own.yaml") + ":2: DIKM-STATE-01 stands twice: also at features/requirements/"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, load := range []func(string) (*Contract, error){LoadDir, LoadWith} {
				c, err := load(test.dir)
				if c != nil || err == nil {
					t.Fatalf("it was loaded: %v", err)
				}
				for _, part := range test.says {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("%q does not say %q", err, part)
					}
				}
			}
		})
	}
}

// The whole contract is loaded by every command: it must not be felt.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load(nil, source{fsys: files, embedded: true, show: func(name string) string { return "features/" + name }}); err != nil {
			b.Fatal(err)
		}
	}
}
