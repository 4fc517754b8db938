package runner

import (
	"fmt"

	"github.com/kmsconform/kmsconform/runner/report"
)

// notPassed reads a report and returns which scenarios did not pass in it. Where that run was cut short, what it does not
// list is unknown, and so counts as not passed.
func notPassed(path string) (func(id string) bool, error) {
	earlier, err := report.Load(path)
	if err != nil {
		return nil, &UsageError{
			Problem: fmt.Sprintf("--rerun %s is no report that can be used: %v.", path, err),
			Advice:  "Give the report.json of an earlier run, such as kmsconform-report/report.json.",
			Err:     err,
		}
	}
	good := map[string]bool{}
	for i := range earlier.Scenarios {
		s := &earlier.Scenarios[i]
		good[s.ID] = s.Status == report.Passed || s.Status == report.Answered
	}
	return func(id string) bool {
		passed, listed := good[id]
		if !listed {
			return earlier.Interrupted
		}
		return !passed
	}, nil
}
