package explore

import (
	"slices"
	"strings"
)

// variant is a way to import that is not the plain one, in the words of the features.
type variant struct {
	name   string
	phrase string // what the sentence about the import says
	faulty bool   // KMS must refuse it, whatever state the key is in
}

var variants = []variant{
	{name: "expiring soon", phrase: ", expiring in 2 hours"},
	{name: "expiring late", phrase: ", expiring in 30 days"},
	{name: "expiring at once", phrase: ", expiring in 30 minutes"},
	{name: "expiring in a year", phrase: ", expiring in 300 days"},
	{name: "naming its id", phrase: ", naming its id"},
	{name: keptBefore, phrase: " with the parameters fetched before"},
	{name: "described", phrase: " with a description that is 256 characters long"},
	{name: "altered blob", phrase: ", altered after wrapping", faulty: true},
	{name: "truncated blob", phrase: ", truncated after wrapping", faulty: true},
	{name: "empty blob", phrase: " with EncryptedKeyMaterial of 0 bytes", faulty: true},
	{name: "altered token", phrase: " with a token that is altered", faulty: true},
	{name: "garbage token", phrase: " with a token that is garbage", faulty: true},
	{name: "token of the other key", phrase: " with a token of the other key", faulty: true},
	{name: "naming another id", phrase: ", naming another id", faulty: true},
	{name: "wrapped for an older token", phrase: ", wrapped for an older token", faulty: true},
	{name: "16 bytes", phrase: ", of 16 bytes", faulty: true},
	{name: "unsaid expiry", phrase: " without saying whether it expires", faulty: true},
	{name: "date without expiry", phrase: " as not expiring, with a date", faulty: true},
	{name: "expired date", phrase: ", expiring an hour ago", faulty: true},
	{name: "date too far", phrase: ", expiring in 400 days", faulty: true},
	{name: "described at length", phrase: " with a description that is longer than 256 characters", faulty: true},
	{name: "described oddly", phrase: " with a description that is made of other characters", faulty: true},
}

func variantNamed(name string) variant {
	if i := slices.IndexFunc(variants, func(v variant) bool { return v.name == name }); i >= 0 {
		return variants[i]
	}
	return variant{}
}

func phraseOf(name string) string { return variantNamed(name).phrase }

// keptBefore is the variant of an import with the parameters that Fetch kept.
const keptBefore = "parameters fetched before"

// alike is the variant of CreateKey that makes the other key for the same materials as the key.
const alike = "alike"

// way is a way to call another operation that is not the ordinary one.
type way struct {
	operation string
	name      string
	phrase    string // how the sentence about the call goes on
	once      bool   // what KMS answers does not depend on the key's state: it is not worth much
	breaks    string // the requirement that another answer breaks; empty: that of the operation
}

// The names of ways that code speaks of.
const (
	anotherMessage = "another message" // one that was not signed
	foreign        = "a ciphertext that KMS never made"
	unspecified    = "no waiting period"
	completed      = "completed rotations"
	everything     = "all key material"
	madeUp         = "a marker that KMS never made"
	worn           = "24 times" // in a row, each after the other has ended
	noKeyID        = "the text fake-key-id"
	noDashes       = "the key's id without dashes"
	overlong       = "a text of 2049 characters"
	tooShort       = "63 hexadecimal digits"
	otherRegion    = "the key's ARN in the other Region"
	pkcs1          = "RSAES_PKCS1_V1_5 and RSA_2048"
)

var ways = []way{
	{operation: "Verify", name: anotherMessage, phrase: " with another message", breaks: "DIKM-WIRE-10"},
	{operation: "VerifyMac", name: anotherMessage, phrase: " with another message", breaks: "DIKM-WIRE-10"},
	{operation: "Decrypt", name: foreign, phrase: " with a ciphertext that KMS never made", breaks: "DIKM-WIRE-10"},
	{operation: "ScheduleKeyDeletion", name: unspecified, phrase: " without a waiting period", breaks: "DIKM-MATRIX-08"},
	{operation: "ScheduleKeyDeletion", name: "6 days", phrase: " with a waiting period of 6 days", once: true, breaks: "DIKM-MATRIX-08"},
	{operation: "ScheduleKeyDeletion", name: "30 days", phrase: " with a waiting period of 30 days", breaks: "DIKM-MATRIX-08"},
	{operation: "ScheduleKeyDeletion", name: "31 days", phrase: " with a waiting period of 31 days", once: true, breaks: "DIKM-MATRIX-08"},
	{operation: "GetParametersForImport", name: "RSAES_OAEP_SHA_1 and RSA_2048", phrase: " for RSAES_OAEP_SHA_1 and RSA_2048", once: true, breaks: "DIKM-REIMP-38"},
	{operation: "GetParametersForImport", name: "RSAES_OAEP_SHA_256 and RSA_3072", phrase: " for RSAES_OAEP_SHA_256 and RSA_3072", once: true, breaks: "DIKM-REIMP-38"},
	{operation: "GetParametersForImport", name: "RSAES_OAEP_SHA_256 and RSA_4096", phrase: " for RSAES_OAEP_SHA_256 and RSA_4096", once: true, breaks: "DIKM-REIMP-38"},
	{operation: "GetParametersForImport", name: "RSA_AES_KEY_WRAP_SHA_1 and RSA_2048", phrase: " for RSA_AES_KEY_WRAP_SHA_1 and RSA_2048", once: true, breaks: "DIKM-REIMP-38"},
	{operation: "GetParametersForImport", name: pkcs1, phrase: " for RSAES_PKCS1_V1_5 and RSA_2048", once: true, breaks: "DIKM-REIMP-36"},
	{operation: "ListKeyRotations", name: completed, phrase: " for completed rotations"},
	{operation: "ListKeyRotations", name: everything, phrase: " for all key material"},
	{operation: "ListKeyRotations", name: "a limit of 1", phrase: " with a limit of 1", breaks: "DIKM-MULTI-23"},
	{operation: "ListKeyRotations", name: "a limit of 0", phrase: " with a limit of 0", once: true, breaks: "DIKM-MULTI-23"},
	{operation: "ListKeyRotations", name: "a limit of 1001", phrase: " with a limit of 1001", once: true, breaks: "DIKM-MULTI-23"},
	{operation: "ListKeyRotations", name: madeUp, phrase: " with a marker that KMS never made", once: true, breaks: "DIKM-MULTI-23"},
	{operation: "RotateKeyOnDemand", name: worn, phrase: ", 24 times", breaks: "DIKM-MULTI-24"},
	{operation: "DescribeKey", name: noKeyID, phrase: `called with the text "fake-key-id"`, once: true, breaks: "DIKM-IDENT-08"},
	{operation: "DescribeKey", name: noDashes, phrase: "called with the key's id without dashes", once: true, breaks: "DIKM-IDENT-08"},
	{operation: "DescribeKey", name: otherRegion, phrase: "called in the other Region with the key's ARN", once: true, breaks: "DIKM-IDENT-10"},
	{operation: remove, name: overlong, phrase: "called with a text of 2049 characters", once: true, breaks: "DIKM-IDENT-15"},
	{operation: remove, name: tooShort, phrase: "called with a material id of 63 hexadecimal digits", once: true, breaks: "DIKM-IDENT-16"},
}

// sentence is what a call that goes this way is in the language of the features.
func (w way) sentence(on string) string {
	switch {
	case w.name == worn:
		return "the key was rotated 24 times"
	case strings.HasPrefix(w.phrase, "called "): // about how the key is named, which is the key
		return w.operation + " is " + w.phrase
	default:
		return w.operation + " is called on " + on + w.phrase
	}
}

func wayNamed(operation, name string) way {
	if i := slices.IndexFunc(ways, func(w way) bool { return w.operation == operation && w.name == name }); i >= 0 {
		return ways[i]
	}
	return way{}
}
