package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/kmsconform/kmsconform/runner/mutate/play"
)

const module = "github.com/kmsconform/kmsconform"

// workshop is a copy of the module in which the packages that are mutated have one test: the contract.
type workshop struct {
	scratch string // a folder for what is made
	root    string // of the copy, within scratch
	known   string // the file that says what the scenarios come to without a mutation
	many    string // the program that holds many mutants
	folders []string
}

// left are the folders that a copy needs not.
var left = map[string]bool{".git": true, ".github": true, "bin": true, "docs": true, "examples": true, "kmsconform-report": true}

// theTest is the only one that the packages in a copy have.
const theTest = `package %s_test

import (
	"testing"

	"github.com/kmsconform/kmsconform/runner/mutate/play"
)

func TestContract(t *testing.T) { play.Contract(t) }
`

// newWorkshop copies the module at root into scratch.
func newWorkshop(root, scratch string, folders []string) (*workshop, error) {
	c := &workshop{scratch: scratch, root: filepath.Join(scratch, "module"), known: filepath.Join(scratch, "known.json"), folders: folders}
	if err := os.Mkdir(c.root, 0o750); err != nil {
		return nil, fmt.Errorf("copy the module: %w", err)
	}
	from, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("copy the module: %w", err)
	}
	defer from.Close()
	to, err := os.OpenRoot(c.root)
	if err != nil {
		return nil, fmt.Errorf("copy the module: %w", err)
	}
	defer to.Close()
	if err := duplicate(from, to); err != nil {
		return nil, fmt.Errorf("copy the module: %w", err)
	}
	for _, folder := range folders {
		text := fmt.Sprintf(theTest, path.Base(folder))
		if err := to.WriteFile(path.Join(folder, "contract_test.go"), []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("give %s the contract as its test: %w", folder, err)
		}
	}
	return c, nil
}

// duplicate copies what is needed to build the module, without its tests.
func duplicate(from, to *os.Root) error {
	return fs.WalkDir(from.FS(), ".", func(at string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && left[at]:
			return fs.SkipDir
		case entry.IsDir():
			return to.MkdirAll(at, 0o750)
		case !entry.Type().IsRegular() || strings.HasSuffix(at, "_test.go"):
			return nil
		}
		text, err := from.ReadFile(at)
		if err != nil {
			return err
		}
		return to.WriteFile(at, text, 0o600)
	})
}

// environment is what Go is called with. Copies in different folders have the same cache because paths are trimmed.
func (c *workshop) environment(more ...string) []string {
	return append(os.Environ(), append([]string{"GOFLAGS=-trimpath -vet=off -buildvcs=false"}, more...)...)
}

// build makes the test of a package, with some files in place of others, and returns what the compiler said where it
// refused. Without inlining, a change in a package that is mutated leaves the packages above it as they are.
func (c *workshop) build(ctx context.Context, folder, binary, scratch string, files map[string][]byte) (refused string, err error) {
	overlay, err := c.overlay(scratch, files)
	if err != nil {
		return "", fmt.Errorf("build the contract with the mutant: %w", err)
	}
	args := []string{"test", "-c", "-ldflags=-s -w", "-o", binary, "-overlay", overlay}
	for _, f := range c.folders {
		args = append(args, "-gcflags="+module+"/"+f+"=-l")
	}
	command := exec.CommandContext(ctx, "go", append(args, "./"+folder)...) //nolint:gosec // the folders are this program's
	command.Dir, command.Env = c.root, c.environment()
	said, err := command.CombinedOutput()
	switch {
	case err == nil:
		return "", nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case strings.HasPrefix(string(said), "# "+module+"/"): // the compiler's complaint about a package
		return strings.TrimSpace(string(said)), nil
	}
	return "", fmt.Errorf("build the contract with the mutant: %w\n%s", err, said)
}

// overlay writes files, and what tells Go to take them for those of the module.
func (c *workshop) overlay(scratch string, files map[string][]byte) (string, error) {
	replace := map[string]string{}
	for name, text := range files {
		at := filepath.Join(scratch, strings.ReplaceAll(name, "/", "-"))
		if err := os.WriteFile(at, text, 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(c.root, filepath.FromSlash(name))] = at
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(scratch, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// learn builds the program that holds many mutants and plays the contract on it while it is none: first to know what its
// scenarios come to and which mutants each of them meets, then to see that they always come to that.
func (c *workshop) learn(ctx context.Context, trials []trial) error {
	number, files := 0, map[string][]byte{}
	for _, folder := range c.folders {
		var mutants []*mutant
		for i := range trials {
			if path.Dir(trials[i].File) == folder {
				mutants = append(mutants, &trials[i].mutant)
			}
		}
		switched, err := c.switches(ctx, folder, mutants, &number)
		if err != nil {
			return err
		}
		maps.Copy(files, switched)
	}
	scratch := filepath.Join(c.scratch, "many")
	if err := os.Mkdir(scratch, 0o750); err != nil {
		return fmt.Errorf("make a folder for many mutants: %w", err)
	}
	c.many = filepath.Join(scratch, "mutants.test")
	switch refused, err := c.build(ctx, c.folders[0], c.many, scratch, files); {
	case err != nil:
		return err
	case refused != "":
		return fmt.Errorf("the module does not compile with all mutants in it, each behind a switch:\n%s", refused)
	}
	for _, told := range []string{play.Record, play.Known} {
		command := exec.CommandContext(ctx, c.many) //nolint:gosec // it was just built
		command.Dir, command.Env = c.scratch, c.environment(told+"="+c.known)
		if said, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("play the contract without a mutation: %w; mend that first\n%s", err, said)
		}
	}
	known, err := play.Load(c.known)
	if err != nil {
		return err
	}
	cover(trials, known)
	return nil
}

// cover notes which mutants the contract meets. Gremlins knows only what a coverage profile says, and that leaves out the
// conditions of cases.
func cover(trials []trial, known map[string]play.Came) {
	met := map[int]bool{}
	for _, came := range known {
		for _, n := range came.Reached {
			met[n] = true
		}
	}
	for i := range trials {
		m := &trials[i].mutant
		m.Covered = m.Covered || met[m.Number] && m.Number > 0
	}
}
