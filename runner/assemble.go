package runner

import (
	"time"

	"github.com/kmsconform/kmsconform/runner/report"
)

// assemble makes the report of what ran, in the order of the contract.
func (r *run) assemble(started time.Time, results []*finished, interrupted bool) *report.Report {
	wall := time.Since(started)
	out := &report.Report{
		SchemaVersion: report.SchemaVersion, Tool: r.options.Tool, Target: report.Describe(r.target),
		Started: started.UTC(), DurationSeconds: wall.Seconds(), Interrupted: interrupted,
	}
	var waited time.Duration
	names := closedSets(r.plan.Contract)
	for _, f := range results {
		if f == nil || f.execution.cut {
			continue // never started, or interrupted before it came to anything
		}
		waited += f.execution.waited
		out.Scenarios = append(out.Scenarios, *f.scenario)
		for _, a := range f.execution.result.Answers {
			out.Answers = append(out.Answers, names.answer(f.scenario.ID, a))
		}
	}
	out.Timing = report.Timing{WallSeconds: wall.Seconds(), TargetSeconds: waited.Seconds()}
	if waited > 0 {
		// What the workers spent altogether, over what they spent waiting for the target: 1 would be a suite that costs nothing.
		out.Timing.OverheadRatio = wall.Seconds() * float64(r.plan.Workers) / waited.Seconds()
	}
	out.Derive(r.plan.Contract)
	return out
}
