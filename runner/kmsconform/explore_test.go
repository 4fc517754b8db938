package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExploreBadInput(t *testing.T) {
	there := write(t, "there.feature", "Feature: There\n")
	for _, c := range []struct {
		args string
		says []string
	}{
		{"--operations DeleteImportedKeyMateral", []string{"DeleteImportedKeyMateral", "Did you mean DeleteImportedKeyMaterial?"}},
		{"--steps -3", []string{"--steps is too small"}},
		{"--save found.txt", []string{"found.txt", ".feature"}},
		{"--save " + there, []string{"is there already", "--overwrite"}},
		{"--defect delete-does-nothin", []string{"did you mean delete-does-nothing?"}},
		{"--defect delete-does-nothing --endpoint http://127.0.0.1:1", []string{"Leave one of them out"}},
	} {
		code, out, errs := command(t, append([]string{"explore"}, strings.Fields(c.args)...)...)
		for _, want := range c.says {
			if code != exitUsage || out != "" || !strings.Contains(errs, want) {
				t.Errorf("%s: exit code %d, out %q, errs %q; want %q", c.args, code, out, errs, want)
			}
		}
	}
	if text, err := os.ReadFile(there); err != nil || string(text) != "Feature: There\n" {
		t.Errorf("the file is now %q (%v)", text, err)
	}
}

// What explore saves is a folder that run and lint take.
func TestExploreSavesWhatRuns(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "explored.feature")
	code, out, errs := command(t, "explore", "--defect", "delete-does-nothing", "--seed", "1", "--runs", "3", "--save", file)
	if code != exitDivergent || !strings.Contains(out, "seed 1") || !strings.Contains(out, "again  kmsconform explore --defect delete-does-nothing --runs 3 --seed 1") {
		t.Fatalf("exit code %d, out %s, errs %s", code, out, errs)
	}
	if code, out, errs := command(t, "lint", "--features", dir); code != exitConformant {
		t.Errorf("lint: exit code %d, %s%s", code, out, errs)
	}
	if code, out, errs := command(t, "run", "--features", dir, "--features-only", "--no-report"); code != exitConformant {
		t.Errorf("on the reference: exit code %d, %s%s", code, out, errs)
	}
	if code, _, _ := command(t, "explore", "--runs", "2", "--seed", "1", "--steps", "5"); code != exitConformant {
		t.Errorf("the reference explored: exit code %d", code)
	}
}
