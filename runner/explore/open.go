package explore

import (
	"slices"
	"strings"

	"github.com/kmsconform/kmsconform/features"
)

// opening is where the contract asks instead of judging: a situation, what is open about it, and the question.
type opening struct {
	question string
	aspect   string // of the difference, or what follows its material; outcome for how the call ends
	refused  bool   // that the call is refused is known, and only the code is open
	is       func(s Situation, d Difference) bool
}

// openings are the places where a target may differ from the model, which takes the suggested default of each question.
// The closed set of a question's answers says which other answers are fine.
var openings = []opening{
	{"OQ-01", "answer KeyMaterialId", false, func(s Situation, _ Difference) bool { return deletes(s) && (s.Lacks || gone(s)) }},
	{"OQ-02", "answer KeyMaterialId", false, func(s Situation, _ Difference) bool {
		return (deletes(s) || imports(s)) && strings.HasSuffix(s.Kind, "other")
	}},
	{"OQ-06", "KeyState", false, func(s Situation, _ Difference) bool { return imports(s) && s.Disabled }},
	{"OQ-07", outcome, false, func(s Situation, _ Difference) bool { return deletes(s) && s.Lacks && leaving(s) }},
	{"OQ-08", outcome, false, func(s Situation, _ Difference) bool {
		return deletes(s) && s.State == "PendingImport" && s.Several && !nothing(s)
	}},
	{"OQ-08", "ImportState", false, func(s Situation, _ Difference) bool {
		return deletes(s) && s.State == "PendingImport" && s.Several && !nothing(s)
	}},
	{"OQ-09", "KeyState", false, func(s Situation, _ Difference) bool { return s.Operation == "CancelKeyDeletion" && s.Lacks }},
	{"OQ-10", outcome, false, func(s Situation, _ Difference) bool {
		return s.Operation == "GetKeyRotationStatus" && strings.HasSuffix(s.Kind, "symmetric")
	}},
	{"OQ-11", outcome, true, func(s Situation, _ Difference) bool {
		return s.State == "PendingImport" && slices.Contains([]string{"Sign", "Verify", "GenerateMac", "VerifyMac", "GetPublicKey"}, s.Operation)
	}},
	{"OQ-12", "ExpirationModel", false, stays},
	{"OQ-12", "ValidTo", false, stays},
	{"OQ-14", outcome, true, func(s Situation, _ Difference) bool { return imports(s) && misused(s) }},
	{"OQ-15", outcome, false, func(s Situation, _ Difference) bool {
		return imports(s) && strings.HasSuffix(s.Variant, keptBefore) && s.Spent
	}},
	{"OQ-16", outcome, true, func(s Situation, _ Difference) bool { return imports(s) && strings.HasSuffix(s.Variant, "16 bytes") }},
	{"OQ-18", outcome, false, func(s Situation, _ Difference) bool {
		return s.Operation == "GetParametersForImport" && s.Variant == pkcs1
	}},
	{"OQ-19", outcome, true, func(s Situation, _ Difference) bool { return imports(s) && strings.Contains(s.Variant, "date") }},
	{"OQ-20", "KeyState", false, func(s Situation, d Difference) bool {
		return s.Operation == Pass && d.Actual == d.State && (d.State == "Disabled" || d.State == "PendingDeletion")
	}},
	{"OQ-21", outcome, false, func(s Situation, _ Difference) bool { return renews(s) && s.State == "PendingImport" && s.Several }},
	{"OQ-21", "KeyState", false, func(s Situation, _ Difference) bool { return renews(s) && s.State == "PendingImport" && s.Several }},
	{"OQ-22", "ImportState", false, func(s Situation, d Difference) bool {
		return deletes(s) && strings.Contains(s.Role, "pending") || s.Operation == Pass && d.Expected == absent
	}},
	{"OQ-23", outcome, false, func(s Situation, _ Difference) bool {
		return s.Operation == "ListKeyRotations" && !strings.HasSuffix(s.Kind, "symmetric")
	}},
	{"OQ-24", outcome, false, func(s Situation, _ Difference) bool {
		return deletes(s) && strings.HasSuffix(s.Role, "by its id") && (nothing(s) || gone(s))
	}},
	{"OQ-26", outcome, true, func(s Situation, _ Difference) bool { return renews(s) && strings.HasPrefix(s.Kind, "replica") }},
	{"OQ-28", outcome, true, func(s Situation, _ Difference) bool { return deletes(s) && elsewhere(s.Caller) }},
	{"OQ-29", outcome, true, func(s Situation, _ Difference) bool {
		return deletes(s) && strings.HasSuffix(s.Kind, "KMS") && s.State != "Enabled"
	}},
	{"OQ-31", outcome, true, func(s Situation, _ Difference) bool { return imports(s) && faults(s) > 1 }},
	{"OQ-35", "KeyState", false, func(s Situation, _ Difference) bool { return deletes(s) && s.State == "PendingReplicaDeletion" }},
}

// stays is that a member is still there after what it was about is gone.
func stays(s Situation, d Difference) bool {
	return (deletes(s) || s.Operation == Pass) && d.Expected == absent && !d.material()
}

// misused reports whether an import has members that do not go together, or not with the kind of key.
func misused(s Situation) bool {
	ofSymmetric := strings.Contains(s.Variant, "KEY_MATERIAL") || strings.Contains(s.Variant, "naming")
	return strings.Contains(s.Variant, "naming another id") || ofSymmetric && strings.HasSuffix(s.Kind, "other")
}

func gone(s Situation) bool { return strings.Contains(s.Role, "gone") }

func leaving(s Situation) bool {
	return s.State == "PendingDeletion" || s.State == "PendingReplicaDeletion"
}

func deletes(s Situation) bool { return s.Operation == "DeleteImportedKeyMaterial" }

func imports(s Situation) bool { return s.Operation == "ImportKeyMaterial" }

// renews reports whether a step imports material as new.
func renews(s Situation) bool { return imports(s) && strings.HasPrefix(s.Variant, "NEW_KEY_MATERIAL") }

// nothing reports whether a step means material that the key never had.
func nothing(s Situation) bool { return s.Role == newMaterial || strings.HasPrefix(s.Role, notTheKeys) }

// faults counts what is wrong with an import: which of several faults decides is open.
func faults(s Situation) int {
	n := 0
	for _, v := range variants {
		if v.faulty && strings.HasSuffix(s.Variant, v.name) {
			n++
		}
	}
	for _, wrong := range []bool{
		s.Old,
		strings.HasSuffix(s.Kind, "KMS"), s.Role == "other material", s.State != "Enabled" && s.State != "Disabled" && s.State != "PendingImport",
		strings.Contains(s.Variant, "KEY_MATERIAL") && strings.HasSuffix(s.Kind, "other"),
		strings.HasPrefix(s.Variant, "NEW_KEY_MATERIAL") && (!nothing(s) || strings.HasPrefix(s.Kind, "replica")),
		!strings.HasPrefix(s.Variant, "NEW_KEY_MATERIAL") && nothing(s),
	} {
		if wrong {
			n++
		}
	}
	return n
}

// oracle judges differences by the contract.
type oracle struct {
	questions    map[string]features.Question
	requirements map[string]features.Requirement
}

func newOracle(c *features.Contract) *oracle {
	o := &oracle{questions: map[string]features.Question{}, requirements: map[string]features.Requirement{}}
	for _, q := range c.Questions {
		o.questions[q.ID] = q
	}
	for i := range c.Requirements {
		o.requirements[c.Requirements[i].ID] = c.Requirements[i]
	}
	return o
}

// asks returns the question that a difference answers, or nothing: it is then a divergence. An answer that is none of the
// question's names is a divergence, too.
func (o *oracle) asks(s Situation, d Difference) string {
	if s.Caller != "" && !elsewhere(s.Caller) {
		return "" // what a caller may not do is no open question
	}
	for _, open := range openings {
		fits := d.Aspect == open.aspect || strings.HasSuffix(d.Aspect, ": "+open.aspect)
		if !fits || open.refused && d.Actual == success || elsewhere(s.Caller) && open.question != "OQ-28" {
			continue
		}
		if open.is(s, d) && o.allows(open.question, d.Actual) {
			return open.question
		}
	}
	return ""
}

// allows reports whether a question has an answer of that name. Members that only have to be there, or not, have names of
// their own there.
func (o *oracle) allows(question, actual string) bool {
	answers := o.questions[question].Answers
	switch {
	case slices.Contains(answers, actual):
		return true
	case question == "OQ-01" || question == "OQ-02": // which id it is has names of its own
		return true
	case question == "OQ-12":
		return actual != absent && slices.Contains(answers, "present")
	case question == "OQ-20": // late, or never in this state: named by how long it took, which nobody waited for
		return true
	default:
		return false
	}
}
