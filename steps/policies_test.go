package steps

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
)

// opened is a scenario on the reference KMS that has not begun.
func opened(t *testing.T) *Scenario {
	t.Helper()
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return New(kms.Open("steps/test"), features.Scenario{ID: "steps/test"})
}

func TestConditions(t *testing.T) {
	s := opened(t)
	me := s.session.Target().Callers["restricted"]
	tests := []struct{ key, relation, value, operator, operand string }{
		{"kms:KeySpec", "is", "RSA_2048", "StringEquals", "RSA_2048"},
		{"kms:KeySpec", "is not", "RSA_2048", "StringNotEquals", "RSA_2048"},
		{"kms:KeySpec", "is like", "RSA_*", "StringLike", "RSA_*"},
		{"kms:MultiRegion", "is", "false", "Bool", "false"},
		{"kms:CallerAccount", "is", "the caller's account", "StringEquals", me.Account},
		{"kms:CallerAccount", "is", "another account", "StringEquals", "999999999999"},
		{"aws:PrincipalArn", "is", "the caller's ARN", "ArnEquals", me.ARN},
		{"aws:PrincipalArn", "is not", "the other user's ARN", "ArnNotEquals", me.ARN + "-other"},
	}
	for _, test := range tests {
		operator, operand := s.condition(test.relation, test.value, "restricted")
		if operator != test.operator || operand != test.operand {
			t.Errorf("%s %s %s: %s %s; want %s %s", test.key, test.relation, test.value, operator, operand, test.operator, test.operand)
		}
	}
	for relation, want := range map[string]string{"is before": "NumericLessThan", "is after": "NumericGreaterThan"} {
		operator, operand := s.condition(relation, "2 days from now", "restricted")
		seconds, err := strconv.ParseInt(operand, 10, 64)
		if off := time.Until(time.Unix(seconds, 0)) - 48*time.Hour; err != nil || operator != want || off.Abs() > time.Minute {
			t.Errorf("%s: %s %s (%v)", relation, operator, operand, err)
		}
	}
}

func TestRoleOfASession(t *testing.T) {
	role, err := roleOf("arn:aws:sts::111122223333:assumed-role/kmsconform/session")
	if want := "arn:aws:iam::111122223333:role/kmsconform"; err != nil || role != want {
		t.Errorf("got %q, %v; want %q", role, err, want)
	}
	for _, none := range []string{
		"", "arn", "arn:aws:iam::111122223333:user/assumed-role/x", "arn:aws:sts::111122223333:assumed-role/kmsconform",
		"assumed-role/kmsconform/session", "arn:aws:sts::111122223333:federated-user/x",
	} {
		role, err := roleOf(none)
		var absent *Absent
		if !errors.As(err, &absent) || role != "" {
			t.Errorf("%q: got %q, %v; want what is missing", none, role, err)
		}
	}
}

func TestMagnitudes(t *testing.T) {
	for delay, want := range map[time.Duration]string{
		-time.Second: "within 5 seconds", 5 * time.Second: "within 5 seconds", 5*time.Second + 1: "within a minute",
		time.Minute: "within a minute", time.Minute + 1: "more than a minute",
	} {
		if got := magnitude(delay); got != want {
			t.Errorf("%s: %q, want %q", delay, got, want)
		}
	}
}

func TestTheCommonStyleOfValidation(t *testing.T) {
	const said = " at 'keyMaterialId' failed to satisfy constraint: Member must have length less than or equal to 64"
	for text, want := range map[string]bool{
		"1 validation error detected: Value 'aa'" + said:                                                           true,
		"2 validation errors detected: Value ''" + said + "; Value ''" + said:                                      true,
		"1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null": false,
		"Value 'aa'" + said:                     false,
		"KeyMaterialId must have 64 characters": false,
		"":                                      false,
	} {
		if got := commonStyle.MatchString(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// Sentences about policies, grants and probes mean one thing each.
func TestSentencesThatWereEasilyMistaken(t *testing.T) {
	for _, text := range []string{
		"the key policy allows the restricted caller kms:Delete*",
		"the key policy allows the restricted caller everything but DescribeKey",
		"the key policy denies the role of the role-session caller DeleteImportedKeyMaterial",
		"the key policy allows the restricted caller ImportKeyMaterial when kms:ValidTo is before 60 days from now",
		"the key policy allows the restricted caller DeleteImportedKeyMaterial when kms:CallerAccount is not another account",
		"the key policy denies everybody but the restricted caller DeleteImportedKeyMaterial",
		"CreateGrant is called on the key for DeleteImportedKeyMaterial",
		"the restricted caller imports the same material, expiring in 30 days",
		"the answer's KeyId answers C-08",
		"the delay until Encrypt on the key is refused answers OQ-34",
		"which of KeyMaterialState and KeyMaterialType the entry of the first material has answers C-09",
	} {
		if found := Match(text); len(found) != 1 {
			t.Errorf("%q matches %q", text, found)
		}
	}
	for _, text := range []string{
		"the key policy allows the restricted caller nothing",
		"the key policy allows the restricted caller Encrypt when kms:KeySpec is the moon",
		"the key policy denies everybody but the restricted caller kms:*",
		"the delay until Dance on the key is refused answers OQ-34",
		"the message answers DIKM-STATE-01",
	} {
		if found := Match(text); len(found) != 0 {
			t.Errorf("%q matches %q", text, found)
		}
	}
}
