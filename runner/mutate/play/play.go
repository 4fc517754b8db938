// Package play plays the contract on the reference KMS until a scenario comes to something else than it is known to.
package play

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/mutate/active"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// The environment variables by which Contract is told what to do.
const (
	Known  = "KMSCONFORM_MUTATE_KNOWN"  // the file that says what each scenario is known to come to
	Record = "KMSCONFORM_MUTATE_RECORD" // the file to write that to
	First  = "KMSCONFORM_MUTATE_FIRST"  // the ids of scenarios that are played first, with a comma between
)

// Noticed begins the line in which Contract says which scenario noticed a difference.
const Noticed = "noticed by "

// scenarioTimeout bounds a scenario, because a mutant may loop for ever. Scenarios on the reference take milliseconds.
const scenarioTimeout = 20 * time.Second

// memoryLimit bounds what a mutant that loops for ever may collect. The contract takes about 200 MiB.
const memoryLimit = 3 << 30

// Came is what a scenario came to, as far as a report tells one target from another by it.
type Came struct {
	Status  report.Status `json:"status"`
	Answers []string      `json:"answers,omitempty"` // to open questions, such as "OQ-29: NotFoundException"
	// Reached are the mutants that it met; see package active.
	Reached []int `json:"reached,omitempty"`
}

// setup is in place of a scenario's id for what is reached before the first one.
const setup = ""

// Difference is a scenario that came to something else than it is known to.
type Difference struct {
	Scenario string
	Came     Came
	Reason   string // as the report has it
}

// Contract is the test by which a mutant is judged. It asserts nothing of its own: it plays the scenarios of the contract
// on the reference KMS, which is the mutant, and fails when one of them comes to something else than without the mutation.
// Without a file that says what is known, every scenario has to pass or to answer.
func Contract(t *testing.T) {
	go watchMemory()
	known, err := Load(os.Getenv(Known))
	if err != nil {
		t.Fatal(err)
	}
	recording := os.Getenv(Record)
	all, difference, err := Play(t.Context(), Options{
		Known: known, First: strings.Split(os.Getenv(First), ","), Mutant: active.Mutant(), Trace: recording != "",
	})
	if err != nil {
		t.Fatal(err)
	}
	if difference != nil {
		t.Fatalf("%s%s: %s %v: %s", Noticed, difference.Scenario, difference.Came.Status, difference.Came.Answers, difference.Reason)
	}
	if err := write(recording, all); err != nil {
		t.Fatal(err)
	}
}

// Options say how the contract is played.
type Options struct {
	Known     map[string]Came // by the scenario's id; nil: every scenario passes or answers
	First     []string        // ids of scenarios that are played first
	Reference reference.Options
	// Mutant is the one that is played, of those that are compiled into the program: scenarios that are known not to meet it
	// are left out. Zero: whatever the program is.
	Mutant int
	// Trace plays one scenario at a time to find out which mutants each of them meets.
	Trace bool
}

// Play plays the contract and returns what its scenarios came to, up to the first difference. What differs is played
// again and has to differ again, so that no mutant is held to be noticed because a machine was busy.
func Play(ctx context.Context, o Options) (map[string]Came, *Difference, error) {
	contract, err := features.Load()
	if err != nil {
		return nil, nil, fmt.Errorf("load the contract: %w", err)
	}
	kms, err := reference.Target(o.Reference)
	if err != nil {
		return nil, nil, fmt.Errorf("make the reference KMS: %w", err)
	}
	stage := runner.NewStage(kms, contract, scenarioTimeout)
	stage.Race(runner.RacesFor(kms, steps.Races{Seed: 1}))
	order, players := ordered(contract.Scenarios, o.First), runtime.GOMAXPROCS(0)
	if o.Mutant != 0 && !slices.Contains(o.Known[setup].Reached, o.Mutant) {
		order = slices.DeleteFunc(order, func(s *features.Scenario) bool { return !slices.Contains(o.Known[s.ID].Reached, o.Mutant) })
	}

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var (
		next    atomic.Int64
		lock    sync.Mutex
		all     = make(map[string]Came, len(order))
		found   *Difference
		workers sync.WaitGroup
	)
	if o.Trace {
		players = 1
		all[setup] = Came{Reached: active.Reached()}
	}
	for range players {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(order) {
					return
				}
				came, reason := once(ctx, stage, order[i])
				if o.differs(order[i].ID, came) && ctx.Err() == nil {
					came, reason = once(ctx, stage, order[i])
				}
				if ctx.Err() != nil {
					return
				}
				lock.Lock()
				if o.Trace {
					came.Reached = active.Reached()
				}
				all[order[i].ID] = came
				if found == nil && o.differs(order[i].ID, came) {
					found = &Difference{Scenario: order[i].ID, Came: came, Reason: reason}
					stop()
				}
				lock.Unlock()
			}
		})
	}
	workers.Wait()
	if found == nil && ctx.Err() != nil {
		return nil, nil, fmt.Errorf("play the contract: %w", ctx.Err())
	}
	return all, found, nil
}

func once(ctx context.Context, stage *runner.Stage, scenario *features.Scenario) (came Came, reason string) {
	played := stage.Play(ctx, scenario)
	came.Status = played.Scenario.Status
	for _, a := range played.Answers {
		came.Answers = append(came.Answers, a.Question+": "+a.Answer)
	}
	return came, played.Scenario.Reason
}

func (o *Options) differs(scenario string, came Came) bool {
	if o.Known == nil {
		return came.Status != report.Passed && came.Status != report.Answered
	}
	known, is := o.Known[scenario]
	return !is || known.Status != came.Status || !slices.Equal(known.Answers, came.Answers)
}

// ordered are the scenarios in the order in which they are played: those named first, then one of each Rule, then a second
// of each, and so on, so that all areas of the contract have their say early.
func ordered(scenarios []features.Scenario, first []string) []*features.Scenario {
	type ranked struct {
		*features.Scenario
		rank int
	}
	seen := map[string]int{}
	all := make([]ranked, len(scenarios))
	for i := range scenarios {
		s := &scenarios[i]
		rule := s.Feature + "/" + s.Rule
		seen[rule]++
		all[i] = ranked{s, seen[rule]}
		if slices.Contains(first, s.ID) {
			all[i].rank = 0
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return a.rank - b.rank })
	order := make([]*features.Scenario, len(all))
	for i, r := range all {
		order[i] = r.Scenario
	}
	return order
}

// watchMemory ends the process when it takes too much, before the machine suffers. A mutant that does so has not survived.
func watchMemory() {
	taken := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	for range time.Tick(50 * time.Millisecond) {
		if metrics.Read(taken); taken[0].Value.Uint64() > memoryLimit {
			fmt.Printf("%sthe limit of memory: it takes more than %d MiB\n", Noticed, memoryLimit>>20)
			os.Exit(1)
		}
	}
}

// Load reads what scenarios are known to come to, which Contract has recorded; nil where no file is named.
func Load(path string) (map[string]Came, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // the one that runs the test names it
	if err != nil {
		return nil, fmt.Errorf("read what the scenarios are known to come to: %w", err)
	}
	var known map[string]Came
	if err := json.Unmarshal(text, &known); err != nil {
		return nil, fmt.Errorf("read what the scenarios are known to come to: %s: %w", path, err)
	}
	if len(known) == 0 {
		return nil, errors.New("read what the scenarios are known to come to: " + path + " names no scenario")
	}
	return known, nil
}

func write(path string, all map[string]Came) error {
	if path == "" {
		return nil
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err == nil {
		err = os.WriteFile(path, text, 0o600) //nolint:gosec // the one that runs the test names it
	}
	if err != nil {
		return fmt.Errorf("write what the scenarios came to: %w", err)
	}
	return nil
}
