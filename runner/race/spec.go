package race

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
)

// spec is the sequential specification: the rules of the reference KMS themselves, on a key of their own. They are not
// projected to something simpler, so that there is nothing to keep in step with them; instead every state that is reached
// is kept once, by its fingerprint, with what each step leads to. Rounds meet the same few hundred states again and again,
// so that a step costs a look in a map, and equality of states is equality of pointers.
//
// The clock of the rules stands still, and nothing expires. The one thing that happens by itself is the end of a rotation:
// it may have come, or not yet, before any step.
type spec struct {
	mu      sync.Mutex // a checker whose time is over may still be in here
	open    []*question
	nodes   map[string]*node
	beliefs map[string]*belief
	first   *belief
	symbols map[string]string // by material id
	ids     map[string]string // by symbol
	key     string            // ARN
}

// node is one state of the key.
type node struct {
	id    int
	state *kms.State // nil: the contract says nothing about what follows
	view  view
	moves map[Step][]move
	later *node // when the rotation under way is over; itself where none is
}

// view is what the rules themselves tell of a node.
type view struct {
	state  string
	listed []Listed
}

// move is one way in which a step can go in a node.
type move struct {
	outcome Outcome
	loose   looseness
	next    *node
}

// looseness is how much an answer may differ from a move's outcome.
type looseness int

const (
	exactly looseness = iota
	anyRefusal
	anyAnswer
)

// belief is a set of nodes, any of which the key can be in. Equal beliefs are the same pointer.
type belief struct {
	nodes []*node
}

const (
	modelAccount = "111122223333"
	modelRegion  = "us-east-1"
	modelKey     = "00000000-0000-4000-8000-000000000000"
)

var modelNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// soon is when a rotation that is under way is over, and nothing else has happened.
var soon = modelNow.Add(time.Hour)

// materialNames are the materials of a round. A is the first one wherever there is one before the race.
var materialNames = []string{"A", "B", "C"}

// newSpec returns the rules, with other answers than theirs to open questions.
func newSpec(open ...*question) (*spec, error) {
	s := &spec{open: open, nodes: map[string]*node{}, beliefs: map[string]*belief{}, symbols: map[string]string{}, ids: map[string]string{}}
	state := kms.New(kms.Options{})
	made, refused := apply(state, &kms.CreateKeyInput{Origin: pointer(string(kms.OriginExternal))}, modelNow)
	if refused != nil {
		return nil, fmt.Errorf("make the key of the model: %w", refused)
	}
	out, is := made.(kms.CreateKeyOutput)
	if !is {
		return nil, fmt.Errorf("make the key of the model: the rules answer a %T", made)
	}
	s.key = out.KeyMetadata.Arn
	for _, name := range materialNames {
		answer, refused := apply(state.Clone(), s.request(Step{Operation: importMaterial, Material: name}), modelNow)
		if refused != nil {
			return nil, fmt.Errorf("import material %s into the key of the model: %w", name, refused)
		}
		imported, is := answer.(kms.ImportKeyMaterialOutput)
		if !is {
			return nil, fmt.Errorf("import material %s into the key of the model: the rules answer a %T", name, answer)
		}
		s.symbols[imported.KeyMaterialId], s.ids[name] = name, imported.KeyMaterialId
	}
	s.first = s.believe([]*node{s.enter(state)})
	return s, nil
}

func apply(state *kms.State, r kms.Request, now time.Time) (kms.Answer, *kms.Error) {
	return state.Apply(modelCall(r, now))
}

func modelCall(r kms.Request, now time.Time) kms.Call {
	root := kms.Caller{Account: modelAccount, Principal: "arn:aws:iam::" + modelAccount + ":root"}
	return kms.Call{Caller: root, Region: modelRegion, Now: now, Request: r, Fresh: modelFresh{}}
}

// modelFresh supplies the one key id that the model needs.
type modelFresh struct{}

// KeyID implements kms.Fresh.
func (modelFresh) KeyID(bool) string { return modelKey }

// Material implements kms.Fresh. No key of the model has material that KMS makes.
func (modelFresh) Material(kms.KeySpec) (kms.Material, error) {
	return kms.Material{}, fmt.Errorf("the model makes no material")
}

// step returns what the key can be in after a call with this outcome; nil: the call cannot have had it.
func (s *spec) step(b *belief, step Step, outcome Outcome) *belief {
	s.mu.Lock()
	defer s.mu.Unlock()
	var next []*node
	for _, n := range b.nodes {
		for _, at := range []*node{n, s.completed(n)} {
			for _, m := range s.movesOf(at, step) {
				if m.allows(outcome) {
					next = append(next, m.next)
				}
			}
			if at == at.later {
				break
			}
		}
	}
	return s.believe(next)
}

// expected is what a call can come to.
func (s *spec) expected(b *belief, step Step) []Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Outcome
	for _, n := range b.nodes {
		for _, at := range []*node{n, s.completed(n)} {
			for _, m := range s.movesOf(at, step) {
				if m.loose == exactly && !slices.ContainsFunc(all, func(o Outcome) bool { return o.String() == m.outcome.String() }) {
					all = append(all, m.outcome)
				}
			}
		}
	}
	return all
}

func (m move) allows(answered Outcome) bool {
	switch m.loose {
	case anyAnswer:
		return true
	case anyRefusal:
		return answered.Lost || answered.Refusal != ""
	default:
		return m.outcome.tells(answered)
	}
}

// completed is the node in which a rotation that is under way is over: the node itself where none is.
func (s *spec) completed(n *node) *node {
	if n.later == nil {
		state := n.state.Clone()
		if _, refused := apply(state, s.request(Step{Operation: describeKey}), soon); refused != nil {
			n.later = n
		} else {
			n.later = s.enter(state)
		}
	}
	return n.later
}

// movesOf tries a step on a copy of a node's state, once.
func (s *spec) movesOf(n *node, step Step) []move {
	if n.state == nil {
		return []move{{loose: anyAnswer, next: n}}
	}
	if known, is := n.moves[step]; is {
		return known
	}
	state := n.state.Clone()
	answer, refused := apply(state, s.request(step), modelNow)
	own := move{outcome: s.outcome(answer, refused)}
	own.next = s.enter(state)
	all := []move{own}
	for _, q := range s.open {
		if q.arises(n.view, step, own) {
			all = append(all, q.otherwise(s, n, own))
		}
	}
	n.moves[step] = all
	return all
}

// enter returns the one node of a state.
func (s *spec) enter(state *kms.State) *node {
	fingerprint := state.Fingerprint()
	if n := s.nodes[fingerprint]; n != nil {
		return n
	}
	n := &node{id: len(s.nodes), state: state, view: s.look(state), moves: map[Step][]move{}}
	s.nodes[fingerprint] = n
	return n
}

// unsaid is the node in which the contract says nothing about what follows.
func (s *spec) unsaid() *node {
	n := s.nodes[""]
	if n == nil {
		n = &node{id: len(s.nodes), view: view{state: "what the contract leaves open"}}
		n.later = n
		s.nodes[""] = n
	}
	return n
}

// believe returns the one belief of some nodes; nil for none.
func (s *spec) believe(nodes []*node) *belief {
	slices.SortFunc(nodes, func(a, b *node) int { return a.id - b.id })
	nodes = slices.Compact(nodes)
	if i := slices.IndexFunc(nodes, func(n *node) bool { return n.state == nil }); i >= 0 {
		nodes = nodes[i : i+1] // everything is possible there, and so the others add nothing
	}
	if len(nodes) == 0 {
		return nil
	}
	var name strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&name, "%d ", n.id)
	}
	b := s.beliefs[name.String()]
	if b == nil {
		b = &belief{nodes: nodes}
		s.beliefs[name.String()] = b
	}
	return b
}

// String is the belief as a reader sees it.
func (b *belief) String() string {
	texts := make([]string, len(b.nodes))
	for i, n := range b.nodes {
		texts[i] = n.view.String()
	}
	return strings.Join(slices.Compact(texts), ", or ")
}

// String is a state of the key in a few words.
func (v view) String() string {
	text := v.state
	for _, l := range v.listed {
		text += ", " + l.Material + " " + strings.ToLower(strings.ReplaceAll(l.State, "_", " "))
		if l.Import != "IMPORTED" {
			text += " but gone"
		}
	}
	return text
}

// has returns how the key has a material; false where it does not know it.
func (v view) has(material string) (Listed, bool) {
	for _, l := range v.listed {
		if l.Material == material {
			return l, true
		}
	}
	return Listed{}, false
}

// gone reports whether a material that the key knows is not there.
func (v view) gone(material string) bool {
	l, known := v.has(material)
	return known && l.Import != "IMPORTED"
}

// look asks the rules what there is.
func (s *spec) look(state *kms.State) view {
	described, _ := apply(state, s.request(Step{Operation: describeKey}), modelNow)
	listed, _ := apply(state, s.request(Step{Operation: listRotations}), modelNow)
	d := s.outcome(described, nil)
	return view{state: d.State, listed: s.outcome(listed, nil).Listed}
}

// modelMaterial is the material of a symbol, in the model only.
func modelMaterial(symbol string) kms.Material {
	sum := sha256.Sum256([]byte("material " + symbol + " of the model"))
	return kms.Material{Bytes: sum[:]}
}

func pointer[T any](v T) *T { return &v }
