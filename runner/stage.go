package runner

import (
	"context"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/report"
	"github.com/kmsconform/kmsconform/steps"
)

// Stage plays single scenarios of a contract on a target, judged as Run judges them, for those who play them many times
// and plan for themselves. It neither lints nor probes. Several goroutines may use it.
type Stage struct {
	executor executor
	judge    judge
}

// Played is what a scenario came to on a stage.
type Played struct {
	Scenario *report.Scenario
	Answers  []steps.Answer
}

// NewStage returns a stage for scenarios of a contract. A timeout of zero is the one of TimeoutFor.
func NewStage(t *target.Target, contract *features.Contract, timeout time.Duration) *Stage {
	if timeout == 0 {
		timeout = TimeoutFor(t)
	}
	return &Stage{
		executor: executor{target: t, timeout: timeout, grace: defaultGrace, register: registerFor},
		judge:    newJudge(contract, nil),
	}
}

// Race fixes how the races of the scenarios are run; see RacesFor for how Run does. Call it before Play.
func (s *Stage) Race(races steps.Races) { s.executor.races = races }

// Play runs one scenario and cleans up after it.
func (s *Stage) Play(ctx context.Context, scenario *features.Scenario) Played {
	e := s.executor.execute(ctx, *scenario)
	return Played{Scenario: s.judge.scenario(scenario, &e, nil), Answers: e.result.Answers}
}
