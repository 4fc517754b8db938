package race

import "github.com/kmsconform/kmsconform/fixtures/reference/kms"

// question is something that the contract leaves open and that decides what a race may come to. What a target answers is
// found out before the race, by one caller: a target may answer as it likes, and must then answer so under a race, too.
type question struct {
	id   string // of the contract's open questions
	asks string
	// scripts ask it: calls of one caller, each script on a key of its own.
	scripts [][]Step
	// arises reports whether a step asks it in a state; the move is what the rules of the reference do.
	arises func(at view, step Step, own move) bool
	// otherwise is what a target does that does not do as the reference.
	otherwise func(s *spec, n *node, own move) move
}

// Steps that scripts and openings are made of.
var (
	importA    = Step{Operation: importMaterial, Material: "A"}
	importNewB = Step{Operation: importMaterial, Material: "B", Type: asNew}
	importNewC = Step{Operation: importMaterial, Material: "C", Type: asNew}
	deletes    = Step{Operation: deleteMaterial}
	deleteA    = Step{Operation: deleteMaterial, Material: "A"}
	deleteB    = Step{Operation: deleteMaterial, Material: "B"}
	encrypts   = Step{Operation: encrypt}
	describes  = Step{Operation: describeKey}
	lists      = Step{Operation: listRotations}
	enables    = Step{Operation: enableKey}
	disables   = Step{Operation: disableKey}
	schedules  = Step{Operation: schedule}
	cancels    = Step{Operation: cancel}
	rotates    = Step{Operation: rotate}
	completes  = Step{Operation: completion}
)

// questions are asked in this order, each with the answers to those before it.
var questions = []*question{
	{
		id: "OQ-06", asks: "the material of a disabled key that has it is imported again: Enabled, or still Disabled?",
		scripts: [][]Step{{importA, disables, importA, describes}},
		arises: func(at view, step Step, own move) bool {
			return step.Operation == importMaterial && own.outcome.Refusal == "" && at.state == string(kms.Disabled) &&
				own.next.view.state == string(kms.Enabled)
		},
		otherwise: staysDisabled,
	},
	{
		id: "OQ-06", asks: "a disabled key loses its material and gets it back: Enabled, or Disabled?",
		scripts: [][]Step{{importA, disables, deletes, importA, describes}},
		arises: func(at view, step Step, own move) bool {
			return step.Operation == importMaterial && own.outcome.Refusal == "" && at.state == string(kms.PendingImport) &&
				own.next.view.state == string(kms.Enabled)
		},
		otherwise: staysDisabled,
	},
	{
		id: "OQ-07", asks: "the material of a key that is pending deletion and has none is deleted: success, or refused?",
		scripts: [][]Step{{importA, deletes, schedules, deletes, describes}, {schedules, deletes, describes}},
		arises: func(at view, step Step, own move) bool {
			return step.Operation == deleteMaterial && own.outcome.Refusal == "" && at.state == string(kms.PendingDeletion) &&
				sameView(at, own.next.view)
		},
		otherwise: refusesAnyhow,
	},
	{
		id: "OQ-09", asks: "the deletion of a key without its material is cancelled: PendingImport, or Disabled, and what then?",
		scripts: [][]Step{{importA, deletes, schedules, cancels, describes, importA, describes}, {schedules, cancels, describes}},
		arises: func(_ view, step Step, own move) bool {
			return step.Operation == cancel && own.outcome.Refusal == "" && own.next.view.state == string(kms.PendingImport)
		},
		otherwise: leadsAnywhere,
	},
	{
		id: "OQ-21", asks: "new material is imported while another one is missing: does it wait for a rotation?",
		scripts: [][]Step{{importA, deletes, importNewC, describes, lists, importA, describes, lists}},
		arises: func(at view, step Step, own move) bool {
			return step.Operation == importMaterial && step.Type == asNew && own.outcome.Refusal == "" &&
				at.state == string(kms.PendingImport) && len(at.listed) > 0
		},
		otherwise: anythingAtAll,
	},
	{
		id: "OQ-22", asks: "a material that waits for a rotation is deleted: can it be imported as new again?",
		scripts: [][]Step{{importA, importNewB, deleteB, lists, importNewB, lists}, {importA, importNewB, rotates, deleteB, lists, importNewB, lists}},
		arises: func(at view, step Step, own move) bool {
			l, known := at.has(step.Material)
			return step.Operation == deleteMaterial && known && l.State == string(kms.PendingRotation) && own.outcome.Refusal == ""
		},
		otherwise: leadsAnywhere,
	},
	{
		id: "OQ-24", asks: "a material that is gone is deleted by its id: success, or refused?",
		scripts: [][]Step{{importA, deletes, deleteA, describes}, {importA, importNewB, deleteB, deleteB, describes}},
		arises: func(at view, step Step, _ move) bool {
			_, known := at.has(step.Material)
			return step.Operation == deleteMaterial && step.Material != "" && (!known || at.gone(step.Material))
		},
		otherwise: answersAnyhow,
	},
}

func sameView(a, b view) bool { return a.String() == b.String() }

// staysDisabled is the rules' move, but for the key's being disabled afterwards.
func staysDisabled(s *spec, _ *node, own move) move {
	state := own.next.state.Clone()
	key, found := state.Grip(modelCall(&kms.DescribeKeyInput{}, modelNow), s.key)
	if !found {
		return own
	}
	key.SetState(kms.Disabled)
	return move{outcome: own.outcome, next: s.enter(state)}
}

// refusesAnyhow is a refusal with any code, which changes nothing.
func refusesAnyhow(_ *spec, n *node, _ move) move { return move{loose: anyRefusal, next: n} }

// answersAnyhow is any answer to a call that changes nothing.
func answersAnyhow(_ *spec, n *node, _ move) move { return move{loose: anyAnswer, next: n} }

// leadsAnywhere succeeds, and the contract does not say what follows.
func leadsAnywhere(s *spec, _ *node, own move) move {
	return move{outcome: own.outcome, next: s.unsaid()}
}

// anythingAtAll is any answer, and the contract does not say what follows.
func anythingAtAll(s *spec, _ *node, _ move) move { return move{loose: anyAnswer, next: s.unsaid()} }
