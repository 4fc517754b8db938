package plan

import (
	"container/heap"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/aws/quota"
)

// answerTime is how long a call is taken to last, its way included, where nobody knows better.
const answerTime = 50 * time.Millisecond

// expected is how long a run takes, found out by going through it: workers that take the next scenario when theirs has
// ended, scenarios that wait between their calls as they did in the rehearsal, and calls that wait for their turn at their
// quotas.
func expected(played []rehearsed, order []int, workers int, share float64) time.Duration {
	lanes := map[quota.Bucket]*lane{}
	var actors actors
	next := 0
	take := func(at time.Duration) {
		if next < len(order) {
			heap.Push(&actors, &actor{scenario: &played[order[next]], ready: at, came: next})
			next++
		}
	}
	for range max(workers, 1) {
		take(0)
	}
	var end time.Duration
	for len(actors) > 0 {
		a := actors[0]
		if a.call == len(a.scenario.calls) {
			heap.Pop(&actors)
			ends := a.ready + a.scenario.took - a.waited
			end = max(end, ends)
			take(ends)
			continue
		}
		call := a.scenario.calls[a.call]
		if pause := call.at - a.waited; pause > 0 { // before the call
			a.ready, a.waited = a.ready+pause, call.at
			heap.Fix(&actors, 0)
			continue
		}
		for _, charge := range call.charges {
			l := lanes[charge.Bucket]
			if l == nil {
				l = newLane(charge.Quota, share)
				lanes[charge.Bucket] = l
			}
			a.ready = l.pass(a.ready, charge.Units)
		}
		a.ready, a.waited = a.ready+answerTime, a.waited+answerTime
		a.call++
		heap.Fix(&actors, 0)
	}
	return end
}

// lane is the queue for a quota: so many at once, and evenly after that.
type lane struct {
	spacing time.Duration
	burst   float64
	full    time.Duration // when it would be full again
}

func newLane(name string, share float64) *lane {
	spacing, burst := quota.Spacing(name, share)
	return &lane{spacing: spacing, burst: burst}
}

// pass is when a call is let through that comes at a time.
func (l *lane) pass(at time.Duration, units int) time.Duration {
	spare := time.Duration((l.burst - min(float64(units), l.burst)) * float64(l.spacing))
	at = max(at, l.full-spare)
	l.full = max(l.full, at) + time.Duration(units)*l.spacing
	return at
}

// actor is a scenario under way.
type actor struct {
	scenario *rehearsed
	call     int           // the next
	ready    time.Duration // when it wants to go on
	waited   time.Duration // what it has waited of its own accord, and for answers
	came     int           // breaks ties
}

// actors are ordered by who goes on first.
type actors []*actor

func (a actors) Len() int { return len(a) }

func (a actors) Less(i, j int) bool {
	if a[i].ready != a[j].ready {
		return a[i].ready < a[j].ready
	}
	return a[i].came < a[j].came
}

func (a actors) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push implements heap.Interface.
func (a *actors) Push(x any) { *a = append(*a, x.(*actor)) }

// Pop implements heap.Interface.
func (a *actors) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	*a = (*a)[:last]
	return x
}
