package race

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Step is one call on the key of a round, in symbols: the same round can be played on any target and in the model.
type Step struct {
	Operation string // as the API calls it
	Material  string // the material that it is about, "A", "B" or "C"; empty: it names none
	Type      string // the ImportType of an import; empty: none
}

// The operations that a round can call.
const (
	describeKey    = "DescribeKey"
	listRotations  = "ListKeyRotations"
	encrypt        = "Encrypt"
	decrypt        = "Decrypt"
	dataKey        = "GenerateDataKey"
	importMaterial = "ImportKeyMaterial"
	deleteMaterial = "DeleteImportedKeyMaterial"
	enableKey      = "EnableKey"
	disableKey     = "DisableKey"
	schedule       = "ScheduleKeyDeletion"
	cancel         = "CancelKeyDeletion"
	rotate         = "RotateKeyOnDemand"

	// completion is no call: the rotation that was begun is given the time that it takes.
	completion = "(the rotation completes)"
)

// The import types, as the API calls them.
const (
	asNew      = "NEW_KEY_MATERIAL"
	asExisting = "EXISTING_KEY_MATERIAL"
)

// Operations are the names of all operations that a round can call.
func Operations() []string {
	return []string{
		cancel, decrypt, deleteMaterial, describeKey, disableKey, enableKey, encrypt, dataKey, importMaterial, listRotations,
		rotate, schedule,
	}
}

// reads reports whether the call changes nothing, whatever it answers.
func (s Step) reads() bool {
	switch s.Operation {
	case describeKey, listRotations, encrypt, decrypt, dataKey:
		return true
	default:
		return false
	}
}

// String is the step as a reader sees it.
func (s Step) String() string {
	var about []string
	if s.Material != "" {
		about = append(about, s.Material)
	}
	if s.Type != "" {
		about = append(about, s.Type)
	}
	if about == nil {
		return s.Operation
	}
	return s.Operation + " " + strings.Join(about, " ")
}

// Outcome is what a call came to, as far as the contract says it: ids of materials are symbols, and texts of messages,
// ciphertexts and dates are left out.
type Outcome struct {
	// Lost says that no answer came that says what was done: the call may have been done or not.
	Lost bool
	// Refusal is the code of the error; empty: the call succeeded.
	Refusal string
	// State is the key state that the answer tells; empty: it tells none.
	State string
	// Material is the material that the answer names; empty: it names none.
	Material string
	// Listed are the materials that ListKeyRotations lists, sorted by material.
	Listed []Listed
}

// Listed is one material in an answer of ListKeyRotations.
type Listed struct {
	Material string
	State    string // CURRENT, NON_CURRENT or PENDING_ROTATION
	Import   string // IMPORTED or PENDING_IMPORT
}

// The symbols for ids of materials that no import answered.
const (
	someMaterial    = "?"            // one of those whose id is not known
	foreignMaterial = "(an unknown)" // none of the round's
)

// wrongPlaintext stands for the code of a Decrypt that answered something else than was encrypted.
const wrongPlaintext = "(another plaintext)"

// tells reports whether this, the outcome that the model has, explains what a target answered. A member that the target
// leaves out is not held against it: that is for the contract's scenarios to judge, and has nothing to do with races.
func (o Outcome) tells(answered Outcome) bool {
	switch {
	case answered.Lost:
		return true
	case o.Refusal != answered.Refusal:
		return false
	case answered.State != "" && answered.State != o.State:
		return false
	default:
		return sameMaterial(o.Material, answered.Material) && sameList(o.Listed, answered.Listed)
	}
}

func sameMaterial(has, answered string) bool {
	return answered == "" || answered == has || answered == someMaterial && has != ""
}

// sameList compares two lists as sets. A pending material that was deleted may stay listed (OQ-22): the model has no such
// entry, and a target's are passed over.
func sameList(has, answered []Listed) bool {
	rest := slices.Clone(has)
	for _, a := range answered {
		if a.State == "PENDING_ROTATION" && a.Import == "PENDING_IMPORT" {
			continue
		}
		i := slices.IndexFunc(rest, func(h Listed) bool {
			return sameMaterial(h.Material, a.Material) && h.State == a.State && (a.Import == "" || h.Import == a.Import)
		})
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return len(rest) == 0
}

// String is the outcome as a reader sees it.
func (o Outcome) String() string {
	var said []string
	switch {
	case o.Lost:
		return "no answer"
	case o.Refusal != "":
		return "refused: " + o.Refusal
	}
	if o.State != "" {
		said = append(said, o.State)
	}
	if o.Material != "" {
		said = append(said, "material "+o.Material)
	}
	if o.Listed != nil {
		said = append(said, listText(o.Listed))
	}
	if said == nil {
		return "success"
	}
	return "success: " + strings.Join(said, ", ")
}

func listText(list []Listed) string {
	if len(list) == 0 {
		return "no materials"
	}
	texts := make([]string, len(list))
	for i, l := range list {
		texts[i] = fmt.Sprintf("%s %s %s", l.Material, l.State, l.Import)
	}
	return strings.Join(texts, "; ")
}

// Call is a step that was made, and what came of it.
type Call struct {
	Step    Step
	Outcome Outcome
	Caller  int           // 0: before or after the race, alone; else who of the racing callers
	Began   time.Duration // since the round began
	Ended   time.Duration
}

// overlaps reports whether two calls were under way at the same time.
func (c Call) overlaps(other Call) bool { return c.Began <= other.Ended && other.Began <= c.Ended }
