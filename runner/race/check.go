package race

import (
	"time"

	"github.com/anishathalye/porcupine"
)

// A call whose answer was lost may have been done at any time after it began, or not at all. For the checker it goes on
// until everything else has ended: in an order of the calls it can stand where it had its effect, or last, where nobody
// can tell that it had one.

// check says whether the calls can be explained one at a time, in an order that no two of them contradict by their times.
func check(s *spec, calls []Call, limit time.Duration) (porcupine.CheckResult, *porcupine.LinearizationInfo) {
	operations := operationsOf(calls)
	if len(operations) == 0 {
		return porcupine.Ok, &porcupine.LinearizationInfo{}
	}
	result, info := porcupine.CheckOperationsVerbose(model(s), operations, limit)
	return result, &info
}

// legal is check for those who need no reasons.
func legal(s *spec, calls []Call, limit time.Duration) porcupine.CheckResult {
	operations := operationsOf(calls)
	if len(operations) == 0 {
		return porcupine.Ok
	}
	return porcupine.CheckOperationsTimeout(model(s), operations, limit)
}

func operationsOf(calls []Call) []porcupine.Operation {
	var end time.Duration
	rows := 0
	for i := range calls {
		end, rows = max(end, calls[i].Ended), max(rows, calls[i].Caller)
	}
	var operations []porcupine.Operation
	for i := range calls {
		c := &calls[i]
		o := porcupine.Operation{ClientId: c.Caller, Input: c, Call: int64(c.Began), Output: c, Return: int64(c.Ended)}
		if c.Outcome.Lost {
			if c.Step.reads() { // says nothing, and did nothing
				continue
			}
			rows++ // its caller went on without it
			o.ClientId, o.Return = rows, int64(end)+1
		}
		operations = append(operations, o)
	}
	return operations
}

// model is the specification as the checker takes it. Equal beliefs are the same pointer, so its own comparison serves.
func model(s *spec) porcupine.Model {
	type tried struct {
		from *belief
		call *Call
	}
	known := map[tried]*belief{}
	return porcupine.Model{
		Init: func() any { return s.first },
		Step: func(state, input, _ any) (bool, any) {
			from, call := state.(*belief), input.(*Call)
			to, is := known[tried{from, call}]
			if !is {
				to = s.step(from, call.Step, call.Outcome)
				known[tried{from, call}] = to
			}
			if to == nil {
				return false, from
			}
			return true, to
		},
		DescribeOperation: func(input, _ any) string {
			call := input.(*Call)
			return call.Step.String() + ": " + call.Outcome.String()
		},
		DescribeState: func(state any) string { return state.(*belief).String() },
	}
}
