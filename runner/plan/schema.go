package plan

import (
	_ "embed"
	"slices"
)

// SchemaVersion is the version of the plan as JSON: MAJOR.MINOR. A minor version only adds members.
const SchemaVersion = "1.0"

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema of a plan as JSON.
func Schema() []byte { return slices.Clone(schema) }
