package runner_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/reference/fault"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

var soakOnly = flag.String("soak-only", "", "with -soak, only the defects whose names have this in them")

const (
	// someDefects is how many defects a test run tries, while there is time; with -soak it tries all of them.
	someDefects = 24
	// trySeeds is with how many seeds a defect is looked for at most. The first is enough for nearly all: a fault that hits the
	// one call that shows a defect leaves the scenario blocked, and who meets whom in a race is chance.
	trySeeds = 8
	// tryListed is with how many seeds a defect is looked for that is known to hide.
	tryListed = 2
	// tryRounds is with how many times as many rounds races are run from the second seed on, as on any endpoint.
	tryRounds = 4

	hiddenFile = "hidden_by_faults.txt"
)

// trouble is what defects hide behind in TestDefectsShowInSpiteOfFaults.
var trouble = []string{"eventual=100ms", "throttle", "internal=3%", "reset=3%"}

// hidden is why a fault hides a defect.
type hidden struct{ fault, reason string }

// TestDefectsShowInSpiteOfFaults makes sure that patience is no blindness: a defect that the scenarios of its requirements
// find on an easy reference, they find on a difficult one, but for those that a fault hides by what it is. These are listed,
// each with the fault and a reason, and held to the list: without that fault they are found, and with it they are not.
func TestDefectsShowInSpiteOfFaults(t *testing.T) {
	all, listed := defect.All(), hiddenByFaults(t)
	step := 1
	if *soak == 0 {
		step = max(len(all)/someDefects, 1)
	} else {
		all = slices.DeleteFunc(all, func(d defect.Defect) bool { return !strings.Contains(d.Name, *soakOnly) })
	}
	began, tried, killed, excused := time.Now(), 0, 0, 0
	for i := 0; i < len(all); i += step {
		if *soak == 0 && time.Since(began) > sampleFor {
			break
		}
		d := all[i]
		tried++
		why, isListed := listed[d.Name]
		seeds := trySeeds
		if isListed {
			seeds = tryListed
		}
		found := shows(t, d, trouble, seeds)
		switch {
		case found && isListed:
			t.Errorf("%s (%s) is found with %v: take it out of testdata/%s", d.Name, d.Sentence, trouble, hiddenFile)
		case found:
			killed++
		case isListed && shows(t, d, without(trouble, why.fault), trySeeds):
			excused++
		case isListed:
			t.Errorf("%s (%s) is not found with %v without %s either: testdata/%s gives no reason for that", d.Name, d.Sentence, trouble, why.fault, hiddenFile)
		case shows(t, d, nil, 1):
			t.Errorf("%s (%s) is found without faults, and not with %v", d.Name, d.Sentence, trouble)
		default:
			t.Errorf("%s (%s) is not found without faults either: see `kmsconform teeth --defect %s`", d.Name, d.Sentence, d.Name)
		}
		if *soak > 0 && tried%50 == 0 {
			fmt.Printf("faults %3d/%d defects tried, %d found, %d listed  %6.1fs\n", tried, len(all), killed, excused, time.Since(began).Seconds())
		}
	}
	t.Logf("%d of %d defects are found with %v, %d hide behind a fault as testdata/%s says, in %s",
		killed, tried, trouble, excused, hiddenFile, time.Since(began).Round(time.Second))
	if least := someDefects * 3 / 4; tried < least && time.Since(began) < sampleFor && *soakOnly == "" {
		t.Errorf("only %d defects were tried, want %d and more", tried, least)
	}
}

// hiddenByFaults reads the list of the defects that a fault hides by what it is.
func hiddenByFaults(t *testing.T) map[string]hidden {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", hiddenFile))
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]hidden{}
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.SplitN(line, ": ", 3)
		if len(parts) < 3 || list[parts[0]] != (hidden{}) {
			t.Fatalf("testdata/%s: %q is not one more \"defect: fault: reason\"", hiddenFile, line)
		}
		list[parts[0]] = hidden{fault: parts[1], reason: parts[2]}
	}
	return list
}

// Every line of the list is about a defect that there is, and a fault that is on, and has a reason.
func TestHiddenByFaultsIsALinePerDefect(t *testing.T) {
	for name, why := range hiddenByFaults(t) {
		if _, err := defect.Named(name); err != nil {
			t.Errorf("testdata/%s: %v", hiddenFile, err)
		}
		if len(without(trouble, why.fault)) != len(trouble)-1 {
			t.Errorf("testdata/%s: %s hides behind %q, which is none of %v", hiddenFile, name, why.fault, trouble)
		}
		if len(why.reason) < 20 {
			t.Errorf("testdata/%s: %s has no reason", hiddenFile, name)
		}
	}
}

// without leaves one fault out.
func without(faults []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(faults), func(f string) bool {
		is, _, _ := strings.Cut(f, "=")
		return is == name
	})
}

// shows reports whether a scenario of the requirements that a defect breaks fails with one of so many seeds.
func shows(t *testing.T, d defect.Defect, faults []string, seeds int) bool {
	t.Helper()
	set, err := fault.Parse(faults...)
	if err != nil {
		t.Fatal(err)
	}
	var races steps.Races
	for n := range seeds {
		kms, err := reference.Target(reference.Options{Faults: set, FaultSeed: *soakSeed + uint64(n), Defects: []defect.Defect{d}})
		if err != nil {
			t.Fatal(err)
		}
		result, err := runner.Run(t.Context(), kms, runner.Options{
			Contract: wholeContract(), Workers: soakWorkers, Races: races,
			Selection: runner.Selection{Requirements: testable(d.Requirements)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(result.Scenarios, func(s report.Scenario) bool { return s.Status == report.Failed }) {
			return true
		}
		races.Times = tryRounds
	}
	return false
}

// testable leaves out the requirements that no scenario can show: nothing can be selected by them.
func testable(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return !slices.ContainsFunc(wholeContract().Requirements, func(r features.Requirement) bool { return r.ID == id && r.Untestable == "" })
	})
}
