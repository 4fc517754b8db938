package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kmsconform/kmsconform/fixtures/target"
)

func written(t testing.TB, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func compiled(t testing.TB) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(s *jsonschema.Schema, text []byte) error {
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(instance)
}

func TestReportsFitTheSchema(t *testing.T) {
	s := compiled(t)
	for name, r := range map[string]*Report{
		"one of everything": sample(),
		"nothing ran":       {Target: Target{Kind: target.Reference}, Interrupted: true},
		"bare scenarios": {Target: Target{Kind: target.Reference}, Scenarios: []Scenario{
			{ID: "a", Status: Passed}, {ID: "b", Status: Failed, Divergence: NewDivergence("R", "a", "b")},
		}},
	} {
		if err := validate(s, written(t, r)); err != nil {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

func TestTheSchemaRefuses(t *testing.T) {
	s := compiled(t)
	for name, change := range map[string]func(report, failed map[string]any){
		"another version":          func(r, _ map[string]any) { r["schemaVersion"] = "2.0" },
		"an unknown member":        func(r, _ map[string]any) { r["more"] = true },
		"a missing member":         func(r, _ map[string]any) { delete(r, "summary") },
		"no list":                  func(r, _ map[string]any) { r["answers"] = nil },
		"no time":                  func(r, _ map[string]any) { r["started"] = "yesterday" },
		"an unknown status":        func(_, f map[string]any) { f["status"] = "fine" },
		"a failure of nothing":     func(_, f map[string]any) { delete(f, "divergence") },
		"a passed divergence":      func(_, f map[string]any) { f["status"] = "passed" },
		"exchanges of a pass":      func(_, f map[string]any) { f["status"] = "passed"; delete(f, "divergence") },
		"an exchange with a token": func(_, f map[string]any) { f["exchanges"].([]any)[0].(map[string]any)["token"] = "x" },
	} {
		var r map[string]any
		if err := json.Unmarshal(written(t, sample()), &r); err != nil {
			t.Fatal(err)
		}
		change(r, r["scenarios"].([]any)[1].(map[string]any))
		if err := s.Validate(r); err == nil {
			t.Errorf("%s is allowed", name)
		}
	}
}

// A reader must find out what each member means, and in which unit, from the schema alone.
func TestTheSchemaDescribesEveryMember(t *testing.T) {
	var document map[string]any
	if err := json.Unmarshal(Schema(), &document); err != nil {
		t.Fatal(err)
	}
	members := 0
	var walk func(at string, node any)
	walk = func(at string, node any) {
		object, is := node.(map[string]any)
		if !is {
			return
		}
		if properties, has := object["properties"].(map[string]any); has && object["type"] == "object" {
			for name, p := range properties {
				members++
				description, _ := p.(map[string]any)["description"].(string)
				if _, shared := p.(map[string]any)["$ref"]; description == "" && !shared {
					t.Errorf("%s.%s has no description", at, name)
				}
				for suffix, unit := range map[string]string{"Seconds": "in seconds", "Nanoseconds": "in nanoseconds"} {
					if strings.HasSuffix(name, suffix) && !strings.Contains(description, unit) {
						t.Errorf("%s.%s does not name its unit", at, name)
					}
				}
			}
		}
		for name, child := range object {
			walk(at+"."+name, child)
		}
	}
	walk("", document)
	if members < 80 {
		t.Errorf("only %d members were looked at", members)
	}
}

func TestWriteJSONIsStableAndWithoutSecrets(t *testing.T) {
	a, b := written(t, sample()), written(t, sample())
	if !bytes.Equal(a, b) {
		t.Error("two equal reports differ")
	}
	if bytes.Contains(a, []byte("TOPSECRET")) {
		t.Error("a secret is in the report")
	}
}

func TestLoadReadsWhatWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, written(t, sample()), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := sample()
	want.Target.Callers[0].SecretAccessKey = ""
	// Exchange has what was on the wire behind an unexported pointer, and it is not written.
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(target.Exchange{}), cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b target.Caller) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if got, want := got.Scenarios[1].DecisiveExchange().Operation, "DeleteImportedKeyMaterial"; got != want {
		t.Errorf("decisive: %s, want %s", got, want)
	}
}

func TestLoadPassesOverWhatItDoesNotKnow(t *testing.T) {
	r, err := parse([]byte(`{"schemaVersion":"1.7","mood":"good","scenarios":[{"id":"a","status":"passed","colour":3}]}`))
	if err != nil || len(r.Scenarios) != 1 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestLoadRefuses(t *testing.T) {
	whole := string(written(t, sample()))
	tests := []struct {
		name, text string
		says       []string
	}{
		{"an empty file", " \n", []string{"empty", "give the report.json"}},
		{"another format", "<testsuites/>", []string{"line 1", "no JSON", "give the report.json"}},
		{"half a report", whole[:len(whole)/2], []string{"cut short", "run the contract again"}},
		{"something after it", whole + "x", []string{"no JSON", fmt.Sprintf("line %d", strings.Count(whole, "\n")+1)}},
		{"other JSON", `{"name": "x"}`, []string{"schemaVersion is missing"}},
		{"a list", `[1]`, []string{"line 1", "no report"}},
		{"null", `null`, []string{"schemaVersion is missing"}},
		{"another version", `{"schemaVersion":"2.0","scenarios":[]}`, []string{`"2.0"`, "1.x", "this version"}},
		{"a version of another type", `{"schemaVersion":1,"scenarios":[]}`, []string{"schemaVersion cannot be a JSON number"}},
		{"no scenarios", `{"schemaVersion":"1.0"}`, []string{"no scenarios", "again"}},
		{"another type inside", "{\"schemaVersion\":\"1.0\",\"scenarios\":[\n{\"id\":7}]}", []string{"line 2", "id cannot be a JSON number"}},
		{"a scenario without id", `{"schemaVersion":"1.0","scenarios":[{"status":"passed"}]}`, []string{"scenario 1 has no id"}},
		{"an unknown status", `{"schemaVersion":"1.0","scenarios":[{"id":"a","status":"fine"}]}`, []string{`"a"`, `"fine"`}},
		{"a scenario twice", `{"schemaVersion":"1.0","scenarios":[{"id":"a","status":"passed"},{"id":"a","status":"failed"}]}`, []string{"twice"}},
		{"no exchange", `{"schemaVersion":"1.0","scenarios":[{"id":"a","status":"failed","exchanges":[null]}]}`, []string{"null"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "report.json")
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := Load(path)
			if err == nil || r != nil {
				t.Fatalf("got %+v, %v", r, err)
			}
			for _, part := range append(test.says, path) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.json")); err == nil || !strings.Contains(err.Error(), "none.json") {
		t.Errorf("got %v", err)
	}
}

// Whatever is read can be shown and written again.
func FuzzLoadReport(f *testing.F) {
	f.Add(written(f, sample()))
	f.Add([]byte(`{"schemaVersion":"1.0","scenarios":[{"id":"a","status":"failed","decisive":7,"exchanges":[{}]}]}`))
	f.Add([]byte(`{"schemaVersion":"1.0","scenarios":[{"id":"a/b/c","status":"blocked"}],"profiles":{"\u001b[2J":{}}}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := parse(text)
		if err != nil {
			return
		}
		r.Derive(contract())
		p := Printer{Contract: contract()}
		var shown bytes.Buffer
		p.Summary(&shown, r)
		for i := range r.Scenarios {
			p.Scenario(&shown, &r.Scenarios[i])
		}
		if bytes.ContainsAny(shown.Bytes(), "\x1b\x07\x00\r") {
			t.Errorf("control characters reach the screen: %q", shown.String())
		}
		if err := WriteJUnit(&shown, r); err != nil {
			t.Error(err)
		}
		if err := WriteJSON(&shown, r); err != nil {
			t.Error(err)
		}
	})
}
