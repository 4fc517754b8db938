package plan_test

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kmsconform/kmsconform/runner/plan"
)

// published is the schema of plans. Strict, it describes every member: one that it does not describe is refused.
func published(t *testing.T, strict bool) *jsonschema.Schema {
	t.Helper()
	text := plan.Schema()
	if strict {
		text = bytes.ReplaceAll(text, []byte(`"additionalProperties": true`), []byte(`"additionalProperties": false`))
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Plans are as their published schema says, and have no member that it does not describe.
func TestSchema(t *testing.T) {
	plans := map[string]*plan.Plan{
		"two accounts, two Regions": made(t, everybody, "other-accounts/the-delete-by-key-arn", "multi-region-keys/a-multi-region-key-is-imported-in-both-regions/rsa-2048-encrypt"),
		"a skipped scenario":        made(t, []string{"primary"}, "other-accounts/the-delete-by-key-arn"),
		"a request of no operation": made(t, everybody, "the-wire/a-request-without-a-target-deletes-nothing"),
		"nothing":                   {SchemaVersion: plan.SchemaVersion, Regions: map[string]string{"primary": home, "replica": replica}, Accounts: []string{"primary"}, Share: 1},
	}
	for name, p := range plans {
		var written bytes.Buffer
		if err := p.WriteJSON(&written); err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(&written)
		if err != nil {
			t.Fatal(err)
		}
		if err := published(t, true).Validate(document); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		members, is := document.(map[string]any)
		if !is {
			t.Fatalf("%s is no object", name)
		}
		members["ofTomorrow"] = true // a minor version only adds members
		if err := published(t, false).Validate(document); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		members["schemaVersion"] = "2.0"
		if err := published(t, false).Validate(document); err == nil {
			t.Errorf("%s: another major version is valid", name)
		}
	}
}
