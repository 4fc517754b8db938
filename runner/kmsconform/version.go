package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// build is what the binary knows of itself.
type build struct {
	Name    string `json:"name"`
	Version string `json:"version"` // of the module; "dev" for a build from a checkout
	Commit  string `json:"commit,omitempty"`
	Time    string `json:"time,omitempty"` // of the commit
	Dirty   bool   `json:"dirty"`          // built from a checkout with changes
	Go      string `json:"go,omitempty"`
}

// readBuild returns what Go's linker noted.
func readBuild() build {
	b := build{Name: "kmsconform", Version: "dev"}
	info, is := debug.ReadBuildInfo()
	if !is {
		return b
	}
	b.Go = info.GoVersion
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.Commit = setting.Value
		case "vcs.time":
			b.Time = setting.Value
		case "vcs.modified":
			b.Dirty = setting.Value == "true"
		}
	}
	return b
}

func newVersion(w world) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "Say which version this is",
		Example: "  kmsconform version\n  kmsconform version --json",
		Args:    noArguments,
		RunE: ran(func(*cobra.Command, []string) error {
			b := readBuild()
			if asJSON {
				return writeJSON(w.out, b)
			}
			line := b.Name + " " + b.Version
			if b.Commit != "" {
				line += " " + b.Commit[:min(12, len(b.Commit))]
			}
			if b.Dirty {
				line += " with changes"
			}
			_, err := fmt.Fprintf(w.out, "%s, %s\n", line, b.Go)
			return err
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

func writeJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}
