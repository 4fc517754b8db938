package explore

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
	"github.com/kmsconform/kmsconform/fixtures/reference/vault"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// trial is one sequence under way on both sides. Each has keys of its own; on the embedded reference a KMS of its own.
type trial struct {
	target  *target.Target
	session *target.Session
	model   *model
	actual  *side // on the target
	ideal   *side // on the model
	oracle  *oracle

	before   map[Which]view // what the model told last
	disabled map[Which]bool // by DisableKey, and not enabled since
	standing map[standing]bool
	created  int // keys on the target

	fetched time.Time // when parameters were kept, on the model's clock
	spent   bool      // see Situation
	left    int       // the pending material that went and that the target goes on to list (OQ-22); 0: none
}

// standing is a member that is known to differ: it says nothing more until it agrees again.
type standing struct {
	on     Which
	aspect string
}

// observation is what a step came to.
type observation struct {
	situation     Situation
	expected      reply
	actual        reply
	differences   []Difference // what explains the others comes first
	answers       []answered
	unimplemented string // the operation, where the target does not have it
	parted        bool   // the two systems are in different states: what follows would mean nothing
	inapplicable  bool   // the step spoke of what is not there, and was left out
}

// answered is an open question that a target answered otherwise than the model.
type answered struct {
	question, answer string
	difference       Difference
}

func newTrial(t *target.Target, v *vault.Vault, o *oracle) *trial {
	session := t.Open("explore")
	m := newModel(t, v)
	sh := newShared(t.Regions)
	sh.tags = ownTags(session)
	return &trial{
		target: t, session: session, model: m, oracle: o, actual: newSide(&actual{session: session}, sh), ideal: newSide(m, sh),
		before: map[Which]view{}, disabled: map[Which]bool{}, standing: map[standing]bool{},
	}
}

// clock reports whether time can be moved on both sides.
func (t *trial) clock() bool { return t.session.Clock() != nil }

// cleanupWithin bounds scheduling the keys of a sequence for deletion, also when a run is being stopped.
const cleanupWithin = time.Minute

// end schedules the keys of the target for deletion.
func (t *trial) end(ctx context.Context) error {
	cleaning, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupWithin)
	defer cancel()
	return t.session.Cleanup(cleaning)
}

// do performs a step on both sides and compares what they tell.
func (t *trial) do(ctx context.Context, step Step) (observation, error) {
	o := observation{situation: t.situation(step)}
	t.actual.shared.begin()
	marked, keys := t.model.state.Clone(), maps.Clone(t.ideal.keys)
	var err error
	if o.actual, err = t.perform(ctx, step); err == nil {
		o.expected, err = t.ideal.perform(ctx, step)
	}
	if errors.Is(err, errInapplicable) {
		t.model.state, t.ideal.keys = marked, keys
		o.inapplicable = true
		return o, nil
	}
	if err != nil {
		return o, err
	}
	if o.actual.code == "" && (step.Operation == "CreateKey" || step.Operation == "ReplicateKey") {
		t.created++
	}
	o.unimplemented = o.actual.missing
	if o.actual.code == "" && (step.Operation == "DisableKey" || step.Operation == "EnableKey") {
		t.disabled[step.Key] = step.Operation == "DisableKey"
	}
	t.follows(step, &o)
	if o.actual.code != "" && o.expected.code == "" { // the model follows
		t.model.state, t.ideal.keys = marked, keys
	}
	if err := t.compare(ctx, step, &o); err != nil {
		return o, err
	}
	return o, nil
}

// situation says what a step meets.
func (t *trial) situation(step Step) Situation {
	s := situation(step, t.ideal.keys[step.Key], t.before, t.disabled)
	if step.Variant == keptBefore {
		s.Spent, s.Old = t.spent, t.model.now().Sub(t.fetched) >= 24*time.Hour
	}
	return s
}

// follows keeps whether the parameters that were kept are as good as new: whether others are is open (OQ-15).
func (t *trial) follows(step Step, o *observation) {
	ok := o.actual.code == ""
	switch {
	case step.Operation == Fetch && ok:
		t.fetched, t.spent = t.model.now(), false
	case step.Key != TheKey:
	case step.Operation == "GetParametersForImport", step.Operation == remove && ok,
		step.Operation == "ImportKeyMaterial" && (ok || step.Variant != keptBefore):
		t.spent = true
	}
}

func (t *trial) perform(ctx context.Context, step Step) (reply, error) {
	if step.Operation == Pass && !t.clock() { // only what is under way in the background is waited for: see look
		return reply{}, nil
	}
	return t.actual.perform(ctx, step)
}

// compare finds the differences of a step: how it ended, what it answered, and what all keys are now.
func (t *trial) compare(ctx context.Context, step Step, o *observation) error {
	var all []Difference
	expected, got := outcomeOf(o.expected), outcomeOf(o.actual)
	switch {
	case o.unimplemented != "":
	case expected == got && expected != success:
		all = append(all, misworded(step, o.expected, o.actual)...)
	case expected != got:
		all = append(all, Difference{On: step.Key, Aspect: outcome, Expected: expected, Actual: got, Message: o.actual.message})
	default:
		want, err := t.ideal.answerOf(step, o.expected)
		if err != nil {
			return err
		}
		told, err := t.actual.answerOf(step, o.actual)
		if err != nil {
			return err
		}
		if step.Operation == "ListKeyRotations" && t.left > 0 {
			want, told = nil, nil // that entries differ is known
		}
		for _, d := range differences(step.Key, want, told) {
			d.Aspect = "answer " + d.Aspect
			all = append(all, d)
		}
	}
	was := t.before[TheKey]["KeyState"]
	seen, err := t.look(ctx, step)
	if err != nil {
		return err
	}
	t.spent = t.spent || was != t.before[TheKey]["KeyState"]
	if step.Operation == "ImportKeyMaterial" && t.before[step.Key]["KeyState"] == "Enabled" {
		t.disabled[step.Key] = false
	}
	all = t.fresh(append(all, seen...))
	slices.SortStableFunc(all, func(a, b Difference) int { return a.rank(step) - b.rank(step) })
	t.judge(o, all)
	t.follow(step, o)
	return nil
}

// backgroundWithin is how long a target whose clock cannot be moved is given for what it does in the background.
const backgroundWithin = 5 * time.Second

// look reads all keys on both sides and compares. Where changes of the target may show late it looks again, for as long as
// the target's consistency says.
func (t *trial) look(ctx context.Context, step Step) ([]Difference, error) {
	c := t.target.Consistency
	within, every := c.Within, max(c.Every, 50*time.Millisecond)
	if step.Operation == Pass && !t.clock() {
		within = max(within, backgroundWithin)
	}
	for again, deadline := true, time.Now().Add(within); ; {
		found, told, err := t.lookOnce(ctx, step)
		if err != nil || len(found) == 0 || !again && !time.Now().Before(deadline) {
			t.before = told
			return found, err
		}
		if again { // what ended in the background between the look at the one side and that at the other is no difference
			again = false
			continue
		}
		timer := time.NewTimer(every)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}

func (t *trial) lookOnce(ctx context.Context, step Step) ([]Difference, map[Which]view, error) {
	var all []Difference
	told := map[Which]view{}
	for _, which := range whiches {
		furniture := which == step.Key && step.Operation != Pass && step.Operation != Make
		want, err := t.ideal.look(ctx, which, furniture)
		if err != nil {
			return nil, nil, err
		}
		if want == nil {
			continue
		}
		told[which] = want
		got, err := t.actual.look(ctx, which, furniture)
		if err != nil {
			return nil, nil, err
		}
		if got != nil { // a key that the target did not make is a matter of the outcome
			for _, d := range differences(which, want, got) {
				d.State = t.before[which]["KeyState"]
				all = append(all, d)
			}
		}
	}
	return all, told, nil
}

// fresh leaves out what is known to differ, and forgets what agrees again.
func (t *trial) fresh(all []Difference) []Difference {
	now := map[standing]bool{}
	var rest []Difference
	for _, d := range all {
		at := standing{d.On, d.Aspect}
		if t.standing[at] {
			now[at] = true
			continue
		}
		rest = append(rest, d)
	}
	t.standing = now
	return rest
}

// judge tells answers to open questions from divergences.
func (t *trial) judge(o *observation, all []Difference) {
	entries := false // a material that went, or stayed as pending import: OQ-22 is about its whole entry
	for _, d := range all {
		question := t.oracle.asks(o.situation, d)
		switch {
		case question != "":
			o.answers = append(o.answers, answered{question, d.Actual, d})
			if question == "OQ-22" {
				entries, t.left = true, slices.IndexFunc(ordinals, func(n string) bool { return strings.HasPrefix(d.Aspect, "the "+n) })+1
			}
		case entries && d.material():
		default:
			o.differences = append(o.differences, d)
		}
		if d.Aspect == outcome || d.Aspect == wording {
			continue // what the keys are says whether the two went apart
		}
		t.standing[standing{d.On, d.Aspect}] = true
		o.parted = o.parted || d.hard() && !(entries && d.material())
	}
}

// follow lets the sequence go on where it can: the model takes over a state that an open question leaves to the target, and
// what only one side has is forgotten or ends the sequence.
func (t *trial) follow(step Step, o *observation) {
	for _, a := range o.answers {
		usable := []string{string(kms.Enabled), string(kms.Disabled)}
		if d := a.difference; d.Aspect == "KeyState" && slices.Contains(usable, d.Expected) && slices.Contains(usable, d.Actual) && len(o.differences) == 0 {
			o.parted = !t.setState(d.On, kms.KeyState(d.Actual))
			delete(t.standing, standing{d.On, d.Aspect})
			t.before[d.On]["KeyState"] = d.Actual
		}
	}
	for which := range t.actual.keys {
		o.parted = o.parted || t.ideal.keys[which] == nil
	}
	if (step.Operation == Fetch || step.Operation == Make) && outcomeOf(o.expected) != outcomeOf(o.actual) {
		o.parted = true // only one side has what later steps speak of
	}
}

// setState has the model's key be in a state.
func (t *trial) setState(which Which, state kms.KeyState) bool {
	k := t.ideal.keys[which]
	grip, found := t.model.state.Grip(kms.Call{Caller: t.model.callers["primary"], Region: t.model.regions[k.region]}, k.id)
	if found {
		grip.SetState(state)
	}
	return found
}

// material reports whether a difference is about the entry of a material.
func (d Difference) material() bool { return d.Aspect != outcome && materialAspect(d.Aspect) }
