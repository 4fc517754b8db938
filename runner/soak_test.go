package runner_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/fault"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

var (
	soak     = flag.Int("soak", 0, "run the whole contract so often with faults on; 0 is a sample")
	soakSeed = flag.Uint64("soak-seed", 1, "the seed of the first run of each combination of faults")
	soakFor  = flag.Duration("soak-for", 2*time.Hour, "begin no further run after this time")
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
	kms, err := reference.Target(reference.Options{Faults: set, FaultSeed: seed, Install: func(o server.Options) server.Options {
		o.Vault = sharedOptions().Vault // its keys are dear, and no defect is around it
		return o
	}})
	if err != nil {
		t.Fatal(err)
	}
	result, err := runner.Run(t.Context(), kms, runner.Options{
		Contract: wholeContract(), Workers: soakWorkers, Selection: runner.Selection{Shard: part},
	})
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
