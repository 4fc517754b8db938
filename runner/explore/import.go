package explore

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/material"
	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
)

// parameters is what GetParametersForImport handed out.
type parameters struct {
	token, publicKey []byte
	algorithm        string
}

// fetch calls GetParametersForImport; no parameters where it is refused.
func (s *side) fetch(ctx context.Context, k *held, from origin) (*parameters, reply, error) {
	algorithm, wrappingKey := wrapping(k.spec)
	r, err := s.system.call(ctx, from, &kms.GetParametersForImportInput{KeyId: &k.id, WrappingAlgorithm: &algorithm, WrappingKeySpec: &wrappingKey})
	if err != nil || r.code != "" {
		return nil, r, err
	}
	var answer kms.GetParametersForImportOutput
	if json.Unmarshal(r.body, &answer) != nil || len(answer.ImportToken) == 0 || len(answer.PublicKey) == 0 {
		return nil, reply{code: broken, message: "GetParametersForImport answers no PublicKey and ImportToken"}, nil
	}
	return &parameters{token: answer.ImportToken, publicKey: answer.PublicKey, algorithm: algorithm}, r, nil
}

// importMaterial fetches parameters, wraps and imports. Where the parameters are refused, that is what the step came to.
func (s *side) importMaterial(ctx context.Context, step Step, k *held, from origin) (reply, error) {
	p, r, err := s.parametersFor(ctx, step, k, from)
	if err != nil || p == nil {
		return r, err
	}
	m, err := s.shared.material(step.Key, step.Material, k.spec)
	if err != nil {
		return reply{}, err
	}
	plaintext, token := m.Bytes(), p.token
	switch step.Variant {
	case "16 bytes":
		plaintext = make([]byte, 16)
	case "wrapped for an older token":
		newest, r, err := s.fetch(ctx, k, from)
		if err != nil || newest == nil {
			return r, err
		}
		token = newest.token
	}
	blob, err := material.Wrap(plaintext, p.publicKey, p.algorithm, rand.Reader)
	if err != nil {
		return reply{code: broken, message: "the public key of GetParametersForImport does not wrap: " + err.Error()}, nil
	}
	in := &kms.ImportKeyMaterialInput{
		KeyId: &k.id, ImportToken: token, EncryptedKeyMaterial: blob, ImportType: orNil(step.ImportType),
		ExpirationModel: text("KEY_MATERIAL_DOES_NOT_EXPIRE"),
	}
	if err := s.vary(in, step, k); err != nil {
		return reply{}, err
	}
	r, err = s.system.call(ctx, from, in)
	if err == nil && r.code == "" && step.Material > 0 {
		var answer kms.ImportKeyMaterialOutput
		if json.Unmarshal(r.body, &answer) == nil && answer.KeyMaterialId != "" && k.ids[step.Material] == "" {
			k.ids[step.Material] = answer.KeyMaterialId
		}
	}
	return r, err
}

func (s *side) parametersFor(ctx context.Context, step Step, k *held, from origin) (*parameters, reply, error) {
	switch step.Variant {
	case keptBefore:
		if s.params == nil {
			return nil, reply{}, errInapplicable
		}
		return s.params, reply{}, nil
	case "token of the other key":
		if other := s.keys[OtherKey]; other != nil && other.spec == k.spec {
			return s.fetch(ctx, other, from)
		}
		return nil, reply{}, errInapplicable
	default:
		return s.fetch(ctx, k, from)
	}
}

// vary makes of an import what the step's variant says.
func (s *side) vary(in *kms.ImportKeyMaterialInput, step Step, k *held) error {
	after := func(d time.Duration) {
		at := s.shared.date(named(step.Key, step.Material), s.system.now().Add(d))
		in.ValidTo = &kms.EpochTime{Time: at}
	}
	expires := text("KEY_MATERIAL_EXPIRES")
	switch step.Variant {
	case "expiring soon":
		in.ExpirationModel = expires
		after(2 * time.Hour)
	case "expiring late":
		in.ExpirationModel = expires
		after(30 * 24 * time.Hour)
	case "date too far":
		in.ExpirationModel = expires
		after(400 * 24 * time.Hour)
	case "expired date":
		in.ExpirationModel = expires
		after(-time.Hour)
	case "date without expiry":
		after(30 * 24 * time.Hour)
	case "unsaid expiry":
		in.ExpirationModel = nil
	case "naming its id":
		if k.ids[step.Material] == "" {
			return errInapplicable
		}
		in.KeyMaterialId = text(k.ids[step.Material])
	case "naming another id":
		in.KeyMaterialId = text(strings.Repeat("0123456789abcdef", 4))
	case "expiring at once":
		in.ExpirationModel = expires
		after(30 * time.Minute)
	case "expiring in a year":
		in.ExpirationModel = expires
		after(300 * 24 * time.Hour)
	case "described":
		in.KeyMaterialDescription = text(strings.Repeat("a", 256))
	case "described at length":
		in.KeyMaterialDescription = text(strings.Repeat("a", 257))
	case "described oddly":
		in.KeyMaterialDescription = text("material; drop <all>")
	case "truncated blob":
		in.EncryptedKeyMaterial = in.EncryptedKeyMaterial[:len(in.EncryptedKeyMaterial)/2]
	case "empty blob":
		in.EncryptedKeyMaterial = []byte{}
	case "altered blob":
		in.EncryptedKeyMaterial = flipped(in.EncryptedKeyMaterial)
	case "altered token":
		in.ImportToken = flipped(in.ImportToken)
	case "garbage token":
		in.ImportToken = garbage(len(in.ImportToken))
	}
	return nil
}

// date rounds and remembers a date that is asked for. Both sides ask for the same one: the first to ask decides.
func (s *shared) date(name materialName, at time.Time) time.Time {
	at = at.Truncate(time.Second)
	if last, is := s.dates[name]; is {
		if at.Sub(last).Abs() < 30*time.Second {
			return last
		}
		s.earlier[last.Unix()] = true
	}
	s.dates[name] = at
	return at
}

func flipped(b []byte) []byte {
	c := append([]byte(nil), b...)
	c[len(c)/2] ^= 1
	return c
}
