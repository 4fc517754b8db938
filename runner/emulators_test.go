package runner_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/emulator"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/baseline"
	"github.com/kmsconform/kmsconform/runner/report"
)

// emulatorsSwitch turns the tests on real emulators on: 1 checks the committed baselines, write records them again and
// keeps what people wrote in them. `make test-emulators` and `make baselines` set it.
const emulatorsSwitch = "KMSCONFORM_EMULATORS"

// recorded are the emulators whose known divergences are committed, with the images on which those were found.
var recorded = []struct{ preset, image string }{
	{"ministack", "ministackorg/ministack:1.5.33"},
	{"moto", "motoserver/moto:5.2.5"},
	{"localstack", "localstack/localstack:4.10.0"},
}

// The suite's own regression test on real software: every divergence is known, every known one is still there, and there
// is nothing that the suite cannot run.
func TestEmulators(t *testing.T) {
	how := os.Getenv(emulatorsSwitch)
	if how == "" {
		t.Skipf("needs a container engine; `make test-emulators` runs it (%s=1)", emulatorsSwitch)
	}
	for _, e := range recorded {
		t.Run(e.preset, func(t *testing.T) {
			t.Parallel() // each of them keeps about one processor busy
			path := filepath.Join("..", "fixtures", "emulator", "baselines", e.preset+".yaml")
			known, err := baseline.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			options := runner.Options{Baseline: known}
			if how == "write" {
				options.Baseline = nil
			}
			found := onEmulator(t, e.preset, e.image, options)
			t.Logf("%s: %v in %.0f s", e.image, countsOf(found), found.DurationSeconds)
			if found.Interrupted {
				t.Fatal("the run was cut short")
			}
			judged := withoutRaces(found)
			if how == "write" {
				update(t, path, known, judged)
			}
			judgeEmulator(t, path, known, judged, how == "write")
			for i := range found.Scenarios {
				if s := &found.Scenarios[i]; s.Status == report.Error {
					t.Errorf("%s could not be run: %s", s.ID, s.Reason)
				}
			}
		})
	}
}

// Nobody has to believe the suite: what fails on an emulator was played by hand, too, and the baseline says what came.
func TestWhatFailsOnEmulatorsWasCheckedByHand(t *testing.T) {
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for i := range contract.Scenarios {
		known[contract.Scenarios[i].ID] = true
	}
	for _, e := range recorded {
		b, err := baseline.Load(filepath.Join("..", "fixtures", "emulator", "baselines", e.preset+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range b.Entries {
			switch {
			case !known[entry.Scenario]:
				t.Errorf("%s: there is no scenario %s: take the entry out", e.preset, entry.Scenario)
			case entry.Status == report.Failed && !strings.HasPrefix(entry.Reason, "boto3: "):
				t.Errorf("%s: %s: its reason is %q; play it with fixtures/emulator/checks/check.py and say what came", e.preset, entry.Scenario, entry.Reason)
			}
		}
	}
}

// A preset says that it was tried with the image that has a baseline, and no other one does.
func TestPresetsSayWhatTheyWereTriedWith(t *testing.T) {
	presets, err := emulator.Presets()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range presets {
		image := ""
		for _, e := range recorded {
			if e.preset == p.Name {
				image = e.image
			}
		}
		if tried := p.Tried; (tried == nil) != (image == "") || tried != nil && tried.Image != image {
			t.Errorf("%s was tried with %+v, and its baseline is of %q", p.Name, tried, image)
		}
	}
}

// onEmulator runs the contract on an emulator that is started for it.
func onEmulator(t *testing.T, name, image string, o runner.Options) *report.Report {
	t.Helper()
	preset, err := emulator.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	running, err := emulator.Start(t.Context(), preset, emulator.Options{
		Image: image, LogFile: filepath.Join(t.TempDir(), "emulator.log"), Progress: func(line string) { t.Log(line) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancelCause(t.Context())
	defer func() {
		end(nil)
		if err := running.Stop(); err != nil {
			t.Error(err)
		}
	}()
	go func() {
		select {
		case <-running.Died():
			end(errors.New("the container has ended"))
		case <-ctx.Done():
		}
	}()
	kms, err := running.Target(ctx, emulator.TargetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := runner.Run(ctx, kms, o)
	if died := running.Err(); died != nil {
		t.Fatal(died)
	}
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// judgeEmulator holds a run against the committed baseline.
func judgeEmulator(t *testing.T, path string, known *baseline.Baseline, found *report.Report, written bool) {
	t.Helper()
	var ids []string
	for i := range found.Scenarios {
		s := &found.Scenarios[i]
		ids = append(ids, s.ID)
		switch {
		case written:
		case runner.New(s):
			t.Errorf("new: %s is %s: %s\n  expected %s\n  actual   %s", s.ID, s.Status, s.Divergence.Requirement, s.Divergence.Expected, s.Divergence.Actual)
		}
		if s.Status == report.Failed && !s.Advisory && !gates(found, s.Divergence.Requirement) {
			t.Errorf("%s fails on %s, which nobody observed or documented", s.ID, s.Divergence.Requirement)
		}
	}
	if written {
		return
	}
	if err := known.Check(found, ids); err != nil {
		t.Errorf("%v\n  `make baselines` records %s again", err, path)
	}
}

// gates reports whether a requirement is one that a target may fail on.
func gates(r *report.Report, id string) bool {
	for _, requirement := range r.Requirements {
		if requirement.ID == id {
			return slices.Contains([]features.Evidence{features.Observed, features.Documented}, requirement.Evidence)
		}
	}
	return false
}

// withoutRaces is a report without the scenarios about concurrent callers: on software that gets them wrong, chance decides
// whether it shows, and no baseline can hold that.
func withoutRaces(r *report.Report) *report.Report {
	c := *r
	c.Scenarios = slices.DeleteFunc(slices.Clone(r.Scenarios), func(s report.Scenario) bool { return s.Profile == features.Concurrency })
	return &c
}

// update writes a baseline again.
func update(t *testing.T, path string, old *baseline.Baseline, found *report.Report) {
	t.Helper()
	var text bytes.Buffer
	if err := baseline.Update(&text, old, found); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s was written at %s: give every entry \"not looked at yet\" its reason", path, time.Now().UTC().Format(time.DateTime))
}

// countsOf is how many scenarios came to what.
func countsOf(r *report.Report) map[report.Status]int {
	counts := map[report.Status]int{}
	for i := range r.Scenarios {
		counts[r.Scenarios[i].Status]++
	}
	return counts
}
