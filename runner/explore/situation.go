package explore

import (
	"fmt"
	"slices"
	"strings"
)

// Situation is a step and what it met, as far as that decides what KMS does: sequences that come to the same situation show
// the same behaviour.
type Situation struct {
	Operation string
	Variant   string // of the call: how it differs from an ordinary one; empty: it does not
	Caller    string // empty: the owner
	State     string // of the key before; empty: there was none
	Role      string // of the material that the call means, for the key
	Lacks     bool   // a material that the key is bound to is not there, or none was ever imported
	Disabled  bool   // the key was disabled, and not enabled since
	Several   bool   // the key is bound to several materials
	Spent     bool   // the parameters of the import have been used, or newer ones were fetched, or the key has changed since
	Old       bool   // the parameters of the import are older than a day
	Kind      string // of key, as coarse as the rules: symmetric, other or made by AWS KMS; with multi-Region before it
}

// String is a situation in words.
func (s Situation) String() string {
	text := s.Operation
	switch text {
	case Pass:
		text = "time passes"
	case Make:
		return "making a " + s.Variant + ", key " + s.State
	}
	if s.Role != "" {
		text += " of " + s.Role
	}
	if s.Variant != "" {
		text += " (" + s.Variant + ")"
	}
	if s.Caller != "" {
		text += " by the " + s.Caller + " caller"
	}
	if s.State != "" {
		text += ", key " + s.State
		if s.Lacks && s.State != "PendingImport" {
			text += " without its material"
		}
	}
	return text
}

// situation says what a step meets, going by what the model told last.
func situation(step Step, k *held, before map[Which]view, disabled map[Which]bool) Situation {
	s := Situation{Operation: step.Operation, Caller: step.Caller, Disabled: disabled[step.Key]}
	v := before[step.Key]
	switch step.Operation {
	case "CreateKey":
		s.Variant = step.Kind
		if step.MadeByKMS {
			s.Variant += ", made by AWS KMS"
		}
		return s
	case Pass:
		s.Variant = span(step.Span)
		return s
	case Make:
		s.Variant = step.Product
	case "ImportKeyMaterial":
		s.Variant = strings.Trim(step.ImportType+" "+step.Variant, " ")
	default:
		s.Variant = step.Variant
	}
	if v == nil || k == nil {
		return s
	}
	s.State, s.Lacks, s.Kind = v["KeyState"], v["ExpirationModel"] == absent && !k.made, kindOf(k, v)
	if v[known] != "answers" {
		s.State = v[known]
	}
	if s.Caller == "" { // what another caller may do does not depend on the material
		s.Role = role(step, k, v)
	}
	_, s.Several = v["the second material: ImportState"]
	return s
}

func kindOf(k *held, v view) string {
	kind := "other"
	switch {
	case k.made:
		kind = "made by AWS KMS"
	case k.spec == "SYMMETRIC_DEFAULT":
		kind = "symmetric"
	}
	switch {
	case k.region != "primary":
		return "replica " + kind
	case v["MultiRegion"] == "true":
		return multiRegion + kind
	default:
		return kind
	}
}

// The roles of material that a key never had.
const (
	newMaterial = "new material"
	notTheKeys  = "a material that is none of the key's"
)

// role is what the material that a step means is to its key.
func role(step Step, k *held, v view) string {
	imports := step.Operation == "ImportKeyMaterial"
	if !imports && step.Operation != "DeleteImportedKeyMaterial" || k.made {
		return ""
	}
	if imports && step.Material == 0 {
		return "other material"
	}
	if k.spec != "SYMMETRIC_DEFAULT" {
		return ""
	}
	name, by := v["CurrentKeyMaterialId"], ""
	if step.Material > 0 {
		name, by = "the "+ordinals[step.Material-1]+" material", " by its id"
	}
	if imports {
		by = ""
	} else if step.Material == 0 && name == absent {
		return "" // there never was one
	}
	state := map[string]string{
		"CURRENT": "the current material", "NON_CURRENT": "an older material", "PENDING_ROTATION": "a material pending rotation",
		"PENDING_MULTI_REGION_IMPORT_AND_ROTATION": "a material pending import in other Regions",
	}[v[name+": KeyMaterialState"]]
	switch {
	case state == "" && imports:
		return newMaterial
	case state == "":
		return notTheKeys + by
	case v[name+": ImportState"] != "IMPORTED":
		return state + " that is gone" + by
	case name == v["CurrentKeyMaterialId"]:
		return state // by its id or without: it is the same
	default:
		return state + by
	}
}

// Difference is one member that the target tells otherwise than the model.
type Difference struct {
	On       Which  // the key that it is about
	Aspect   string // "outcome", "answer <member>", or a member of a view
	Expected string
	Actual   string
	Message  string // of the target's refusal
	State    string // of that key before

	requirement string // that it breaks, where the difference itself tells
}

// outcome is the aspect of how a call ended.
const outcome = "outcome"

// success is the outcome of a call that was not refused.
const success = "success"

func outcomeOf(r reply) string {
	if r.code == "" {
		return success
	}
	return r.code
}

// rank orders the differences of a step: what explains the others comes first.
func (d Difference) rank(step Step) int {
	order := []string{outcome, known, "KeyState", "ImportState", "KeyMaterialState", listed, "CurrentKeyMaterialId"}
	aspect := d.Aspect
	if _, member, is := strings.Cut(aspect, ": "); is {
		aspect = member
	}
	n := slices.Index(order, aspect)
	switch {
	case n >= 0:
	case strings.HasPrefix(aspect, "answer "):
		n = len(order)
	default:
		n = len(order) + 1
	}
	n *= 2
	if d.On != step.Key {
		n++
	}
	return n
}

// hard reports whether what follows after such a difference means nothing: the two systems are in different states.
func (d Difference) hard() bool {
	if d.Aspect == outcome {
		return d.Actual == success
	}
	return d.Aspect == known || d.Aspect == "KeyState" || strings.HasSuffix(d.Aspect, ": ImportState") || strings.HasSuffix(d.Aspect, ": KeyMaterialState")
}

// String is a difference in a line.
func (d Difference) String() string {
	if d.Aspect == outcome {
		return fmt.Sprintf("outcome: expected %s, got %s", d.Expected, d.Actual)
	}
	return fmt.Sprintf("%s: %s: expected %s, got %s", d.On, d.Aspect, d.Expected, d.Actual)
}

// differences compares two views of a key.
func differences(which Which, expected, actual view) []Difference {
	var all []Difference
	for _, name := range names(expected, actual) {
		want, has := expected[name]
		got, told := actual[name]
		if slices.Contains(furnishings, name) && !(has && told) {
			continue
		}
		if actual[listed] == notImplemented && (name == listed || materialAspect(name)) {
			continue
		}
		if want, got = orAbsent(want), orAbsent(got); want != got {
			all = append(all, Difference{On: which, Aspect: name, Expected: want, Actual: got})
		}
	}
	return all
}

const notImplemented = "(not implemented)"

// names returns the members of two views, sorted.
func names(a, b view) []string {
	var all []string
	for _, v := range []view{a, b} {
		for name := range v {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Fingerprint tells root causes apart: the situation, and what came of it otherwise than expected. What kind of key it is
// and which of several materials it is are left out: one mistake shows with all of them.
type Fingerprint struct {
	Operation, Variant, Caller, State, Role string
	Itself                                  bool // the difference is about the key that the step was about
	Aspect, Expected, Actual                string
}

// fingerprint is that of the difference that explains the others.
func fingerprint(s Situation, step Step, d Difference) Fingerprint {
	f := Fingerprint{
		Operation: s.Operation, Variant: s.Variant, Caller: s.Caller, State: s.State, Role: s.Role,
		Itself: d.On == step.Key, Aspect: d.Aspect, Expected: d.Expected, Actual: d.Actual,
	}
	for _, ordinal := range ordinals {
		f.Aspect = strings.ReplaceAll(f.Aspect, "the "+ordinal+" material", "a material")
	}
	switch s.Operation {
	case "CreateKey": // whatever kind
		f.Variant = ""
	case Pass: // however long, and it is about every key
		f.Variant, f.State, f.Itself = "", d.State, true
	}
	if s.Operation == "ImportKeyMaterial" && d.Aspect != outcome && step.Variant != "" && !variantNamed(step.Variant).faulty { // whenever it expires
		f.Variant = step.ImportType
	}
	if d.Aspect == wording { // whatever the situation
		f.Variant, f.State, f.Role, f.Itself = "", "", "", true
	}
	return f
}

// String is a fingerprint in a line.
func (f Fingerprint) String() string {
	s := Situation{Operation: f.Operation, Variant: f.Variant, Caller: f.Caller, State: f.State, Role: f.Role}
	about := ""
	if !f.Itself {
		about = " of another key"
	}
	return fmt.Sprintf("%s: %s%s: expected %s, got %s", s, f.Aspect, about, f.Expected, f.Actual)
}

// materialAspect reports whether a member of a view is of a material's entry.
func materialAspect(name string) bool { return strings.Contains(name, ": ") }
