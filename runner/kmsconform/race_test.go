package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRaceExplained(t *testing.T) {
	code, out, errs := command(t, "race", "--rounds", "5", "--seed", "4")
	if code != exitConformant || errs != "" || !strings.Contains(out, "seed 4\n✓ each of 5 rounds is explained") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	code, out, errs = command(t, "race", "--rounds", "3", "--endpoint", served(t))
	if code != exitConformant || !strings.Contains(out, "✓ each of 3 rounds is explained") {
		t.Errorf("an endpoint: exit code %d\n%s%s", code, out, errs)
	}
}

func TestRaceContradicted(t *testing.T) {
	page := filepath.Join(t.TempDir(), "new", "race.html")
	url := served(t, "racing-schedules-all-succeed")
	code, out, errs := command(t, "race", "--seed", "1", "--endpoint", url, "--html", page, "--callers", "5", "--without", "Encrypt",
		"--caller", "primary=111122223333:kmsconform")
	if code != exitDivergent {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	for _, want := range []string{
		"✗ No order of the calls of round ", "ScheduleKeyDeletion", "but not     ", "all of it   " + page,
		"again       kmsconform race --endpoint " + url + " --caller 'primary=…' --seed 1 --rounds ", " --callers 5 --without Encrypt\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out+errs, ":kmsconform") {
		t.Error("a secret access key is shown")
	}
	html, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(html), "ScheduleKeyDeletion: success") {
		t.Errorf("the page: %d bytes, %v", len(html), err)
	}
}

func TestRaceBadInput(t *testing.T) {
	for _, c := range []struct {
		name string
		args string
		says []string
	}{
		{"an eventually consistent target", "--consistency eventual --endpoint http://127.0.0.1:1", []string{"does not apply", "--profile concurrency"}},
		{"no rounds", "--rounds 0", []string{"--rounds 0"}},
		{"no callers", "--callers 0", []string{"--callers 0"}},
		{"one caller", "--callers 1", []string{"1 callers do not race", "2 to 16"}},
		{"too much", "--callers 16 --operations 16", []string{"64 calls"}},
		{"no operation", "--without DeleteKey", []string{`"DeleteKey"`, "ScheduleKeyDeletion"}},
		{"the operation that it is about", "--without DeleteImportedKeyMaterial", []string{"no race without DeleteImportedKeyMaterial"}},
		{"no time to check", "--check-timeout 0s", []string{"--check-timeout"}},
		{"a seed", "--seed -1", []string{"--seed"}},
		{"a defect", "--defect racing-schedule-all-succeed", []string{"racing-schedules-all-succeed"}},
		{"a defect of an endpoint", "--defect racing-schedules-all-succeed --endpoint http://127.0.0.1:1", []string{"--defect is for the embedded"}},
		{"a flag", "--round 5", []string{"Did you mean --rounds?"}},
		{"an argument", "everything", []string{"takes no argument"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := command(t, append([]string{"race"}, strings.Fields(c.args)...)...)
			if code != exitUsage || out != "" {
				t.Errorf("exit code %d, and printed %q", code, out)
			}
			for _, want := range c.says {
				if !strings.Contains(errs, want) {
					t.Errorf("%q is missing in %s", want, errs)
				}
			}
		})
	}
	if code, _, errs := command(t, "race", "--endpoint", "http://127.0.0.1:1"); code != exitCouldNotRun || !strings.Contains(errs, "cannot reach") {
		t.Errorf("nobody there: exit code %d, %s", code, errs)
	}
}
