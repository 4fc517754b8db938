package teeth

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
	"github.com/kmsconform/kmsconform/runner"
)

// Every seeded defect is killed, every scenario has a defect or says why it needs none, and no assertion was dropped. With
// -short only every tenth defect is tried; `kmsconform teeth` always tries all.
func TestTheContractHasItsTeeth(t *testing.T) {
	if deadline, is := t.Deadline(); is && time.Until(deadline) < 3*time.Minute {
		t.Skip("less than three minutes are left")
	}
	known, err := Assertions()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Assertions: known}
	if testing.Short() || raceDetector {
		for i, d := range defect.All() {
			if i%10 == 0 {
				o.Defects = append(o.Defects, d)
			}
		}
	}
	m, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Problems {
		t.Error(p)
	}
	validates(t, m)
}

// validates holds what is written to the published schema.
func validates(t *testing.T, m *Matrix) {
	t.Helper()
	var written bytes.Buffer
	if err := m.WriteJSON(&written); err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(&written)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("teeth.json", text); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("teeth.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
}

// harmless is a defect that nobody can notice, and misnamed is one that names what it does not break.
func harmless() defect.Defect {
	return defect.Defect{
		Name: "harmless", Sentence: "It does nothing.", Requirements: []string{"DIKM-STATE-01"}, Operations: []string{"DeleteImportedKeyMaterial"},
		Rules: func(c *defect.Case) (kms.Answer, *kms.Error) { return c.Right() },
	}
}

func one(t *testing.T, name string) defect.Defect {
	t.Helper()
	d, err := defect.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A defect that survives is a problem, and so is one that is killed for the wrong reason; what is known to be wrong says so.
func TestProblems(t *testing.T) {
	misnamed := one(t, "delete-drops-tags")
	misnamed.Name, misnamed.Requirements = "misnamed", []string{"DIKM-WIRE-07"}
	m, err := Run(t.Context(), Options{
		Defects:    []defect.Defect{harmless(), one(t, "delete-drops-aliases"), misnamed},
		Assertions: map[string]int{"key-states/the-material-of-an-enabled-key-is-deleted": 99, "wire/gone": 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Verdict{"harmless": Survived, "delete-drops-aliases": Killed, "misnamed": Misnamed}
	for _, d := range m.Defects {
		if d.Verdict != want[d.Name] {
			t.Errorf("%s is %s, want %s", d.Name, d.Verdict, want[d.Name])
		}
	}
	for _, says := range []string{
		"harmless survives", "misnamed is killed only by scenarios about other requirements", "used to make 99",
	} {
		if !slices.ContainsFunc(m.Problems, func(p string) bool { return strings.Contains(p, says) }) {
			t.Errorf("no problem says %q", says)
		}
	}
	validates(t, m)
	var page, text bytes.Buffer
	if err := m.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"harmless", "misnamed", "delete-drops-aliases"} {
		if !strings.Contains(page.String(), name) || !strings.Contains(text.String(), name) {
			t.Errorf("%s is not shown", name)
		}
	}
}

func TestSelection(t *testing.T) {
	// A defect that none of the selected scenarios is about is left out, not held against them.
	m, err := Run(t.Context(), Options{
		Selection: runner.Selection{Profiles: []string{"hmac"}}, Defects: []defect.Defect{one(t, "delete-is-not-for-hmac"), one(t, "delete-takes-an-alias")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Defects) != 1 || m.Defects[0].Verdict != Killed || len(m.Problems) > 0 {
		t.Errorf("got %+v, problems %v", m.Defects, m.Problems)
	}
	if _, err := Run(t.Context(), Options{Selection: runner.Selection{Profiles: []string{"nothing"}}}); err == nil {
		t.Error("a profile that does not exist is accepted")
	}
}

func TestWriteAssertions(t *testing.T) {
	m := &Matrix{Scenarios: []Scenario{{ID: "b/2", Assertions: 3}, {ID: "a/1", Assertions: 1}}}
	var written bytes.Buffer
	if err := WriteAssertions(&written, m); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"a/1\": 1,\n  \"b/2\": 3\n}\n"; written.String() != want {
		t.Errorf("got %s", written.String())
	}
	var read map[string]int
	if err := json.Unmarshal(written.Bytes(), &read); err != nil || len(CompareAssertions(read, m)) > 0 {
		t.Errorf("%v, %v", err, CompareAssertions(read, m))
	}
	if said := CompareAssertions(map[string]int{"a/1": 2}, m); len(said) != 2 {
		t.Errorf("got %q", said)
	}
	if _, err := os.Stat("assertions.json"); err != nil {
		t.Error(err)
	}
}
