package runner_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// event is a line of go test -json.
type event struct {
	Action, Test, Output string
}

// vendor runs the tests of another module that imports the suite, in a copy of it, and returns what they came to and
// what they printed, by test.
func vendor(t *testing.T, environ []string, args ...string) (action, output map[string]string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds another module")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/vendormodule")); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600); err != nil {
		t.Fatal(err)
	}
	goCommand(t, dir, nil, "mod", "edit", "-replace", "github.com/kmsconform/kmsconform="+root)
	// -mod=mod takes the requirements over from the suite's go.mod; everything is in the module cache already.
	stdout := goCommand(t, dir, environ, append([]string{"test", "-mod=mod", "-json", "-count=1"}, args...)...)
	action, output = map[string]string{}, map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(stdout)); lines.Scan(); {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		switch e.Action {
		case "pass", "fail", "skip":
			action[e.Test] = e.Action
		case "output", "build-output":
			output[e.Test] += e.Output
		}
	}
	return action, output
}

// goCommand runs the go command; tests that fail are not its failure.
func goCommand(t *testing.T, dir string, environ []string, args ...string) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), "go", args...)
	c.Dir = dir
	c.Env = append(append(os.Environ(), "GOWORK=off"), environ...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil && args[0] != "test" {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	if len(out) == 0 && args[0] == "test" {
		t.Fatalf("go %s printed nothing: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return out
}

const (
	never  = "TestConformance/Key_states/Nothing_was_ever_imported"
	enable = "TestConformance/Key_states/The_material_of_an_enabled_key_is_deleted"
)

func TestAnotherModuleRunsTheContract(t *testing.T) {
	action, output := vendor(t, nil, "-run", "TestConformance/Key_states")
	if action[never] != "pass" {
		t.Errorf("%s: %q\n%s", never, action[never], output[never]+output[""])
	}
	if action[enable] != "skip" || !strings.Contains(output[enable], "does not implement GetParametersForImport") {
		t.Errorf("%s: %q without its reason:\n%s", enable, action[enable], output[enable])
	}
	for name := range action {
		if name != "" && name != "TestConformance" && !strings.HasPrefix(name, "TestConformance/Key_states") {
			t.Errorf("%s ran, and was not asked for", name)
		}
	}
}

func TestAnotherModuleSelectsOneScenario(t *testing.T) {
	action, output := vendor(t, nil, "-run", "^TestConformance$/^Key_states$/^Nothing_was_ever_imported$")
	delete(action, "") // the package
	want := map[string]string{"TestConformance": "pass", "TestConformance/Key_states": "pass", never: "pass"}
	if len(action) != len(want) {
		t.Errorf("ran %v, want %v\n%s", action, want, output[""])
	}
	for name, a := range want {
		if action[name] != a {
			t.Errorf("%s: %q, want %s", name, action[name], a)
		}
	}
}

func TestAnotherModuleSeesWhatDiffers(t *testing.T) {
	action, output := vendor(t, []string{"WRONG=yes"}, "-run", "TestConformance/Key_states")
	if action[never] != "fail" {
		t.Fatalf("%s: %q\n%s", never, action[never], output[never]+output[""])
	}
	for _, part := range []string{
		"DIKM-STATE-10", "expected  success", "actual    400 KMSInvalidStateException", "DeleteImportedKeyMaterial",
		"again     go test -run '^TestConformance$/^Key_states$/^Nothing_was_ever_imported$'",
	} {
		if !strings.Contains(output[never], part) {
			t.Errorf("the output does not say %q:\n%s", part, output[never])
		}
	}
}
