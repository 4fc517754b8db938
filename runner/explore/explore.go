// Package explore runs random sequences of operations against a KMS, holds every step against the rules of the reference
// KMS, and shrinks what differs to a scenario that anybody can run.
//
// The scenarios of the contract show what somebody thought of. Sequences show the rest: what a delete does to a key that
// was rotated, scheduled for deletion, and taken back.
//
// Generator and shrinker are its own, and not those of pgregory.net/rapid, for three reasons. Every attempt costs keys of
// somebody else's KMS, so that their number is bounded and a shrinker has to do with few attempts, each on fresh keys. A
// sequence is made step by step, going by what the model says of the keys so far, because steps chosen blindly are mostly
// refused. And a divergence does not end the search, as a failed property does: what is known is steered around.
package explore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference/vault"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// Options say what to explore. The zero value explores a little, of everything.
type Options struct {
	Contract   *features.Contract
	Seed       uint64
	Steps      int           // of one sequence; 0 is DefaultSteps
	Runs       int           // sequences; 0 is DefaultRuns, or as many as fit in For
	For        time.Duration // how long to go on; 0: until Runs are done
	Operations []string      // only these, and CreateKey; none: all. See Operations
	// MaxKeys is how many keys may be made on the target, those of shrinking among them; 0 is DefaultMaxKeys, and no bound
	// where every sequence has a KMS of its own.
	MaxKeys int
	// StopAt ends the search after so many findings; 0: it goes on.
	StopAt int
	// Progress hears of every sequence that ended; nil: nobody does.
	Progress func(done int, findings int)
}

// The defaults of Options.
const (
	DefaultSteps   = 30
	DefaultRuns    = 100
	DefaultMaxKeys = 100
)

// Operations are those that a sequence can be limited to.
func Operations() []string {
	all := append(slices.Clone(operations), "ImportKeyMaterial")
	slices.Sort(all)
	return all
}

// Result is what was found.
type Result struct {
	Target      string
	Seed        uint64
	Runs, Steps int // that were done
	Keys        int // that were made on the target
	Findings    []Finding
	Answers     []Answer
	// Unimplemented are the operations that the target said it does not have.
	Unimplemented []string
	// Unsteady are differences that did not show again on fresh keys.
	Unsteady []string
	// Stopped says why the search ended early; empty: it did not.
	Stopped string
	// Leftover says which keys could not be scheduled for deletion; empty: none.
	Leftover string
}

// Finding is one way in which the target differs.
type Finding struct {
	Fingerprint Fingerprint
	Differences []Difference // of the last step; the first one explains the others
	Count       int          // how often it showed, shrinking left out
	Seed        uint64       // of the sequence that showed it first
	FoundAt     int          // steps of all sequences until then
	Length      int          // of that sequence
	Sequence    Sequence     // shrunk
	Requirement string       // what it breaks, as closely as is known
	Evidence    features.Evidence
	Profile     string
	Scenario    string // in Gherkin; empty where the language has no sentence for it
	Unsaid      string // which one it lacks

	expected map[Which]view
}

// Advisory reports whether AWS is not known to do otherwise: it is only inferred.
func (f *Finding) Advisory() bool { return !f.Evidence.Gates() }

// Answer is how a target answers an open question, otherwise than the reference KMS.
type Answer struct {
	Question, Answer string
	Situation        string // in which it showed first
	Count            int
}

// explorer is a search under way.
type explorer struct {
	options   Options
	target    *target.Target
	vault     *vault.Vault
	oracle    *oracle
	result    *Result
	explained map[Fingerprint]int // index of the finding that explains it
	avoid     map[Situation]bool
	unsteady  map[Fingerprint]bool
}

// Run explores a target. The error says why nothing could be found out; what was found until then is in the result.
func Run(ctx context.Context, t *target.Target, o Options) (*Result, error) {
	if err := t.Probe(ctx); err != nil {
		return nil, err
	}
	e := newExplorer(t, o)
	until := time.Time{}
	if o.For > 0 {
		until = time.Now().Add(o.For)
	}
	for run := 0; e.more(ctx, run, until); run++ {
		if err := e.sequence(ctx, e.options.Seed+uint64(run)); err != nil {
			if ctx.Err() != nil {
				e.result.Stopped = "it was interrupted"
				break
			}
			return e.result, err
		}
		e.result.Runs++
		if e.options.Progress != nil {
			e.options.Progress(e.result.Runs, len(e.result.Findings))
		}
	}
	slices.SortStableFunc(e.result.Answers, func(a, b Answer) int { return strings.Compare(a.Question, b.Question) })
	return e.result, nil
}

func newExplorer(t *target.Target, o Options) *explorer {
	if o.Steps <= 0 {
		o.Steps = DefaultSteps
	}
	if o.Runs <= 0 && o.For <= 0 {
		o.Runs = DefaultRuns
	}
	if o.MaxKeys <= 0 && t.Isolate == nil {
		o.MaxKeys = DefaultMaxKeys
	}
	return &explorer{
		options: o, target: t, vault: vault.New(vault.Options{}), oracle: newOracle(o.Contract),
		result:    &Result{Target: t.Name, Seed: o.Seed},
		explained: map[Fingerprint]int{}, avoid: map[Situation]bool{}, unsteady: map[Fingerprint]bool{},
	}
}

func (e *explorer) more(ctx context.Context, run int, until time.Time) bool {
	switch {
	case ctx.Err() != nil:
		e.result.Stopped = "it was interrupted"
	case !e.room(1):
		e.result.Stopped = fmt.Sprintf("%d keys were made, and no more may be (--max-keys)", e.result.Keys)
	case e.options.StopAt > 0 && len(e.result.Findings) >= e.options.StopAt:
	case !until.IsZero() && !time.Now().Before(until):
	case e.options.Runs > 0 && run >= e.options.Runs:
	default:
		return true
	}
	return false
}

// room reports whether so many keys may still be made.
func (e *explorer) room(keys int) bool {
	return e.options.MaxKeys <= 0 || e.result.Keys+keys <= e.options.MaxKeys
}

// close ends a trial and counts its keys.
func (e *explorer) close(ctx context.Context, t *trial) {
	e.result.Keys += t.created
	t.created = 0
	if err := t.end(ctx); err != nil && e.result.Leftover == "" {
		e.result.Leftover = err.Error()
	}
}

// sequence makes one sequence and looks at each step of it.
func (e *explorer) sequence(ctx context.Context, seed uint64) error {
	t := newTrial(e.target, e.vault, e.oracle)
	defer e.close(ctx, t)
	ctx = t.session.Context(ctx)
	var g *generator
	g = newGenerator(seed, t, &e.options, func(s Situation) bool { return e.avoid[blurred(s)] && g.random.IntN(10) > 0 })
	allowed := g.allowed
	g.allowed = func(operation string) bool {
		return allowed(operation) && !slices.Contains(e.result.Unimplemented, operation)
	}
	var done Sequence
	for range e.options.Steps {
		step, is := g.next(e.room(t.created + 1))
		if !is || step.Operation == "ReplicateKey" && !e.room(t.created+1) {
			return nil
		}
		o, err := t.do(ctx, step)
		if err != nil {
			return err
		}
		if o.inapplicable {
			continue
		}
		done = append(done, step)
		e.result.Steps++
		e.note(&o)
		if found := e.unknown(&o, step); found != nil {
			return e.found(ctx, t, seed, done, *found)
		}
		if o.parted {
			return nil
		}
	}
	return nil
}

// note keeps what a step told besides divergences.
func (e *explorer) note(o *observation) {
	if o.unimplemented != "" && !slices.Contains(e.result.Unimplemented, o.unimplemented) {
		e.result.Unimplemented = append(e.result.Unimplemented, o.unimplemented)
	}
	for _, a := range o.answers {
		i := slices.IndexFunc(e.result.Answers, func(k Answer) bool { return k.Question == a.question && k.Answer == a.answer })
		if i < 0 {
			i = len(e.result.Answers)
			e.result.Answers = append(e.result.Answers, Answer{Question: a.question, Answer: a.answer, Situation: o.situation.String()})
		}
		e.result.Answers[i].Count++
	}
}

// unknown counts the differences of a step that are known, and returns the fingerprint of the first that is not.
func (e *explorer) unknown(o *observation, step Step) *Fingerprint {
	for i, d := range o.differences {
		f := fingerprint(o.situation, step, d)
		if n, known := e.explained[f]; known {
			if e.result.Findings[n].Fingerprint == f {
				e.result.Findings[n].Count++
			}
			if i == 0 && (d.hard() || d.Aspect == outcome) {
				return nil // it explains the others
			}
			continue
		}
		if !e.unsteady[f] {
			return &f
		}
	}
	return nil
}

// blurred is a situation as fingerprints tell situations apart.
func blurred(s Situation) Situation {
	s.Lacks, s.Disabled, s.Several, s.Spent, s.Old, s.Kind = false, false, false, false, false, ""
	return s
}

// shrinkingShare is which part of the keys that may be made the shrinking of one finding may take: one in four.
const shrinkingShare = 4

// found shrinks a new finding and enters it.
func (e *explorer) found(ctx context.Context, t *trial, seed uint64, q Sequence, f Fingerprint) error {
	e.close(ctx, t)
	finding := Finding{Fingerprint: f, Count: 1, Seed: seed, FoundAt: e.result.Steps, Length: len(q)}
	var failed error
	keys := e.result.Keys
	shows := func(candidate Sequence) bool {
		spent := e.result.Keys - keys + candidate.creations()
		if failed != nil || ctx.Err() != nil || !e.room(candidate.creations()) || e.options.MaxKeys > 0 && spent > e.options.MaxKeys/shrinkingShare {
			return false
		}
		shown, err := e.replay(ctx, candidate, f)
		if err != nil {
			failed = err
		}
		if shown == nil {
			return false
		}
		finding.Differences, finding.expected, finding.Sequence = shown.differences, shown.views, candidate
		finding.Requirement = requirement(shown.situation, shown.differences[0])
		e.avoidLike(shown)
		return true
	}
	if !shows(q.tidy()) && !shows(q) {
		if failed != nil || ctx.Err() != nil {
			return failed
		}
		if e.room(q.creations()) {
			e.unsteady[f] = true
			e.result.Unsteady = append(e.result.Unsteady, f.String())
			return nil
		}
		return nil
	}
	shrink(finding.Sequence, shows)
	e.enter(finding)
	return failed
}

// avoidLike has later sequences steer around a situation that is known to diverge, where it ends a sequence.
func (e *explorer) avoidLike(s *shown) {
	if s.situation.Operation != "CreateKey" && s.situation.Operation != Pass && (s.differences[0].hard() || s.differences[0].Aspect == outcome) {
		e.avoid[blurred(s.situation)] = true
	}
}

func (e *explorer) enter(f Finding) {
	f.Evidence, f.Profile = e.oracle.requirements[f.Requirement].Evidence, string(f.Sequence.profile())
	number := len(e.result.Findings)
	f.compose(number+1, e.clock())
	last := f.Sequence[len(f.Sequence)-1]
	for _, d := range f.Differences {
		s := Situation{Operation: f.Fingerprint.Operation, Variant: f.Fingerprint.Variant, Caller: f.Fingerprint.Caller, State: f.Fingerprint.State, Role: f.Fingerprint.Role}
		if also := fingerprint(s, last, d); !e.isExplained(also) {
			e.explained[also] = number
		}
	}
	e.explained[f.Fingerprint] = number
	e.result.Findings = append(e.result.Findings, f)
}

func (e *explorer) isExplained(f Fingerprint) bool {
	_, known := e.explained[f]
	return known
}

func (e *explorer) clock() bool { return e.target.Isolate != nil || e.target.Clock != nil }

// shown is what a replay came to.
type shown struct {
	situation   Situation
	differences []Difference
	views       map[Which]view
}

// replay does a sequence on fresh keys. It returns nothing unless its last step, and none before, shows the finding.
func (e *explorer) replay(ctx context.Context, q Sequence, f Fingerprint) (*shown, error) {
	t := newTrial(e.target, e.vault, e.oracle)
	defer e.close(ctx, t)
	ctx = t.session.Context(ctx)
	for i, step := range q {
		o, err := t.do(ctx, step)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(o.differences, func(d Difference) bool { return fingerprint(o.situation, step, d) == f })
		switch last := i == len(q)-1; {
		case o.inapplicable, !last && (at >= 0 || o.parted):
			return nil, nil
		case last && at >= 0:
			// What the finding is about comes first: what stands before it is another, known one.
			found := append([]Difference{o.differences[at]}, slices.Delete(slices.Clone(o.differences), at, at+1)...)
			return &shown{o.situation, found, t.before}, nil
		}
	}
	return nil, nil
}

// creations is how many keys a sequence makes.
func (q Sequence) creations() int {
	n := 0
	for _, s := range q {
		if s.Operation == "CreateKey" || s.Operation == "ReplicateKey" {
			n++
		}
	}
	return n
}
