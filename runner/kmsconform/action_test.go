package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const actionDir = "../../.github/actions/kmsconform"

// action is as much of action.yml as the tests need.
type action struct {
	Inputs map[string]struct {
		Description string `yaml:"description"`
		Default     string `yaml:"default"`
	} `yaml:"inputs"`
	Runs struct {
		Steps []struct {
			Uses string            `yaml:"uses"`
			Env  map[string]string `yaml:"env"`
			Run  string            `yaml:"run"`
			If   string            `yaml:"if"`
			With map[string]string `yaml:"with"`
		} `yaml:"steps"`
	} `yaml:"runs"`
}

func TestTheActionsInputsAreDocumentedAndUsed(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(actionDir, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	scripts := ""
	for _, name := range []string{"run.sh", "install.sh"} {
		script, err := os.ReadFile(filepath.Join(actionDir, name))
		if err != nil {
			t.Fatal(err)
		}
		scripts += string(script)
	}
	used := map[string]bool{}
	for _, step := range a.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("an input becomes a part of a command: %s", step.Run)
		}
		all := step.If
		for _, value := range step.With {
			all += value
		}
		for variable, value := range step.Env {
			all += value
			if !strings.Contains(scripts, variable) {
				t.Errorf("no script reads %s", variable)
			}
		}
		for _, match := range regexp.MustCompile(`inputs\.([a-z]+)`).FindAllStringSubmatch(all, -1) {
			used[match[1]] = true
		}
	}
	for name, input := range a.Inputs {
		if strings.TrimSpace(input.Description) == "" || !used[name] {
			t.Errorf("input %s: used %v, description %q", name, used[name], input.Description)
		}
	}
	if len(used) != len(a.Inputs) {
		t.Errorf("%v are used, and %d inputs declared", used, len(a.Inputs))
	}
}

// The action's script, with a command in kmsconform's place that shows its arguments and writes a summary.
func TestTheActionsScript(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the script needs bash")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("the script needs bash")
	}
	script, err := filepath.Abs(filepath.Join(actionDir, "run.sh"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		inputs  []string
		code    int
		args    string
		summary string
	}{
		"nothing": {nil, 0, "<run><--no-color><--report><kmsconform-report>", "the summary"},
		"everything": {
			[]string{
				"INPUT_ENDPOINT=http://127.0.0.1:1", "INPUT_EMULATOR=x y", "INPUT_PROFILE= core,hmac  rotation\n", "INPUT_BASELINE=a b.yaml",
				"INPUT_REPORT=out put", "INPUT_ARGS=--workers 4\n--timeout 2m",
			},
			1,
			"<run><--no-color><--report><out put><--endpoint><http://127.0.0.1:1><--emulator><x y><--baseline><a b.yaml>" +
				"<--profile><core><--profile><hmac><--profile><rotation><--workers><4><--timeout><2m>",
			"the summary",
		},
		"commands stay words": {
			[]string{"INPUT_ENDPOINT=$(touch pwned)", "INPUT_ARGS=`touch pwned` ;touch pwned"}, 0,
			"<run><--no-color><--report><kmsconform-report><--endpoint><$(touch pwned)><`touch><pwned`><;touch><pwned>", "the summary",
		},
		"no summary": {[]string{"NO_SUMMARY=yes"}, 3, "<run><--no-color><--report><kmsconform-report>", "could not run (exit code 3)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			fake := fmt.Sprintf("#!%s\nprintf '<%%s>' \"$@\" > args\nif [ -z \"${NO_SUMMARY:-}\" ]; then mkdir -p \"$4\"; echo the summary > \"$4/summary.md\"; fi\nexit %d\n", bash, test.code)
			if err := os.WriteFile(filepath.Join(dir, "kmsconform"), []byte(fake), 0o700); err != nil {
				t.Fatal(err)
			}
			c := exec.CommandContext(t.Context(), bash, script)
			c.Dir = dir
			c.Env = append([]string{
				"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH"), "GITHUB_OUTPUT=" + filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "shown"),
			}, test.inputs...)
			out, err := c.CombinedOutput()
			if code := c.ProcessState.ExitCode(); code != test.code {
				t.Errorf("exit code %d, %v\n%s", code, err, out)
			}
			for file, want := range map[string]string{"args": test.args, "output": fmt.Sprintf("exit-code=%d\n", test.code), "shown": test.summary} {
				got, err := os.ReadFile(filepath.Join(dir, file))
				if err != nil || !strings.Contains(string(got), want) {
					t.Errorf("%s: %v, %q does not say %q", file, err, got, want)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
				t.Error("an input was run as a command")
			}
		})
	}
}
