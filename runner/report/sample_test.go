package report

import (
	"fmt"
	"net/http"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

const keyARN1 = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// contract is small, and has all levels of evidence.
func contract() *features.Contract {
	source := []features.Source{{
		Title: "AWS KMS API Reference, DeleteImportedKeyMaterial",
		URL:   "https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html",
	}}
	return &features.Contract{
		Requirements: []features.Requirement{
			{
				ID: "DIKM-STATE-07", Evidence: features.Documented, Profile: features.Core, Sources: source,
				Statement: "Deleting the material of a key that is pending deletion succeeds, and the key stays PendingDeletion.",
			},
			{
				ID: "DIKM-STATE-30", Evidence: features.Observed, Profile: features.Core,
				Sources:   []features.Source{{Title: "A recording", Repository: "example/kms", Path: "tests/keys.json::pending", Date: "2024-05"}},
				Statement: "A key that is pending import cannot be enabled.",
			},
			{ID: "DIKM-MATRIX-01", Evidence: features.Inferred, Profile: features.Core, Statement: "GetPublicKey on a key pending import is refused."},
			{ID: "DIKM-EXP-01", Evidence: features.Documented, Profile: features.Expiration, Sources: source, Statement: "Material that expires is gone."},
			{ID: "DIKM-WIRE-20", Evidence: features.Unknown, Profile: features.Core, Statement: "What an empty body is."},
			{ID: "DIKM-ROT-01", Evidence: features.Documented, Profile: features.Rotation, Statement: "Nobody covers this."},
		},
		Scenarios: []features.Scenario{
			{ID: "a", Profile: features.Core}, {ID: "b", Profile: features.Core}, {ID: "c", Profile: features.Expiration},
			{ID: "d", Profile: features.Rotation},
		},
	}
}

func exchange(operation, body string, status int, answer string) *target.Exchange {
	return &target.Exchange{
		Scenario: "s", Caller: "primary", Region: "us-east-1", Operation: operation,
		Request: target.Message{
			Method: http.MethodPost, URL: "http://127.0.0.1:4566/", Header: map[string][]string{"Authorization": {"[redacted]"}}, Body: body,
		},
		Response: &target.Message{
			Status: status, Header: map[string][]string{"X-Amzn-Requestid": {"9f1c0a3e-12ab-34cd-56ef-1234567890ab"}}, Body: answer,
		},
		Started: time.Date(2026, 3, 1, 12, 0, 1, 0, time.UTC), Duration: 3200 * time.Microsecond,
	}
}

func scenario(id, name string, status Status, requirements ...string) Scenario {
	s := Scenario{
		ID: id, Feature: "Key states", Rule: "A rule", Name: name, File: "key_states.feature", Line: 12, Tags: []string{"@core"},
		Profile: features.Core, Requirements: requirements, Status: status, DurationSeconds: 0.0125, Assertions: 3,
	}
	if status != Passed {
		s.Again = fmt.Sprintf("kmsconform run --endpoint http://127.0.0.1:4566 --scenario '%s'", id)
	}
	return s
}

func (s Scenario) diverging(d *Divergence, step string, exchanges ...*target.Exchange) Scenario {
	s.Divergence, s.Step = d, step
	s.Reason = fmt.Sprintf("expected %s, got %s", d.Expected, d.Actual)
	if s.Status == Blocked {
		s.Reason = fmt.Sprintf("%q was not reached: %s", step, s.Reason)
	}
	if len(exchanges) > 0 {
		s.Keep(exchanges, exchanges[len(exchanges)-1])
	}
	return s
}

func (s Scenario) because(reason string) Scenario {
	s.Reason = reason
	return s
}

// sample has one of everything.
func sample() *Report {
	deleted := exchange("DeleteImportedKeyMaterial", `{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab"}`, 400,
		`{"__type":"KMSInvalidStateException","message":"`+keyARN1+` is pending deletion."}`)
	enabled := func() *target.Exchange {
		return exchange("EnableKey", `{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab"}`, 200, "")
	}
	lost := exchange("Encrypt", `{"KeyId":"x","Plaintext":"[32 bytes, sha256 0123abcd]","EncryptionContext":{"a long name":"and a long value"}}`, 0, "")
	lost.Response, lost.Error = nil, "read tcp 127.0.0.1:40000->127.0.0.1:4566: connection reset by peer"

	r := &Report{
		SchemaVersion: SchemaVersion, Tool: Tool{Name: "kmsconform", Version: "1.2.3", Commit: "0123456"},
		Target: Target{
			Name: "emulator", Kind: target.Endpoint, Endpoint: "http://127.0.0.1:4566", Regions: map[string]string{"primary": "us-east-1"},
			Callers: []target.Caller{{Name: "primary", Account: "111122223333", ARN: "arn:aws:iam::111122223333:root", SecretAccessKey: "TOPSECRET"}, {Name: "second-account"}},
			Capabilities: target.Capabilities{
				Accounts: 1, Regions: 1, Unimplemented: map[string]string{"ReplicateKey": "501 with text"}, Notes: []string{"odd"},
			},
		},
		Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), DurationSeconds: 3.25,
		Timing: Timing{WallSeconds: 3.25, TargetSeconds: 1.5, OverheadRatio: 2.2},
		Scenarios: []Scenario{
			scenario("key-states/enabled", "The material of an enabled key is deleted", Passed, "DIKM-STATE-07"),
			scenario("key-states/pending-deletion", "The material of a key pending deletion is deleted", Failed, "DIKM-STATE-07", "DIKM-STATE-30").
				diverging(NewDivergence("DIKM-STATE-07", "success", "400 KMSInvalidStateException: "+keyARN1+" is pending deletion."), "the call succeeds",
					exchange("DescribeKey", "{}", 200, "{}"), deleted),
			scenario("key-states/revived", "A key pending import is enabled", Failed, "DIKM-STATE-30").
				diverging(NewDivergence("DIKM-STATE-30", "400 KMSInvalidStateException", "success"), "the call is refused", enabled()),
		},
		Answers: []Answer{{Question: "OQ-12", Requirement: "DIKM-WIRE-20", Scenario: "wire/empty", Answer: "success", Observation: "200 with {}"}},
	}
	for i := range 3 {
		r.Scenarios = append(r.Scenarios, scenario(fmt.Sprintf("key-states/use/row-%d", i), "Use is refused", Blocked, "DIKM-STATE-07").
			diverging(NewDivergence("DIKM-STATE-30", "400 KMSInvalidStateException", "success"), "a key pending import that was enabled", enabled()))
	}
	advisory := scenario("key-states/public-key", "A public key is asked for", Failed, "DIKM-MATRIX-01").
		diverging(NewDivergence("DIKM-MATRIX-01", "a refusal", "success"), "the call is refused", exchange("GetPublicKey", `{}`, 200, "{}"))
	advisory.Advisory = true
	known := scenario("key-states/known", "Something that is known", Failed, "DIKM-STATE-30").
		diverging(NewDivergence("DIKM-STATE-30", "success", "404 NotFoundException"), "the call succeeds")
	known.Known, known.KnownReason = true, "waits for issue 12 of the vendor"
	broken := scenario("key-states/broken", "An answer that breaks off", Error, "DIKM-STATE-07").
		because(`"the call succeeds": read tcp 127.0.0.1:40000->127.0.0.1:4566: connection reset by peer`)
	broken.Step = "the call succeeds"
	broken.Keep([]*target.Exchange{lost}, lost)
	expired := scenario("expiration/expired", "The material expires", Skipped, "DIKM-EXP-01").because("no clock: the target's time cannot be moved")
	expired.Feature, expired.File, expired.Profile = "Expiration", "expiration.feature", features.Expiration
	unsupported := scenario("key-states/replica", "A replica", Unsupported, "DIKM-STATE-07").because("the target does not implement ReplicateKey: 501 with text")
	answered := scenario("wire/empty", "An empty body", Answered, "DIKM-WIRE-20")
	answered.Feature, answered.File = "Wire", "wire.feature"
	answered.Seed, answered.Notes = 4294967295, []string{"6 of 6 rounds of the race of 8 deletes"}
	r.Scenarios = append(r.Scenarios, advisory, known, broken, unsupported, expired, answered)
	r.Derive(contract())
	return r
}
