package teeth

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema of teeth.json.
func Schema() []byte { return slices.Clone(schema) }
