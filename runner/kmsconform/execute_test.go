package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// command runs the command in process and returns its exit code and what it printed.
func command(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	return commandIn(t.Context(), nil, args...)
}

func commandIn(ctx context.Context, environ []string, args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	code = execute(ctx, world{out: &stdout, errs: &stderr, environ: environ}, args)
	return code, stdout.String(), stderr.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBadInput(t *testing.T) {
	empty := t.TempDir()
	file := write(t, "file", "no folder, no report, no baseline: [")
	misspelt := filepath.Dir(write(t, "own.feature", "@core\nFeature: Own\n  @DIKM-STATE-01\n  Scenario: One\n    Givn a symmetric key without material\n"))
	undefined := filepath.Dir(write(t, "own.feature",
		"@core\nFeature: Own\n  @DIKM-STATE-01\n  Scenario: One\n    When the moon is full\n    Then the call succeeds\n"))
	unknown := filepath.Dir(write(t, "own.feature",
		"@core\nFeature: Own\n  @DIKM-MOON-01\n  Scenario: One\n    Given a symmetric key without material\n    When its imported material is deleted\n    Then the call succeeds\n"))
	tests := []struct {
		name string
		args string   // separated by spaces; + is a space in one
		says []string // parts of the message
	}{
		{"a flag", "run --profle core", []string{"unknown flag: --profle", "Did you mean --profile?"}},
		{"a command", "rn", []string{`no command "rn"`, "Did you mean run?"}},
		{"an argument", "run everything", []string{`"everything"`}},
		{"a profile", "run --profile expiry", []string{`no profile "expiry"`, "expiration"}},
		{"a requirement", "run --requirement DIKM-STATE-1", []string{`no requirement "DIKM-STATE-1"`, `Did you mean "DIKM-STATE-01"?`}},
		{"a pattern", "run --scenario (", []string{"regular expression"}},
		{"tags", "run --tags @core+and+(@probe", []string{"this \"(\" is never closed", "@core and (@probe\n              ^"}},
		{"a selection of nothing", "run --tags @nothing", []string{"nothing is selected", "kmsconform list"}},
		{"a shard", "run --shard 5/2", []string{`shard "5/2"`, "2/5"}},
		{"workers", "run --workers -1", []string{"-1 workers"}},
		{"no number", "run --workers many", []string{`"many"`, "--workers"}},
		{"a time limit", "run --timeout 5", []string{`"5"`, "--timeout"}},
		{"a baseline that is not there", "run --baseline " + empty + "/none.yaml", []string{"none.yaml"}},
		{"a baseline that is none", "run --baseline " + file, []string{file}},
		{"two baselines", "run --baseline a --write-baseline b", []string{"baseline write-baseline"}},
		{"a rerun of nothing", "run --rerun " + file, []string{"--rerun " + file, "report.json"}},
		{"a report that is a file", "run --report " + file, []string{"--report " + file + " is a file"}},
		{"a report below a file", "run --report " + file + "/below", []string{"--report " + file + "/below"}},
		{"a folder without features", "run --features " + empty, []string{empty}},
		{"a folder that is not there", "lint --features " + empty + "/none", []string{"none"}},
		{"a misspelt keyword", "lint --features " + misspelt, []string{"own.feature:5", "Givn"}},
		{"an undefined step", "run --features " + undefined, []string{"own.feature:5", "the moon is full"}},
		{"an unknown requirement", "run --features-only --features " + unknown, []string{"own.feature:3", "DIKM-MOON-01"}},
		{"no folder", "run --features-only", []string{"--features DIR"}},
		{"consistency", "run --endpoint http://127.0.0.1:1 --consistency weak", []string{`no consistency "weak"`, "strong, eventual"}},
		{"a Region", "run --endpoint http://127.0.0.1:1 --region Frankfurt", []string{`--region "Frankfurt"`, "us-east-1"}},
		{"a Region twice", "run --endpoint http://127.0.0.1:1 --region us-east-1 --region eu-west-1", []string{"primary twice"}},
		{"an endpoint", "run --endpoint localhost", []string{"localhost"}},
		{"a caller of the reference", "run --caller primary=AKID:SECRET", []string{"--caller", "--endpoint"}},
		{"a caller twice", "run --endpoint http://127.0.0.1:1 --caller primary=A:TOPSECRET --caller primary=B:TOPSECRET", []string{"primary is given twice"}},
		{"a caller that is none", "run --endpoint http://127.0.0.1:1 --caller TOPSECRET", []string{"NAME="}},
		{"a caller without a secret", "run --endpoint http://127.0.0.1:1 --caller primary=TOPSECRET", []string{"caller primary"}},
		{"no primary", "run --endpoint http://127.0.0.1:1 --caller second-account=AKID:TOPSECRET", []string{"none of them is primary"}},
		{"an id", "explain DIKM-STATE-7", []string{"DIKM-STATE-07"}},
		{"no id", "explain", []string{"takes one id"}},
		{"evidence", "requirements --evidence rumour", []string{`no evidence level "rumour"`, "observed, documented, inferred, unknown"}},
		{"principals", "serve --listen 127.0.0.1:0 --principals " + file, []string{file}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args := strings.Fields(test.args)
			for i, arg := range args {
				args[i] = strings.ReplaceAll(arg, "+", " ")
			}
			if args[0] == "run" && !strings.Contains(test.args, "--report") {
				args = append(args, "--no-report")
			}
			code, out, errs := command(t, args...)
			if code != exitUsage || out != "" {
				t.Errorf("exit code %d, out %q; want 2 and nothing\n%s", code, out, errs)
			}
			if !strings.HasPrefix(errs, "kmsconform: ") || strings.Contains(errs, "TOPSECRET") {
				t.Errorf("the message does not begin with the name, or shows a secret:\n%s", errs)
			}
			for _, part := range test.says {
				if !strings.Contains(errs, part) {
					t.Errorf("the message does not say %q:\n%s", part, errs)
				}
			}
		})
	}
}

// Whatever a target does instead of answering, the run says so, ends, and blames nobody's contract.
func TestTargetsThatCannotBeUsed(t *testing.T) {
	answer := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	tests := map[string]http.HandlerFunc{
		"HTML":                answer(http.StatusOK, "text/html", "<!doctype html><html><body>Welcome</body></html>"),
		"truncated JSON":      answer(http.StatusOK, "application/x-amz-json-1.1", `{"Keys": [`),
		"another content":     answer(http.StatusOK, "text/plain", "it works"),
		"a redirect":          func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"a broken connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "{")
			panic(http.ErrAbortHandler)
		},
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			unusable(t, server.URL)
		})
	}
	t.Run("a refused connection", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_ = listener.Close()
		unusable(t, "http://"+listener.Addr().String())
	})
}

func unusable(t *testing.T, url string) {
	t.Helper()
	code, out, errs := command(t, "run", "--endpoint", url, "--scenario", "key-states/nothing-was-ever-imported", "--no-report")
	if code != exitCouldNotRun || !strings.HasPrefix(errs[strings.LastIndex(strings.TrimSpace(errs), "\n")+1:], "kmsconform: ") {
		t.Errorf("exit code %d, want 3 and a message\n%s%s", code, out, errs)
	}
	if strings.Contains(out, "expected") {
		t.Errorf("the contract is blamed:\n%s", out)
	}
}

func TestEverySubcommandHasHelpWithExamples(t *testing.T) {
	root := newRoot(world{out: io.Discard, errs: io.Discard})
	for _, c := range root.Commands() {
		if c.Example == "" || c.Short == "" {
			t.Errorf("%s has no example or no short description", c.Name())
		}
		for line := range strings.Lines(c.Example) {
			if text := strings.TrimSpace(line); strings.HasPrefix(text, "kmsconform ") && !strings.HasPrefix(text, "kmsconform "+c.Name()) {
				t.Errorf("an example of %s is about something else: %s", c.Name(), text)
			}
		}
	}
	code, out, _ := command(t, "run", "--help")
	if code != exitConformant || !strings.Contains(out, "Exit codes:") || !strings.Contains(out, "kmsconform run --endpoint") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestVersion(t *testing.T) {
	code, out, _ := command(t, "version", "--json")
	var b build
	if err := json.Unmarshal([]byte(out), &b); code != exitConformant || err != nil || b.Name != "kmsconform" || b.Version == "" || b.Go == "" {
		t.Errorf("exit code %d, %v: %s", code, err, out)
	}
	if code, out, _ := command(t, "version"); code != exitConformant || !strings.HasPrefix(out, "kmsconform ") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestListingsAgreeWithEachOther(t *testing.T) {
	var scenarios []listed
	var requirements []requirement
	unmarshal(t, &scenarios, "list", "--json")
	unmarshal(t, &requirements, "requirements", "--json")
	if len(scenarios) == 0 || len(requirements) == 0 {
		t.Fatalf("%d scenarios, %d requirements", len(scenarios), len(requirements))
	}
	covering := map[string]int{}
	for _, s := range scenarios {
		if s.ID == "" || s.File == "" || s.Line == 0 || s.Profile == "" {
			t.Errorf("incomplete: %+v", s)
		}
		for _, id := range s.Requirements {
			covering[id]++
		}
	}
	for _, r := range requirements {
		if covering[r.ID] != len(r.Scenarios) {
			t.Errorf("%s names %d scenarios, and %d name it", r.ID, len(r.Scenarios), covering[r.ID])
		}
		if r.Statement == "" || r.Sources == nil || r.Scenarios == nil {
			t.Errorf("incomplete: %+v", r)
		}
	}
	var uncovered []requirement
	unmarshal(t, &uncovered, "requirements", "--uncovered", "--json")
	for _, r := range uncovered {
		if r.Untestable == "" && r.Planned == "" {
			t.Errorf("%s is uncovered without a reason", r.ID)
		}
	}
	var one []listed
	unmarshal(t, &one, "list", "--json", "--scenario", scenarios[0].ID)
	if len(one) != 1 || one[0].ID != scenarios[0].ID {
		t.Errorf("--scenario %s lists %+v", scenarios[0].ID, one)
	}
}

func unmarshal(t *testing.T, into any, args ...string) {
	t.Helper()
	code, out, errs := command(t, args...)
	if err := json.Unmarshal([]byte(out), into); code != exitConformant || err != nil {
		t.Fatalf("kmsconform %s: exit code %d, %v\n%s", strings.Join(args, " "), code, err, errs)
	}
}

func TestExplain(t *testing.T) {
	code, out, errs := command(t, "explain", "dikm-state-07")
	if code != exitConformant {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, part := range []string{"DIKM-STATE-07", "Sources", "https://", "Scenarios", "key_states.feature:", "The reference KMS"} {
		if !strings.Contains(out, part) {
			t.Errorf("it does not say %q:\n%s", part, out)
		}
	}
}

func TestStepsListsEverySentence(t *testing.T) {
	code, out, _ := command(t, "steps")
	for _, s := range sentences() {
		if !strings.Contains(out, s.Sentence+"\n") {
			t.Errorf("%q is missing", s.Sentence)
		}
	}
	if code != exitConformant {
		t.Errorf("exit code %d", code)
	}
}

func TestSchemaIsJSON(t *testing.T) {
	code, out, _ := command(t, "schema")
	if code != exitConformant || !json.Valid([]byte(out)) {
		t.Errorf("exit code %d: %.80s", code, out)
	}
}

func TestCompletionKnowsTheContract(t *testing.T) {
	for args, want := range map[string]string{
		"run --profile c":                   "cross-account\n",
		"run --requirement DIKM-STATE-0":    "DIKM-STATE-07\t",
		"run --scenario key-states/nothing": "key-states/nothing-was-ever-imported\n",
		"run --tags @pro":                   "@probe\n",
		"explain DIKM-WIRE-0":               "DIKM-WIRE-03\t",
		"requirements --evidence o":         "observed\n",
		"run --consistency e":               "eventual\n",
		"list --profile exp":                "expiration\n",
	} {
		if _, out, errs := command(t, append([]string{"__complete"}, strings.Fields(args)...)...); !strings.Contains(out, want) {
			t.Errorf("%s: %q is missing in\n%s%s", args, want, out, errs)
		}
	}
	if code, out, _ := command(t, "completion", "bash"); code != exitConformant || !strings.Contains(out, "__start_kmsconform") {
		t.Errorf("completion bash: exit code %d", code)
	}
}

func TestDryRunRunsNothing(t *testing.T) {
	asked := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the target was asked something") }))
	defer asked.Close()
	dir := filepath.Join(t.TempDir(), "report")
	code, out, errs := command(t, "run", "--dry-run", "--endpoint", asked.URL, "--profile", "hmac", "--workers", "3", "--report", dir)
	if code != exitConformant || !strings.Contains(out, "hmac") || !strings.Contains(out, "3 workers") {
		t.Errorf("exit code %d:\n%s%s", code, out, errs)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("there is a report of a run that was none")
	}
}

func TestServeAnswersAndStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := execute(ctx, world{out: writer, errs: io.Discard}, []string{"serve", "--listen", "127.0.0.1:0"})
		_ = writer.Close()
		ended <- code
	}()
	printed := make([]byte, 4096)
	n, err := reader.Read(printed)
	if err != nil {
		t.Fatal(err)
	}
	_, url, _ := strings.Cut(string(printed[:n]), "answers at ")
	url, _, _ = strings.Cut(url, " ")
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	response, err := http.Get(url + "/_kmsconform/health")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("health: %v, %v", response, err)
	}
	stop()
	select {
	case code := <-ended:
		if code != exitConformant {
			t.Errorf("exit code %d", code)
		}
	case <-time.After(10 * time.Second):
		t.Error("it does not stop")
	}
}
