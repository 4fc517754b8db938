package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/compare"
	"github.com/kmsconform/kmsconform/runner/plan"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/runner/teeth"
)

// schemas are the JSON Schemas of what the command writes, the one that is meant without a name first.
var schemas = []struct {
	name string
	text func() []byte
}{
	{"report", report.Schema},
	{"compare", compare.Schema},
	{"teeth", teeth.Schema},
	{"plan", plan.Schema},
}

func newSchema(w world) *cobra.Command {
	var names []string
	for _, s := range schemas {
		names = append(names, s.name)
	}
	return &cobra.Command{
		Use:   "schema [" + strings.Join(names, "|") + "]",
		Short: "Print the JSON Schema of report.json, or of what another command writes as JSON",
		Example: `  kmsconform schema > report.schema.json
  kmsconform schema compare > compare.schema.json`,
		ValidArgs: names,
		Args:      cobra.MaximumNArgs(1),
		RunE: ran(func(_ *cobra.Command, args []string) error {
			name := schemas[0].name
			if len(args) > 0 {
				name = args[0]
			}
			for _, s := range schemas {
				if s.name == name {
					_, err := w.out.Write(s.text())
					return err
				}
			}
			return &runner.UsageError{
				Problem: fmt.Sprintf("there is no schema %q.", name),
				Advice:  fmt.Sprintf("There are %s.", strings.Join(names, ", ")),
			}
		}),
	}
}
