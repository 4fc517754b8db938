package explore

import (
	"testing"

	"github.com/kmsconform/kmsconform/features"
)

func TestOpenQuestions(t *testing.T) {
	o := newOracle(contract(t))
	for _, c := range []struct {
		name string
		s    Situation
		d    Difference
		want string
	}{
		{"a delete of nothing, pending deletion", Situation{Operation: "DeleteImportedKeyMaterial", State: "PendingDeletion", Lacks: true, Kind: "symmetric"},
			Difference{Aspect: outcome, Expected: success, Actual: "UnsupportedOperationException"}, "OQ-07"},
		{"the same with a code that is none of its answers", Situation{Operation: "DeleteImportedKeyMaterial", State: "PendingDeletion", Lacks: true, Kind: "symmetric"},
			Difference{Aspect: outcome, Expected: success, Actual: "NotFoundException"}, ""},
		{"the same with its material", Situation{Operation: "DeleteImportedKeyMaterial", State: "PendingDeletion", Kind: "symmetric"},
			Difference{Aspect: outcome, Expected: success, Actual: "UnsupportedOperationException"}, ""},
		{"a delete on an enabled key", Situation{Operation: "DeleteImportedKeyMaterial", State: "Enabled", Kind: "symmetric"},
			Difference{Aspect: outcome, Expected: success, Actual: "KMSInvalidStateException"}, ""},
		{"taken back without material", Situation{Operation: "CancelKeyDeletion", State: "PendingDeletion", Lacks: true},
			Difference{Aspect: "KeyState", Expected: "PendingImport", Actual: "Disabled"}, "OQ-09"},
		{"taken back with material", Situation{Operation: "CancelKeyDeletion", State: "PendingDeletion"},
			Difference{Aspect: "KeyState", Expected: "Disabled", Actual: "Enabled"}, ""},
		{"a reimport into a key that was disabled", Situation{Operation: "ImportKeyMaterial", State: "PendingImport", Disabled: true, Kind: "symmetric"},
			Difference{Aspect: "KeyState", Expected: "Enabled", Actual: "Disabled"}, "OQ-06"},
		{"a reimport into one that was not", Situation{Operation: "ImportKeyMaterial", State: "PendingImport", Kind: "symmetric"},
			Difference{Aspect: "KeyState", Expected: "Enabled", Actual: "Disabled"}, ""},
		{"how another account is refused", Situation{Operation: "DeleteImportedKeyMaterial", State: "Enabled", Caller: "second-account"},
			Difference{Aspect: outcome, Expected: "AccessDeniedException", Actual: "NotFoundException"}, "OQ-28"},
		{"that it is not", Situation{Operation: "DeleteImportedKeyMaterial", State: "Enabled", Caller: "second-account"},
			Difference{Aspect: outcome, Expected: "AccessDeniedException", Actual: success}, ""},
		{"an unpermitted caller", Situation{Operation: "DeleteImportedKeyMaterial", State: "PendingDeletion", Lacks: true, Caller: "restricted"},
			Difference{Aspect: outcome, Expected: "AccessDeniedException", Actual: "KMSInvalidStateException"}, ""},
		{"a pending material that went is still listed", Situation{Operation: "DeleteImportedKeyMaterial", State: "Enabled", Role: "a material pending rotation by its id"},
			Difference{Aspect: "the second material: ImportState", Expected: absent, Actual: "PENDING_IMPORT"}, "OQ-22"},
		{"it is still there", Situation{Operation: "DeleteImportedKeyMaterial", State: "Enabled", Role: "a material pending rotation by its id"},
			Difference{Aspect: "the second material: ImportState", Expected: absent, Actual: "IMPORTED"}, ""},
		{"ValidTo of material that went", Situation{Operation: "DeleteImportedKeyMaterial", State: "Enabled"},
			Difference{Aspect: "ValidTo", Expected: absent, Actual: "the date of the first material"}, "OQ-12"},
		{"a token that was used", Situation{Operation: "ImportKeyMaterial", State: "Enabled", Kind: "symmetric", Variant: keptBefore, Role: "the current material", Spent: true},
			Difference{Aspect: outcome, Expected: success, Actual: "InvalidImportTokenException"}, "OQ-15"},
		{"a token that was not", Situation{Operation: "ImportKeyMaterial", State: "Enabled", Kind: "symmetric", Variant: keptBefore, Role: "the current material"},
			Difference{Aspect: outcome, Expected: success, Actual: "InvalidImportTokenException"}, ""},
		{"an old token and other material", Situation{Operation: "ImportKeyMaterial", State: "Enabled", Kind: "symmetric", Variant: keptBefore, Role: "other material", Old: true},
			Difference{Aspect: outcome, Expected: "ExpiredImportTokenException", Actual: "IncorrectKeyMaterialException"}, "OQ-31"},
		{"an old wrapping algorithm", Situation{Operation: "GetParametersForImport", State: "Enabled", Kind: "symmetric", Variant: pkcs1},
			Difference{Aspect: outcome, Expected: "UnsupportedOperationException", Actual: success}, "OQ-18"},
		{"two faults", Situation{Operation: "ImportKeyMaterial", State: "PendingDeletion", Kind: "symmetric", Variant: "altered token", Role: "the current material"},
			Difference{Aspect: outcome, Expected: "KMSInvalidStateException", Actual: "InvalidImportTokenException"}, "OQ-31"},
		{"one fault", Situation{Operation: "ImportKeyMaterial", State: "Enabled", Kind: "symmetric", Variant: "altered token", Role: "the current material"},
			Difference{Aspect: outcome, Expected: "InvalidImportTokenException", Actual: "ValidationException"}, ""},
		{"two faults that go through", Situation{Operation: "ImportKeyMaterial", State: "PendingDeletion", Kind: "symmetric", Variant: "altered token", Role: "the current material"},
			Difference{Aspect: outcome, Expected: "KMSInvalidStateException", Actual: success}, ""},
		{"a disabled key that did not expire", Situation{Operation: Pass}, Difference{Aspect: "KeyState", Expected: "PendingImport", Actual: "Disabled", State: "Disabled"}, "OQ-20"},
		{"an enabled key that did not expire", Situation{Operation: Pass}, Difference{Aspect: "KeyState", Expected: "PendingImport", Actual: "Enabled", State: "Enabled"}, ""},
	} {
		if got := o.asks(c.s, c.d); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A row of the table that names no question would accept nothing, silently; one of breakings would tag nothing.
func TestTablesNameWhatThereIs(t *testing.T) {
	o := newOracle(contract(t))
	for _, open := range openings {
		if _, is := o.questions[open.question]; !is {
			t.Errorf("there is no %s", open.question)
		}
	}
	for _, b := range breakings {
		if _, is := o.requirements[b.requirement]; !is {
			t.Errorf("there is no %s, for %s in state %q", b.requirement, b.operation, b.state)
		}
	}
	for variant, id := range byVariant {
		if _, is := o.requirements[id]; !is || variantNamed(variant).name == "" {
			t.Errorf("%s of %q", id, variant)
		}
	}
	for _, w := range ways {
		if _, is := o.requirements[w.breaks]; w.breaks != "" && !is {
			t.Errorf("there is no %s, for %s of %s", w.breaks, w.name, w.operation)
		}
	}
	for _, w := range worded {
		r, is := o.requirements[w.requirement]
		if !is || r.Evidence != features.Observed && w.words != "" {
			t.Errorf("%s, of %s: a text that was not observed", w.requirement, w.operation)
		}
		if r.Message == "" && w.words != "" {
			t.Errorf("%s has no pattern of a message", w.requirement)
		}
	}
}
