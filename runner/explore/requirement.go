package explore

import (
	"slices"
	"strings"

	"github.com/kmsconform/kmsconform/features"
)

// breaking is a row of the table of what a finding breaks: the first row that fits names the requirement.
type breaking struct {
	operation   string // "": any
	state       string // of the key before; "": any
	aspect      string // a prefix of the difference's; "": any
	requirement string
}

// breakings names a requirement for each finding, the particular ones first.
var breakings = []breaking{
	{"CreateKey", "", outcome, "DIKM-ORIG-04"},
	{"CreateKey", "", "", "DIKM-MATRIX-25"},
	{"DeleteImportedKeyMaterial", "", "answer KeyMaterialId", "DIKM-WIRE-03"},
	{"DeleteImportedKeyMaterial", "", "answer KeyId", "DIKM-WIRE-04"},
	{"DeleteImportedKeyMaterial", "", "CurrentKeyMaterialId", "DIKM-DESC-05"},
	{"DeleteImportedKeyMaterial", "", "ExpirationModel", "DIKM-DESC-05"},
	{"DeleteImportedKeyMaterial", "", "ValidTo", "DIKM-DESC-05"},
	{"DeleteImportedKeyMaterial", "", aliases, "DIKM-STATE-20"},
	{"DeleteImportedKeyMaterial", "", tags, "DIKM-STATE-20"},
	{"DeleteImportedKeyMaterial", "", grants, "DIKM-STATE-20"},
	{"DeleteImportedKeyMaterial", "", policies, "DIKM-STATE-20"},
	{"DeleteImportedKeyMaterial", "Enabled", "", "DIKM-STATE-01"},
	{"DeleteImportedKeyMaterial", "Disabled", "", "DIKM-STATE-05"},
	{"DeleteImportedKeyMaterial", "PendingDeletion", "", "DIKM-STATE-07"},
	{"DeleteImportedKeyMaterial", "PendingReplicaDeletion", "", "DIKM-STATE-09"},
	{"DeleteImportedKeyMaterial", "PendingImport", "", "DIKM-STATE-11"},
	{"DeleteImportedKeyMaterial", "Creating", "", "DIKM-STATE-15"},
	{"DeleteImportedKeyMaterial", "Updating", "", "DIKM-STATE-16"},
	{"ImportKeyMaterial", "", "answer KeyId", "DIKM-REIMP-11"},
	{"ImportKeyMaterial", "", "answer KeyMaterialId", "DIKM-REIMP-11"},
	{"ImportKeyMaterial", "", "CurrentKeyMaterialId", "DIKM-DESC-02"},
	{"ImportKeyMaterial", "", "ExpirationModel", "DIKM-DESC-04"},
	{"ImportKeyMaterial", "", "ValidTo", "DIKM-DESC-04"},
	{"ImportKeyMaterial", "", "KeyState", "DIKM-REIMP-01"},
	{"ImportKeyMaterial", "PendingDeletion", "", "DIKM-REIMP-41"},
	{"ImportKeyMaterial", "", "", "DIKM-REIMP-01"},
	{"GetParametersForImport", "PendingDeletion", "", "DIKM-REIMP-41"},
	{"GetParametersForImport", "", "", "DIKM-REIMP-18"},
	{Fetch, "", "", "DIKM-REIMP-18"},
	{"EnableKey", "PendingImport", "", "DIKM-MATRIX-10"},
	{"EnableKey", "PendingDeletion", "", "DIKM-MATRIX-07"},
	{"EnableKey", "", "", "DIKM-MATRIX-11"},
	{"DisableKey", "PendingImport", "", "DIKM-MATRIX-09"},
	{"DisableKey", "PendingDeletion", "", "DIKM-MATRIX-07"},
	{"DisableKey", "", "", "DIKM-MATRIX-11"},
	{"ScheduleKeyDeletion", "PendingDeletion", "", "DIKM-MATRIX-06"},
	{"ScheduleKeyDeletion", "", "", "DIKM-MATRIX-05"},
	{"CancelKeyDeletion", "", "", "DIKM-MATRIX-07"},
	{"RotateKeyOnDemand", "PendingImport", "", "DIKM-MATRIX-16"},
	{"RotateKeyOnDemand", "Disabled", "", "DIKM-MATRIX-18"},
	{"RotateKeyOnDemand", "", outcome, "DIKM-MATRIX-17"},
	{"RotateKeyOnDemand", "", "", "DIKM-MULTI-05"},
	{"ListKeyRotations", "", "", "DIKM-MULTI-17"},
	{"ReplicateKey", "PendingImport", "", "DIKM-MRK-13"},
	{"ReplicateKey", "", "", "DIKM-MRK-02"},
	{"UpdatePrimaryRegion", "", "", "DIKM-EC-11"},
	{"ListKeys", "", "", "DIKM-STATE-20"},
	{"GetKeyRotationStatus", "", "", "DIKM-MATRIX-14"},
	{"EnableKeyRotation", "", "", "DIKM-MATRIX-21"},
	{Pass, "", "DescribeKey", "DIKM-MATRIX-08"},
	{Pass, "", "CurrentKeyMaterialId", "DIKM-MULTI-05"},
	{Pass, "", "", "DIKM-EXP-05"},
	{"Decrypt", "Enabled", "", "DIKM-MULTI-06"},
	{"ReEncrypt", "Enabled", "", "DIKM-MULTI-06"},
	{"GenerateDataKey", "Enabled", "answer", "DIKM-MULTI-07"},
	{"GenerateDataKeyWithoutPlaintext", "Enabled", "answer", "DIKM-MULTI-07"},
	{"Sign", "PendingImport", "", "DIKM-MATRIX-24"},
	{"Verify", "PendingImport", "", "DIKM-MATRIX-24"},
	{"GenerateMac", "PendingImport", "", "DIKM-MATRIX-24"},
	{"VerifyMac", "PendingImport", "", "DIKM-MATRIX-24"},
	{"GetPublicKey", "PendingImport", "", "DIKM-MATRIX-24"},
	{"", "PendingImport", outcome, "DIKM-MATRIX-01"},
	{"", "Disabled", outcome, "DIKM-MATRIX-03"},
	{"", "PendingDeletion", outcome, "DIKM-MATRIX-04"},
	{"", "", "", "DIKM-STATE-20"},
}

// byVariant are the requirements about a way to import.
var byVariant = map[string]string{ //nolint:gosec // the word token makes no credential
	"altered blob": "DIKM-REIMP-28", "altered token": "DIKM-REIMP-22", "garbage token": "DIKM-REIMP-22", "token of the other key": "DIKM-REIMP-21",
	"wrapped for an older token": "DIKM-REIMP-20", "naming another id": "DIKM-REIMP-09", "16 bytes": "DIKM-REIMP-30", "unsaid expiry": "DIKM-EXP-01",
	"truncated blob": "DIKM-REIMP-29", "empty blob": "DIKM-REIMP-31",
	"described": "DIKM-REIMP-13", "described at length": "DIKM-REIMP-13", "described oddly": "DIKM-REIMP-13", "date without expiry": "DIKM-EXP-02", "expired date": "DIKM-EXP-03", "date too far": "DIKM-EXP-03",
}

// requirement names what a finding breaks, as closely as the table knows.
func requirement(s Situation, d Difference) string {
	switch w := wayNamed(s.Operation, s.Variant); {
	case d.requirement != "":
		return d.requirement
	case w.breaks != "":
		return w.breaks
	case elsewhere(s.Caller):
		return "DIKM-AUTH-02"
	case s.Caller != "":
		return "DIKM-AUTH-01"
	}
	if imports(s) && d.Aspect == outcome {
		for _, v := range variants {
			if id := byVariant[v.name]; id != "" && strings.HasSuffix(s.Variant, v.name) {
				return id
			}
		}
		switch {
		case renews(s) && strings.HasPrefix(s.Kind, "replica"):
			return "DIKM-MRK-04"
		case renews(s) && nothing(s):
			return "DIKM-MULTI-03"
		case renews(s):
			return "DIKM-REIMP-05"
		case s.Role == "other material" || nothing(s):
			return "DIKM-REIMP-04"
		}
	}
	if deletes(s) && strings.HasSuffix(s.Kind, "KMS") {
		return "DIKM-ORIG-01"
	}
	if deletes(s) && strings.Contains(s.Role, "pending") {
		return "DIKM-MULTI-11"
	}
	if deletes(s) && strings.HasPrefix(s.Kind, "replica") {
		return "DIKM-MRK-06"
	}
	if deletes(s) && strings.Contains(s.Role, "older") {
		return "DIKM-MULTI-10"
	}
	for _, b := range breakings {
		if (b.operation == "" || b.operation == s.Operation) && (b.state == "" || b.state == s.State) && strings.HasPrefix(d.Aspect, b.aspect) {
			return b.requirement
		}
	}
	return ""
}

// profile is the part of the contract that a sequence belongs to.
func (q Sequence) profile() features.Profile {
	has := func(is func(Step) bool) bool { return slices.ContainsFunc(q, is) }
	switch {
	case has(func(s Step) bool { return elsewhere(s.Caller) }):
		return features.CrossAccount
	case has(func(s Step) bool { return s.Caller != "" }):
		return features.Authorization
	case has(func(s Step) bool { return strings.HasPrefix(s.Kind, multiRegion) }):
		return features.MultiRegion
	case has(func(s Step) bool { return s.Material > 1 }):
		return features.Rotation
	case has(func(s Step) bool { return strings.HasPrefix(s.Kind, "HMAC") }):
		return features.HMAC
	case has(func(s Step) bool { return strings.HasPrefix(s.Kind, "RSA") || strings.HasPrefix(s.Kind, "ECC") }):
		return features.Asymmetric
	case has(func(s Step) bool { return strings.HasPrefix(s.Variant, "expiring") }):
		return features.Expiration
	default:
		return features.Core
	}
}
