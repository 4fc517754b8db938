package explore

import (
	"math/rand/v2"
	"slices"
)

// generator makes the steps of a sequence, one after another, going by what the model told of the keys: a random sequence
// that did not look would mostly be refused. The same seed makes the same sequence on the same target.
type generator struct {
	random  *rand.Rand
	trial   *trial
	callers []string // besides the owner
	allowed func(operation string) bool
	avoided func(Situation) bool // what is known to diverge, and would only show it again

	script []Step            // what the sequence begins with; see plans
	still  int               // how many steps it then looks around before it moves on
	tried  map[Situation]int // how often, in this sequence
	named  map[Which]int     // how many materials of a key were spoken of
	mood   map[string]int    // how much this sequence likes an operation; see moods
	last   string            // the operation before
}

func newGenerator(seed uint64, t *trial, o *Options, avoided func(Situation) bool) *generator {
	g := &generator{random: rand.New(rand.NewPCG(seed, 0x6b6d73)), trial: t, avoided: avoided, tried: map[Situation]int{}, named: map[Which]int{}, mood: map[string]int{}} //nolint:gosec // sequences are no secret, and must be repeatable
	for _, name := range []string{"restricted", "second-account"} {
		if c, err := t.target.Caller(name); err == nil && c.Account != "" && c.ARN != "" {
			g.callers = append(g.callers, name)
		}
	}
	if g.script = planned(seed, t.clock()); g.script == nil {
		g.moods()
	} else {
		g.still = g.random.IntN(12)
	}
	lacks := t.target.Capabilities.Unimplemented
	g.allowed = func(operation string) bool {
		_, lacking := lacks[operation]
		return !lacking && (len(o.Operations) == 0 || operation == "CreateKey" || slices.Contains(o.Operations, operation))
	}
	return g
}

// moods has every sequence leave some operations out and prefer others. A sequence that does a little of everything seldom
// does the three things in a row that some mistakes need.
func (g *generator) moods() {
	for _, operation := range operations {
		switch n := g.random.IntN(10); {
		case slices.Contains(always, operation):
			g.mood[operation] = 1
		case n < 4:
			g.mood[operation] = 0
		case n < 7:
			g.mood[operation] = 1
		default:
			g.mood[operation] = 4
		}
	}
}

// always are the operations that no sequence leaves out: without them keys have one material in one Region.
var always = []string{"DeleteImportedKeyMaterial", "ReplicateKey", "RotateKeyOnDemand"}

// liked is how often a choice should come in this sequence: what was not tried in a situation sooner than what was, and
// what changes the situation later than what only looks at it.
func (g *generator) liked(c choice) int {
	if mood, is := g.mood[c.step.Operation]; is {
		return c.weight * mood
	}
	if len(g.mood) > 0 {
		return c.weight
	}
	weight := c.weight * 24
	switch g.tried[g.situation(c.step)] {
	case 0:
	case 1:
		weight /= 8
	default:
		weight /= 24
	}
	if g.still > 0 && moves[c.step.Operation] {
		weight /= 12
	}
	return weight
}

// moves are the operations after which a key is mostly in another situation.
var moves = map[string]bool{
	"CreateKey": true, "DeleteImportedKeyMaterial": true, "ImportKeyMaterial": true, "EnableKey": true, "DisableKey": true, schedule: true,
	cancel: true, rotate: true, "ReplicateKey": true, "UpdatePrimaryRegion": true, Pass: true,
}

func (g *generator) situation(step Step) Situation {
	s := g.trial.situation(step)
	if step.Operation == "DeleteImportedKeyMaterial" && step.Material > 0 && s.Role != "" {
		s.Variant = "by its id"
	}
	if step.Key == OtherKey {
		s.Kind += ", the other key"
	}
	return s
}

// choice is a step that could come next, and how often it should.
type choice struct {
	weight int
	step   Step
}

// next chooses a step; false where none is left that would tell something new.
func (g *generator) next(room bool) (Step, bool) {
	for len(g.script) > 0 {
		step := g.script[0]
		g.script = g.script[1:]
		if g.permitted(step) && (room || step.Operation != "CreateKey") && (step.Caller == "" || slices.Contains(g.callers, step.Caller)) && !g.avoided(g.trial.situation(step)) {
			g.note(step)
			return step, true
		}
	}
	for range 40 {
		var choices []choice
		if room {
			choices = g.creations()
		}
		for _, which := range whiches {
			if v := g.trial.before[which]; v != nil && v[known] == "answers" {
				choices = append(choices, g.on(which, v)...)
			}
		}
		if g.trial.clock() && len(g.trial.before) > 0 {
			choices = append(choices, g.passing()...)
		}
		step, is := g.pick(choices)
		if !is {
			return Step{}, false
		}
		if g.avoided(g.trial.situation(step)) {
			continue
		}
		g.tried[g.situation(step)]++
		g.still--
		g.note(step)
		return step, true
	}
	return Step{}, false
}

// note keeps what a step spoke of.
func (g *generator) note(step Step) {
	if step.Material > g.named[step.Key] && step.Key != Replica {
		g.named[step.Key] = step.Material
	}
	g.last = step.Operation
}

func (g *generator) pick(choices []choice) (Step, bool) {
	choices = slices.DeleteFunc(choices, func(c choice) bool { return !g.permitted(c.step) })
	total := 0
	for _, c := range choices {
		total += g.liked(c)
	}
	if total == 0 {
		return Step{}, false
	}
	n := g.random.IntN(total)
	for _, c := range choices {
		if n -= g.liked(c); n < 0 {
			return c.step, true
		}
	}
	return Step{}, false
}

func (g *generator) permitted(s Step) bool {
	if s.Material > 0 && s.Material == g.trial.left {
		return false // the target may know it, and the model does not
	}
	switch s.Operation {
	case Pass:
		return true
	case Fetch:
		return g.allowed("ImportKeyMaterial")
	case Make:
		return g.allowed(map[string]string{"ciphertext": "Encrypt", "signature": "Sign", "MAC": "GenerateMac"}[s.Product])
	default:
		return g.allowed(s.Operation)
	}
}
