package runner_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/reference/fault"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

var (
	soak     = flag.Int("soak", 0, "run the whole contract so often with faults on; 0 is a sample")
	soakSeed = flag.Uint64("soak-seed", 1, "the seed of the first run of each combination of faults")
	soakFor  = flag.Duration("soak-for", 20*time.Minute, "begin no further run after this time")
)

// difficulties are the combinations of faults that the suite must not mistake for divergences: each alone, and together.
// Times are short, because latency is real.
var difficulties = [][]string{
	{"latency=1ms..10ms"},
	{"throttle"},
	{"throttle=20%"},
	{"eventual=50ms"},
	{"eventual=400ms"},
	{"internal=10%"},
	{"reset=10%"},
	{"slow-body"},
	{"eventual=200ms", "internal=5%", "reset=5%"},
	{"latency=1ms..4ms", "throttle=50%", "eventual=100ms", "internal=3%", "reset=3%", "slow-body"},
}

// sampleFor bounds the sample that every test run takes.
const sampleFor = 20 * time.Second

// TestSoak runs the contract on a reference that is difficult and conforming: whatever is not passed or answered is a false
// alarm. Without -soak it is a sample: a part of the contract with each combination of faults.
func TestSoak(t *testing.T) {
	runs, within := *soak, *soakFor
	sample := runs == 0
	if sample {
		runs, within = len(difficulties), sampleFor
		if testing.Short() {
			runs = 2
		}
	}
	began, done, bad := time.Now(), 0, 0
	for n := range runs {
		if time.Since(began) > within {
			break
		}
		var part runner.Shard
		if sample {
			part = runner.Shard{Index: n + 1, Count: len(difficulties)}
		}
		faults := difficulties[n%len(difficulties)]
		seed := *soakSeed + uint64(n/len(difficulties))
		alarms, scenarios := falseAlarms(t, faults, seed, part)
		done++
		bad += alarms
		if !sample {
			fmt.Printf("soak %3d/%d  %d scenarios, %d false alarms  %6.1fs  seed %d  %v\n",
				done, runs, scenarios, alarms, time.Since(began).Seconds(), seed, faults)
		}
	}
	t.Logf("%d runs with faults on: %d false alarms in %s", done, bad, time.Since(began).Round(time.Second))
	if done < runs && !sample {
		t.Errorf("the time of %s was over after %d of %d runs: give more with -soak-for", within, done, runs)
	}
}

// falseAlarms runs the contract, or a part of it, once, and counts what is neither passed nor answered.
func falseAlarms(t *testing.T, faults []string, seed uint64, part runner.Shard) (alarms, scenarios int) {
	t.Helper()
	set, err := fault.Parse(faults...)
	if err != nil {
		t.Fatal(err)
	}
	kms, err := reference.Target(reference.Options{Faults: set, FaultSeed: seed})
	if err != nil {
		t.Fatal(err)
	}
	result, err := runner.Run(t.Context(), kms, runner.Options{Workers: soakWorkers, Selection: runner.Selection{Shard: part}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range result.Scenarios {
		s := &result.Scenarios[i]
		if s.Status == report.Passed || s.Status == report.Answered {
			continue
		}
		alarms++
		t.Errorf("false alarm with %s, seed %d: %s %s at %q: %s", set, seed, s.Status, s.ID, s.Step, s.Reason)
	}
	return alarms, len(result.Scenarios)
}

// soakWorkers is many, because most of them wait.
const soakWorkers = 24

// trouble is what defects hide behind in TestDefectsShowInSpiteOfFaults.
var trouble = []string{"eventual=100ms", "throttle", "internal=3%", "reset=3%"}

// someDefects is how many defects a test run tries, while there is time; with -soak it tries all of them.
const someDefects = 24

// TestDefectsShowInSpiteOfFaults makes sure that patience is no blindness: a defect that the scenarios of its requirements
// find on an easy reference, they find on a difficult one.
func TestDefectsShowInSpiteOfFaults(t *testing.T) {
	all := defect.All()
	step := 1
	if *soak == 0 {
		step = max(len(all)/someDefects, 1)
	}
	set, err := fault.Parse(trouble...)
	if err != nil {
		t.Fatal(err)
	}
	began, tried, killed := time.Now(), 0, 0
	for i := 0; i < len(all); i += step {
		if *soak == 0 && time.Since(began) > sampleFor {
			break
		}
		d := all[i]
		if !kills(t, d, fault.Set{}) {
			continue // that is for the teeth to say
		}
		tried++
		if kills(t, d, set) {
			killed++
			continue
		}
		t.Errorf("%s (%s) is not found with %s, and is without", d.Name, d.Sentence, set)
	}
	t.Logf("%d of %d defects are found with %s", killed, tried, set)
	if least := someDefects * 3 / 4; tried < least && time.Since(began) < sampleFor {
		t.Errorf("only %d defects were tried, want %d and more", tried, least)
	}
}

// kills reports whether a scenario of the requirements that a defect breaks fails.
func kills(t *testing.T, d defect.Defect, faults fault.Set) bool {
	t.Helper()
	kms, err := reference.Target(reference.Options{Faults: faults, FaultSeed: *soakSeed, Defects: []defect.Defect{d}})
	if err != nil {
		t.Fatal(err)
	}
	result, err := runner.Run(t.Context(), kms, runner.Options{
		Workers: soakWorkers, Selection: runner.Selection{Requirements: d.Requirements},
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(result.Scenarios, func(s report.Scenario) bool { return s.Status == report.Failed })
}
