package main

import (
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/emulator"
	"github.com/kmsconform/kmsconform/runner/report"
)

func TestEmulatorsAreListed(t *testing.T) {
	var listed []struct {
		Name, Image string
		Port        int
	}
	unmarshal(t, &listed, "emulators", "--json")
	if len(listed) != len(emulator.Names()) || listed[0].Image == "" || listed[0].Port == 0 {
		t.Errorf("listed: %+v", listed)
	}
	code, out, _ := command(t, "emulators")
	for _, name := range emulator.Names() {
		if !strings.Contains(out, "\n"+name+" ") && !strings.HasPrefix(out, name+" ") {
			t.Errorf("%s is missing in\n%s", name, out)
		}
	}
	if code != exitConformant || !strings.Contains(out, "needs LOCALSTACK_AUTH_TOKEN") ||
		!strings.Contains(out, "the contract ran on motoserver/moto:5.2.5 on 2026-") || !strings.Contains(out, "never run by this project") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if _, out, _ := command(t, "__complete", "run", "--emulator", "loc"); !strings.Contains(out, "localstack\t") || !strings.Contains(out, "local-kms\t") {
		t.Errorf("completion: %s", out)
	}
}

func TestBadInputForEmulators(t *testing.T) {
	broken := write(t, "broken.yaml", "name: mine\nimage: mine:1\nport: 80\nenvironment:\n  TOKEN: [TOPSECRET]\n")
	for _, test := range []struct {
		name, args string
		says       []string
	}{
		{"a name", "--emulator motto", []string{`no emulator "motto"`, `Did you mean "moto"?`, "ministack"}},
		{"a file that is not there", "--emulator ./none.yaml", []string{"./none.yaml"}},
		{"a file that is none", "--emulator " + broken, []string{broken, "line 5"}},
		{"an endpoint, too", "--emulator moto --endpoint http://127.0.0.1:1", []string{"emulator endpoint"}},
		{"control", "--emulator moto --control", []string{"emulator control"}},
		{"an image of nothing", "--image mine:1", []string{"--image", "--emulator NAME"}},
		{"a variable of nothing", "--env A=TOPSECRET --keep", []string{"--env, --keep", "--emulator NAME"}},
		{"a variable without a name", "--emulator moto --env =TOPSECRET", []string{"--env: number 1 has no name"}},
		{"a variable that is not here", "--emulator moto --env NOT_HERE", []string{"--env NOT_HERE", "Export it"}},
		{"a path", "--emulator moto --ready-path health", []string{`--ready-path "health"`, "/health"}},
		{"no time", "--emulator moto --ready-within -1s", []string{"--ready-within -1s"}},
		{"a Region", "--emulator moto --region Frankfurt", []string{`--region "Frankfurt"`}},
		{"consistency", "--emulator moto --consistency weak", []string{`no consistency "weak"`}},
		{"a selection of nothing", "--emulator moto --tags @nothing", []string{"nothing is selected"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, out, errs := command(t, append([]string{"run", "--no-report"}, strings.Fields(test.args)...)...)
			if code != exitUsage || out != "" || strings.Contains(errs, "TOPSECRET") {
				t.Errorf("exit code %d, out %q; want 2, nothing, and no secret\n%s", code, out, errs)
			}
			for _, part := range test.says {
				if !strings.Contains(errs, part) {
					t.Errorf("the message does not say %q:\n%s", part, errs)
				}
			}
		})
	}
}

func TestAnEmulatorIsPlannedWithoutStartingIt(t *testing.T) {
	code, out, errs := command(t, "run", "--emulator", "localstack", "--dry-run", "--profile", "hmac", "--no-report")
	if code != exitConformant || !strings.Contains(out, "on LocalStack with 8 workers") {
		t.Errorf("exit code %d:\n%s%s", code, out, errs)
	}
}

func TestAVariableThatAnEmulatorNeeds(t *testing.T) {
	code, _, errs := commandIn(t.Context(), []string{"LOCALSTACK_AUTH_TOKEN="}, "run", "--emulator", "localstack-pro", "--no-report")
	if code != exitCouldNotRun || !strings.Contains(errs, "needs LOCALSTACK_AUTH_TOKEN") {
		t.Errorf("exit code %d:\n%s", code, errs)
	}
}

func TestAgainStartsTheSameEmulator(t *testing.T) {
	r := running{emulating: emulating{
		emulator: "moto", image: "my moto:1", env: []string{"TOKEN=TOPSECRET", "DEBUG"}, readyPath: "/health",
	}, targeting: targeting{consistency: "eventual"}}
	const want = `kmsconform run --emulator moto --image 'my moto:1' --env TOKEN="$TOKEN" --env DEBUG --ready-path /health --consistency eventual --scenario 'a/b'`
	if got := r.again(&report.Scenario{ID: "a/b"}); got != want {
		t.Errorf("again: %s\nwant   %s", got, want)
	}
}
