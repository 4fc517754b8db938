package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
)

// gremlins finds the mutants. It could also try them, and does not, because its version 0.6.0 takes a mutant that does not
// compile for one that was killed (since Go 1.20, go test ends with 1 in both cases), does not tell which scenario killed
// one, and cannot go on where it was interrupted.
const gremlins = "github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0"

// runnable is the status of mutants that the tests execute.
const runnable = "RUNNABLE"

// mutation is what gremlins says of one.
type mutation struct {
	Type   string `json:"type"`
	Status string `json:"status"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// find has gremlins find the mutants of a package in the copy, and measure which of them the contract executes.
func (c *workshop) find(ctx context.Context, folder string) ([]mutant, error) {
	output := filepath.Join(c.scratch, "gremlins-"+path.Base(folder)+".json")
	command := exec.CommandContext(ctx, "go", "run", gremlins, //nolint:gosec // the folders are this program's
		"unleash", "--dry-run", "--silent", "--output", output,
		"--invert-assignments", "--invert-bitwise", "--invert-bwassign", "--invert-logical", "--invert-loopctrl", "--remove-self-assignments",
		"./"+folder)
	command.Dir, command.Env = c.root, c.environment()
	if said, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("have gremlins find the mutants of %s: %w\n%s", folder, err, said)
	}
	text, err := os.ReadFile(output)
	if err != nil {
		return nil, fmt.Errorf("read what gremlins found in %s: %w", folder, err)
	}
	found, err := parseGremlins(text)
	if err != nil {
		return nil, fmt.Errorf("read what gremlins found in %s: %w", folder, err)
	}
	var all []mutant
	for _, name := range slices.Sorted(maps.Keys(found)) {
		file := path.Join(folder, name)
		text, err := os.ReadFile(filepath.Join(c.root, filepath.FromSlash(file)))
		if err != nil {
			return nil, fmt.Errorf("find the mutants of %s: %w", file, err)
		}
		mutants, err := mutantsOf(file, text, found[name])
		if err != nil {
			return nil, err
		}
		all = append(all, mutants...)
	}
	return all, nil
}

// parseGremlins reads the output of a dry run: the mutations by file.
func parseGremlins(text []byte) (map[string][]mutation, error) {
	var output struct {
		Files []struct {
			Name      string     `json:"file_name"`
			Mutations []mutation `json:"mutations"`
		} `json:"files"`
	}
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&output); err != nil {
		return nil, fmt.Errorf("it is not the JSON that gremlins writes: %w", err)
	}
	files := map[string][]mutation{}
	for _, f := range output.Files {
		if f.Name == "" || len(f.Mutations) == 0 {
			return nil, fmt.Errorf("a file without a name or without mutations: %q", f.Name)
		}
		for _, m := range f.Mutations {
			if mutations[m.Type] == nil {
				return nil, fmt.Errorf("%s:%d: a mutation of type %q is unknown; compare the table in mutant.go with that of this version of gremlins", f.Name, m.Line, m.Type)
			}
		}
		files[f.Name] = append(files[f.Name], f.Mutations...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("it names no mutant")
	}
	return files, nil
}
