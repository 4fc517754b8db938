package race

import (
	"math/rand/v2"
	"slices"
	"time"
)

// round is what is called on one key: the opening by one caller, then the race, then a last look by one caller.
type round struct {
	number  int
	opening opening
	callers [][]turn
	final   []Step
}

// turn is a step of a racing caller, and how long the caller waits before it.
type turn struct {
	Step
	wait time.Duration
}

// opening is how a key comes to where a race begins.
type opening struct {
	name  string
	steps []Step
	known []string // the materials whose ids are known afterwards
	clock bool     // it needs a clock that can be moved
}

var openings = []opening{
	{name: "nothing was imported"},
	{name: "A is there", steps: []Step{importA, encrypts}, known: []string{"A"}},
	{name: "A was deleted", steps: []Step{importA, encrypts, deletes}, known: []string{"A"}},
	{name: "B waits for a rotation", steps: []Step{importA, encrypts, importNewB}, known: []string{"A", "B"}},
	{name: "B took over from A", steps: []Step{importA, encrypts, importNewB, rotates, completes, describes}, known: []string{"A", "B"}, clock: true},
	{name: "disabled", steps: []Step{importA, encrypts, disables}, known: []string{"A"}},
	{name: "pending deletion", steps: []Step{importA, encrypts, schedules}, known: []string{"A"}},
	{name: "pending deletion, and A was deleted", steps: []Step{importA, encrypts, deletes, schedules}, known: []string{"A"}},
}

// final is what one caller looks at when the race is over.
var final = []Step{describes, lists, encrypts}

// longestWait is how long a racing caller waits at most before a call. Most calls begin at once.
const longestWait = time.Millisecond

// planner makes rounds. The same seed and number make the same round.
type planner struct {
	seed       uint64
	callers    int
	operations int             // of each caller
	without    map[string]bool // by operation or by step
	clock      bool            // the target's time can be moved
}

// round makes the round of a number.
func (p planner) round(number int) round {
	random := rand.New(rand.NewPCG(p.seed, uint64(number))) //nolint:gosec // a plan that can be repeated, and no secret
	fit := slices.DeleteFunc(slices.Clone(openings), func(o opening) bool {
		return o.clock && !p.clock || slices.ContainsFunc(o.steps, p.leavesOut)
	})
	r := round{number: number, opening: fit[random.IntN(len(fit))], final: p.allowed(final)}
	few := p.few(random, r.opening)
	for range p.callers {
		var turns []turn
		for range p.operations {
			t := turn{Step: few[random.IntN(len(few))]}
			if random.IntN(3) == 0 {
				t.wait = time.Duration(random.Int64N(int64(longestWait)))
			}
			turns = append(turns, t)
		}
		r.callers = append(r.callers, turns)
	}
	return r
}

// few chooses which steps a round is about: a race over a few of them meets more often than one over all, and over the
// rounds every few is met. At least one changes the key, and one looks at it.
func (p planner) few(random *rand.Rand, o opening) []Step {
	var writes, reads []string
	by := map[string][]Step{}
	for _, s := range p.allowed(stepsAfter(o)) {
		if by[s.Operation] == nil {
			if s.reads() {
				reads = append(reads, s.Operation)
			} else {
				writes = append(writes, s.Operation)
			}
		}
		by[s.Operation] = append(by[s.Operation], s)
	}
	random.Shuffle(len(writes), func(i, j int) { writes[i], writes[j] = writes[j], writes[i] })
	random.Shuffle(len(reads), func(i, j int) { reads[i], reads[j] = reads[j], reads[i] })
	var few []Step
	for _, operation := range slices.Concat(writes[:min(len(writes), 2+random.IntN(3))], reads[:min(len(reads), 1+random.IntN(2))]) {
		ways := by[operation]
		for range min(2, len(ways)) { // of the ways to import or delete, two, or one twice as often
			few = append(few, ways[random.IntN(len(ways))])
		}
	}
	return few
}

func (p planner) allowed(steps []Step) []Step {
	return slices.DeleteFunc(slices.Clone(steps), p.leavesOut)
}

func (p planner) leavesOut(s Step) bool { return p.without[s.Operation] || p.without[s.String()] }

// stepsAfter are the steps that make sense after an opening.
func stepsAfter(o opening) []Step {
	steps := []Step{
		describes, lists, encrypts, {Operation: dataKey}, deletes, enables, disables, schedules, cancels, rotates,
		importA, {Operation: importMaterial, Material: "A", Type: asExisting}, {Operation: importMaterial, Material: "B"}, importNewB, importNewC,
	}
	for _, material := range o.known {
		steps = append(steps, Step{Operation: deleteMaterial, Material: material})
	}
	if slices.Contains(o.steps, encrypts) {
		steps = append(steps, Step{Operation: decrypt, Material: "A"})
	}
	return steps
}

// Steps are all calls that rounds are made of, as Options.Without can name them: "ImportKeyMaterial B NEW_KEY_MATERIAL".
func Steps() []string {
	var names []string
	for _, o := range openings {
		for _, s := range stepsAfter(o) {
			if name := s.String(); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// needed are the calls without which there is no race.
var needed = []string{describeKey, deleteMaterial, importMaterial, importA.String()}

// alone is a round in which one caller does what several would do.
func (r round) alone() round {
	var all []turn
	for i := range r.callers[0] {
		for _, turns := range r.callers {
			all = append(all, turns[i])
		}
	}
	r.callers = [][]turn{all}
	return r
}

// script is a round in which one caller makes some calls, and nobody races.
func script(steps []Step) round {
	return round{opening: opening{name: "a new key", steps: steps}}
}
