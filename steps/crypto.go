package steps

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/kmsconform/kmsconform/fixtures/material"
)

// product is what was made with a key before: a ciphertext, an encrypted data key, a signature, a MAC.
type product struct {
	by    *key
	bytes []byte
}

func (s *Scenario) product(name string) (product, error) {
	made, is := s.made[name]
	if !is {
		return product{}, fmt.Errorf("the scenario uses a %s before it made one: add \"Given a %s made with the key\"", name, name)
	}
	return made, nil
}

// madeOr returns what was made, or as many zero bytes where the scenario only wants to be refused before they matter.
func (s *Scenario) madeOr(name string, length int) []byte {
	if made, is := s.made[name]; is {
		return made.bytes
	}
	return make([]byte, length)
}

// makeWith is the Given for what exists from before.
func (s *Scenario) makeWith(ctx context.Context, name, which string) error {
	k, err := s.key(which)
	if err != nil {
		return err
	}
	operation := map[string]string{
		"ciphertext": "Encrypt", "data key": "GenerateDataKey", "signature": "Sign", "MAC": "GenerateMac",
	}[name]
	o, err := s.operate(ctx, operation, k, k.from, options{})
	if _, err = s.need(o, err, ""); err != nil {
		return err
	}
	var made []byte
	switch answer := o.answer.(type) {
	case *kms.EncryptOutput:
		made = answer.CiphertextBlob
	case *kms.GenerateDataKeyOutput:
		made = answer.CiphertextBlob
	case *kms.SignOutput:
		made = answer.Signature
	case *kms.GenerateMacOutput:
		made = answer.Mac
	}
	if len(made) == 0 {
		return &Mismatch{Expected: operation + " answers a " + name, Actual: "an answer without it"}
	}
	s.made[name] = product{by: k, bytes: made}
	return nil
}

// stillGood is the Then for what was made before: it decrypts to the same plaintext, or verifies.
func (s *Scenario) stillGood(ctx context.Context, name, which string) error {
	made, err := s.product(name)
	if err != nil {
		return err
	}
	by := made.by
	if which != "" {
		if by, err = s.key(which); err != nil {
			return err
		}
	}
	operation := map[string]string{"ciphertext": "Decrypt", "signature": "Verify", "MAC": "VerifyMac"}[name]
	return s.becomes(ctx, func(ctx context.Context) error {
		o, err := s.operate(ctx, operation, by, by.from, options{})
		if err != nil {
			return err
		}
		s.result.Assertions++
		requirement := "DIKM-REIMP-16"
		if name == "ciphertext" {
			requirement = "DIKM-REIMP-14"
		}
		return s.reached(isGood(name, operation, o), requirement)
	})
}

// isGood holds what Decrypt, Verify or VerifyMac said of a product.
func isGood(name, operation string, o *outcome) error {
	if o.refusal != nil {
		return &Mismatch{Expected: operation + " of the " + name + " made before succeeds", Actual: o.refusal.String()}
	}
	switch answer := o.answer.(type) {
	case *kms.DecryptOutput:
		if !bytes.Equal(answer.Plaintext, message) {
			return &Mismatch{Expected: "the plaintext that was encrypted", Actual: "another plaintext"}
		}
	case *kms.VerifyOutput:
		if !answer.SignatureValid {
			return &Mismatch{Expected: "SignatureValid true", Actual: "SignatureValid false"}
		}
	case *kms.VerifyMacOutput:
		if !answer.MacValid {
			return &Mismatch{Expected: "MacValid true", Actual: "MacValid false"}
		}
	}
	return nil
}

// operationOn is the Then that makes a call of its own and says how it ends.
func (s *Scenario) operationOn(ctx context.Context, operation, which, how, code string) error {
	k, err := s.key(which)
	if err != nil {
		return err
	}
	look := func(ctx context.Context) error {
		o, err := s.operate(ctx, operation, k, k.from, options{})
		if err != nil {
			return err
		}
		s.result.Assertions++
		want, holds := "success", o.refusal == nil
		switch {
		case how != "succeeds" && code == "":
			want, holds = "a refusal", o.refusal != nil && o.refusal.Status < 500
		case how != "succeeds":
			want, holds = code, o.refusal != nil && o.refusal.Code == code
		}
		if !holds {
			return &Mismatch{Expected: operation + " on " + which + ": " + want, Actual: o.String()}
		}
		return nil
	}
	if how == "succeeds" && changes(operation) {
		return s.agrees(ctx, 1, look) // a second success would be another change
	}
	return s.becomes(ctx, look)
}

// dataKeyRefused is Decrypt of the encrypted data key.
func (s *Scenario) dataKeyRefused(ctx context.Context, code string) error {
	made, err := s.product("data key")
	if err != nil {
		return err
	}
	return s.becomes(ctx, func(ctx context.Context) error {
		o, err := s.operate(ctx, "Decrypt", made.by, made.by.from, options{ciphertext: made.bytes})
		if err != nil {
			return err
		}
		return s.check(o.refusal != nil && o.refusal.Code == code, "Decrypt of the encrypted data key: "+code, o.String())
	})
}

// publicKeyIsImported compares GetPublicKey with the public half of what was imported, byte by byte.
func (s *Scenario) publicKeyIsImported(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	want, err := k.material.PublicKeyDER()
	if err != nil {
		return err
	}
	o, err := s.operate(ctx, "GetPublicKey", k, k.from, options{})
	if err != nil {
		return err
	}
	requirement := "DIKM-REIMP-15"
	if s.covers("DIKM-REIMP-16") {
		requirement = "DIKM-REIMP-16"
	}
	if o.refusal != nil {
		return s.reached(s.check(false, "GetPublicKey succeeds", o.String()), requirement)
	}
	return s.reached(s.check(bytes.Equal(o.answer.(*kms.GetPublicKeyOutput).PublicKey, want),
		"the public half of the imported private key (SubjectPublicKeyInfo)", "another public key"), requirement)
}

// signatureVerifies checks a signature made by the target with the material, outside the target.
func (s *Scenario) signatureVerifies(_ context.Context) error {
	made, err := s.product("signature")
	if err != nil {
		return err
	}
	public, err := made.by.material.PublicKeyDER()
	if err != nil {
		return err
	}
	valid, err := material.Verify(public, string(signingAlgorithm(made.by.spec)), message, made.bytes)
	if err != nil {
		return err
	}
	return s.check(valid, "a signature that verifies under the imported key's public half", "one that does not")
}

// macIsLocal compares the target's MAC with the one the imported bytes give.
func (s *Scenario) macIsLocal(ctx context.Context, length string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(length); err != nil || n != len(k.material.Bytes()) {
		return fmt.Errorf("the scenario says %s bytes, but material for %s has %d", length, k.spec, len(k.material.Bytes()))
	}
	o, err := s.operate(ctx, "GenerateMac", k, k.from, options{})
	if err != nil {
		return err
	}
	if o.refusal != nil {
		return s.check(false, "GenerateMac succeeds", o.String())
	}
	want, err := k.material.MAC(message)
	if err != nil {
		return err
	}
	return s.check(bytes.Equal(o.answer.(*kms.GenerateMacOutput).Mac, want), "the MAC that the imported bytes give", "another MAC")
}
