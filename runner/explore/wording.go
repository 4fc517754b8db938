package explore

import "strings"

// wording is the aspect of what a refusal says.
const wording = "message"

// noWords is what a refusal without a message says.
const noWords = "nothing"

// worded are the refusals whose text was recorded on AWS: those alone are compared, and only for these words. One operation
// stands for those that share its row in a table of the documentation.
var worded = []struct {
	operation, code string
	words           string // empty: there is no message
	requirement     string
}{
	{"Encrypt", "KMSInvalidStateException", "is pending import.", "DIKM-MATRIX-01"},
	{"Encrypt", "DisabledException", "is disabled.", "DIKM-MATRIX-03"},
	{"Encrypt", "KMSInvalidStateException", "is pending deletion", "DIKM-MATRIX-04"},
	{"Encrypt", "InvalidKeyUsageException", "which is not valid for Encrypt.", "DIKM-MATRIX-22"},
	{"Sign", "InvalidKeyUsageException", "which is not valid for Sign.", "DIKM-MATRIX-22"},
	{"Decrypt", "InvalidCiphertextException", "", "DIKM-WIRE-10"},
	{"Verify", "KMSInvalidSignatureException", "", "DIKM-WIRE-10"},
	{"VerifyMac", "KMSInvalidMacException", "", "DIKM-WIRE-10"},
	{"GetParametersForImport", "UnsupportedOperationException", "origin is AWS_KMS which is not valid", "DIKM-MATRIX-13"},
	{"ImportKeyMaterial", "ValidationException", "validTo date must be set", "DIKM-EXP-01"},
	{"ImportKeyMaterial", "ValidationException", "encrypted key size", "DIKM-REIMP-29"},
	{rotate, "KMSInvalidStateException", "No available key material pending rotation", "DIKM-MATRIX-17"},
	{rotate, "DisabledException", "is disabled.", "DIKM-MATRIX-18"},
	{rotate, "LimitExceededException", "on-demand rotations limit has been reached", "DIKM-MULTI-24"},
	{rotate, "UnsupportedOperationException", "", "DIKM-MATRIX-19"},
	{"DescribeKey", "NotFoundException", "Invalid keyId '", "DIKM-IDENT-08"},
	{"DescribeKey", "NotFoundException", "Invalid arn", "DIKM-IDENT-10"},
}

// misworded compares the texts of two refusals with the same code.
func misworded(step Step, expected, actual reply) []Difference {
	if step.Caller != "" {
		return nil
	}
	for _, w := range worded {
		if w.operation != step.Operation || w.code != expected.code {
			continue
		}
		silent := w.words == ""
		if silent != (expected.message == "") || !strings.Contains(expected.message, w.words) {
			continue
		}
		if silent && actual.message == "" || !silent && strings.Contains(actual.message, w.words) {
			return nil
		}
		want := w.words
		if silent {
			want = noWords
		}
		return []Difference{{On: step.Key, Aspect: wording, Expected: want, Actual: "other words", Message: actual.message, requirement: w.requirement}}
	}
	return nil
}
