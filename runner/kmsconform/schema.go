package main

import (
	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/runner/report"
)

func newSchema(w world) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of report.json",
		Example: "  kmsconform schema > report.schema.json",
		Args:    noArguments,
		RunE: ran(func(*cobra.Command, []string) error {
			_, err := w.out.Write(report.Schema())
			return err
		}),
	}
}
