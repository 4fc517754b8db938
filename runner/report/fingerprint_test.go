package report

import (
	"regexp"
	"testing"
)

func TestFingerprintsAgree(t *testing.T) {
	tests := map[string][]string{
		"key ids": {
			"key/1234abcd-12ab-34cd-56ef-1234567890ab is pending import.", "key/99999999-0000-4000-8000-abcdefabcdef is pending import.",
		},
		"ids of multi-Region keys": {
			"key/mrk-1234abcd12ab34cd56ef1234567890ab is disabled.", "key/mrk-00000000000000000000000000000000 is disabled.",
		},
		"accounts and Regions of ARNs": {
			"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab is disabled.",
			"arn:aws:kms:eu-central-1:000000000000:key/5555abcd-12ab-34cd-56ef-1234567890ab is disabled.",
		},
		"principals": {
			"User: arn:aws:iam::111122223333:user/kms is not authorized", "User: arn:aws:iam::444455556666:user/kms is not authorized",
		},
		"accounts alone": {"account 111122223333", "account 444455556666"},
		"ids of materials": {
			"KeyMaterialId 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
			"KeyMaterialId fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
		},
		"names of aliases": {
			"Alias arn:aws:kms:us-east-1:111122223333:alias/kmsconform-35c3f9defdbbd4aa is not found.",
			"Alias arn:aws:kms:eu-west-1:444455556666:alias/kmsconform-469be384d3f356d5 is not found.",
		},
		"tokens that a refusal repeats": {"Unable to find key import token '4e4b6f3'", "Unable to find key import token '19880a0'"},
		"ids of requests": {
			"500 with RequestId: 7c1f0f2e9a", "500 with RequestId: 8d2a0b3c4e",
			"500 with RequestId: 01234567-89ab-cdef-0123-456789abcdef",
		},
		"long ids in capitals": {
			"id AB3DEFGH1JKLMNOPQRSTUVWXYZ0123456789ABCDEFGH1234567", "id ZZ3DEFGH1JKLMNOPQRSTUVWXYZ0123456789ABCDEFGH1234599",
		},
		"times": {
			"ValidTo 2026-03-01T12:00:00Z", "ValidTo 2027-12-31T23:59:59.123456+01:00", "ValidTo 2026-03-01 12:00:00 +0000 UTC",
			"ValidTo 2026-03-01 12:00:00.5 +0000 UTC m=+0.123", "ValidTo Mon, 02 Jan 2026 15:04:05 GMT", "ValidTo 2026-03-01",
		},
		"times as numbers": {"DeletionDate 1767225600", "DeletionDate 1798761600.123", "DeletionDate 1798761600123", "DeletionDate 1.767225600E9"},
		"durations":        {"no answer after 30.001s", "no answer after 1m0.5s", "no answer after 12 ms", "no answer after 3 seconds"},
		"blobs":            {"got YWJjZGVmZ2hpamtsbW5vcA==", "got QUJDREVGR0hJSktMTU5PUA=="},
		"blobs without padding": {
			"got AQICAHhq7nFhZ0p3TmVhc0Rvbm90UGFuaWM9", "got AQICAHjW3kd81mNcPqRsTuVwXyZ0123456789aBc",
		},
		"redacted blobs": {"got [32 bytes, sha256 0123abcd]", "got [32 bytes, sha256 deadbeef]"},
		"ports":          {"dial tcp 127.0.0.1:4566: refused", "dial tcp 127.0.0.1:39177: refused"},
		"white space":    {"expected  success", "expected success\n"},
	}
	for name, texts := range tests {
		t.Run(name, func(t *testing.T) {
			for _, text := range texts[1:] {
				if got, want := Fingerprint("DIKM-STATE-01", "success", text), Fingerprint("DIKM-STATE-01", "success", texts[0]); got != want {
					t.Errorf("as actual: %q is %q, and %q is %q", text, Normalise(text), texts[0], Normalise(texts[0]))
				}
				if Fingerprint("DIKM-STATE-01", text, "x") != Fingerprint("DIKM-STATE-01", texts[0], "x") {
					t.Errorf("as expected: %q is %q", text, Normalise(text))
				}
			}
		})
	}
}

func TestFingerprintsDiffer(t *testing.T) {
	type d struct{ requirement, expected, actual string }
	tests := map[string][2]d{
		"requirements":         {{"DIKM-STATE-01", "a", "b"}, {"DIKM-STATE-02", "a", "b"}},
		"expectations":         {{"R", "a", "b"}, {"R", "c", "b"}},
		"where text stands":    {{"R", "a", "b"}, {"R", "b", "a"}},
		"where text ends":      {{"R", "ab", "c"}, {"R", "a", "bc"}},
		"errors":               {{"R", "success", "400 KMSInvalidStateException"}, {"R", "success", "400 NotFoundException"}},
		"long names of errors": {{"R", "a", "IncorrectKeyMaterialException"}, {"R", "a", "InvalidImportTokenException"}},
		"statuses":             {{"R", "a", "400 ValidationException"}, {"R", "a", "500 ValidationException"}},
		"states":               {{"R", "state PendingImport", "state Enabled"}, {"R", "state PendingImport", "state Disabled"}},
		"small numbers":        {{"R", "PendingWindowInDays 7", "PendingWindowInDays 8"}, {"R", "PendingWindowInDays 7", "PendingWindowInDays 30"}},
		"days":                 {{"R", "7 days", "8 days"}, {"R", "7 days", "9 days"}},
		"sizes of blobs":       {{"R", "a", "[32 bytes, sha256 0123abcd]"}, {"R", "a", "[31 bytes, sha256 0123abcd]"}},
		"kinds of ids": {
			{"R", "a", "key/mrk-1234abcd12ab34cd56ef1234567890ab"}, {"R", "a", "key/1234abcd-12ab-34cd-56ef-1234567890ab"},
		},
		"algorithms": {{"R", "a", "RSAES_OAEP_SHA_256"}, {"R", "a", "RSAES_OAEP_SHA_1"}},
		"operations": {
			{"R", "a", "GenerateDataKeyWithoutPlaintext succeeded"}, {"R", "a", "GenerateDataKeyPairWithoutPlaintext succeeded"},
		},
		"services in ARNs": {{"R", "a", "arn:aws:kms:us-east-1:111122223333:key/x"}, {"R", "a", "arn:aws:iam:us-east-1:111122223333:key/x"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, b := test[0], test[1]
			if Fingerprint(a.requirement, a.expected, a.actual) == Fingerprint(b.requirement, b.expected, b.actual) {
				t.Errorf("%+v and %+v have one fingerprint", a, b)
			}
		})
	}
}

// Baselines hold fingerprints: a change of this one is a change of all of them.
func TestFingerprintIsStable(t *testing.T) {
	got := Fingerprint("DIKM-STATE-07", "success", "400 KMSInvalidStateException: arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab is pending deletion.")
	if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(got) || got != stable {
		t.Errorf("got %s, want %s", got, stable)
	}
}

const stable = "35c872d43c44"
