package race

import (
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// core is the smallest part of a history that cannot be explained.
type core struct {
	// calls are those whose answers contradict each other.
	calls []Call
	// free are those that changed the key, or may have, and whose answers do not matter: the contradiction stands whether
	// and whenever they were done after they began.
	free []Call
}

// all is everything that the contradiction was checked with.
func (c core) all() []Call {
	all := slices.Concat(c.calls, c.free)
	slices.SortStableFunc(all, func(a, b Call) int { return int(a.Began - b.Began) })
	return all
}

// shrink looks for a small part of a history that cannot be explained. To leave a call out would be wrong: without a
// DisableKey that succeeded, every refusal as disabled would be a contradiction. So it only ever forgets: what a read or a
// refusal was, which changed nothing; and of a change, what it answered and when it ended. Whatever explains the history
// explains what is left of it, and so a contradiction in what is left is one in the history.
func shrink(s *spec, calls []Call, limit time.Duration) core {
	c := core{}
	var end time.Duration
	for _, call := range calls {
		end = max(end, call.Ended)
	}
	for _, call := range calls {
		switch {
		case !call.Outcome.Lost:
			c.calls = append(c.calls, call)
		case !call.Step.reads(): // may still be done when its caller gave up
			call.Ended = end
			c.free = append(c.free, call)
		}
	}
	still := func(part core) bool { return legal(s, part.all(), limit) == porcupine.Illegal }
	c = c.earliest(still)
	for changed := true; changed; {
		changed = false
		for i := len(c.calls) - 1; i >= 0 && len(c.calls) > 1; i-- {
			if smaller := c.forget(i); still(smaller) {
				c, changed = smaller, true
			}
		}
	}
	return c
}

// earliest forgets what happened after the contradiction was complete.
func (c core) earliest(still func(core) bool) core {
	ends := make([]time.Duration, len(c.calls))
	for i := range c.calls {
		ends[i] = c.calls[i].Ended
	}
	slices.Sort(ends)
	for _, end := range ends {
		if part := c.until(end); still(part) {
			return part
		}
	}
	return c
}

// until is what is known at a time: a call that had not ended may have been done or not.
func (c core) until(end time.Duration) core {
	part := core{}
	for _, call := range c.calls {
		switch {
		case call.Ended <= end:
			part.calls = append(part.calls, call)
		case call.Began <= end && !call.Step.reads():
			part.free = append(part.free, lost(call))
		}
	}
	for _, call := range c.free {
		if call.Began <= end {
			part.free = append(part.free, call)
		}
	}
	return part
}

// forget forgets what the call at i came to.
func (c core) forget(i int) core {
	part := core{calls: slices.Delete(slices.Clone(c.calls), i, i+1), free: slices.Clone(c.free)}
	if call := c.calls[i]; !call.Step.reads() && call.Outcome.Refusal == "" {
		part.free = append(part.free, lost(call))
	}
	var end time.Duration
	for _, call := range part.calls {
		end = max(end, call.Ended)
	}
	part.free = slices.DeleteFunc(part.free, func(call Call) bool { return call.Began > end })
	return part
}

func lost(c Call) Call {
	c.Outcome = Outcome{Lost: true}
	return c
}
