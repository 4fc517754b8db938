package explore

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/material"
	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
)

// side is one of the two systems with what a sequence made on it: what the symbols of steps stand for there.
type side struct {
	system system
	shared *shared
	keys   map[Which]*held
	params *parameters
	made   map[string][]byte // by product: what Make kept
}

// shared is what both sides of a sequence have in common: the material bytes, and the dates that were asked for.
type shared struct {
	materials map[materialName]material.Material
	dates     map[materialName]time.Time // of the last import of each that had one
	earlier   map[int64]bool             // dates that were asked for before
	regions   map[string]string
}

func newShared(regions map[string]string) *shared {
	return &shared{
		materials: map[materialName]material.Material{}, dates: map[materialName]time.Time{}, earlier: map[int64]bool{}, regions: regions,
	}
}

// materialName is a material by its symbol. A replica imports the materials of the key.
type materialName struct {
	of Which
	n  int
}

func named(of Which, n int) materialName {
	if of == Replica {
		of = TheKey
	}
	return materialName{of, n}
}

// begin makes the material that is none of a key's be another one in each step.
func (s *shared) begin() {
	for _, which := range whiches {
		delete(s.materials, materialName{which, 0})
	}
}

// material is the bytes that a symbol stands for; n 0 is material that is none of the key's.
func (s *shared) material(of Which, n int, spec string) (material.Material, error) {
	name := named(of, n)
	m, is := s.materials[name]
	if is {
		return m, nil
	}
	m, err := material.New(spec, rand.Reader)
	for _, other := range s.materials { // RSA material comes from a small set
		for tries := 0; err == nil && m.Equal(other) && tries < 100; tries++ {
			m, err = material.New(spec, rand.Reader)
		}
	}
	if err == nil {
		s.materials[name] = m
	}
	return m, err
}

// held is a key on one side.
type held struct {
	id, arn     string
	spec, usage string
	made        bool // by AWS KMS
	region      string
	created     time.Time      // as it was first seen
	deletion    time.Time      // as it was first seen; zero: none is
	ids         map[int]string // of the materials that were imported, as their first import named them
}

// parameters is what GetParametersForImport handed out.
type parameters struct {
	token, publicKey []byte
	algorithm        string
}

// errInapplicable says that a step speaks of what the sequence has not made on this side.
var errInapplicable = errors.New("the step speaks of what is not there")

func newSide(s system, sh *shared) *side {
	return &side{system: s, shared: sh, keys: map[Which]*held{}, made: map[string][]byte{}}
}

// who makes the call of a step.
func (s *side) who(step Step, k *held) origin {
	from := origin{caller: "primary", region: k.region}
	if step.Caller != "" {
		from.caller = step.Caller
	}
	return from
}

// perform does a step and says what it came to.
func (s *side) perform(ctx context.Context, step Step) (reply, error) {
	switch step.Operation {
	case Pass:
		return reply{}, s.system.advance(ctx, step.Span)
	case "CreateKey":
		return s.create(ctx, step)
	}
	k := s.keys[step.Key]
	if k == nil {
		return reply{}, errInapplicable
	}
	from := s.who(step, k)
	switch step.Operation {
	case "ImportKeyMaterial":
		return s.importMaterial(ctx, step, k, from)
	case Fetch:
		p, r, err := s.fetch(ctx, k, from)
		if p != nil {
			s.params = p
		}
		return r, err
	case Make:
		return s.make(ctx, step, k, from)
	case "ReplicateKey":
		return s.replicate(ctx, k, from, step.Key)
	}
	request, err := s.request(step, k)
	if err != nil {
		return reply{}, err
	}
	return s.system.call(ctx, from, request)
}

func text(t string) *string { return &t }

// orNil leaves a member out that says nothing.
func orNil(t string) *string {
	if t == "" {
		return nil
	}
	return &t
}

// ownTags are those that every key of this tool carries, so that it can be found and removed.
func ownTags() []kms.Tag { return []kms.Tag{{TagKey: text("kmsconform"), TagValue: text("true")}} }

func (s *side) create(ctx context.Context, step Step) (reply, error) {
	k := &held{region: "primary", ids: map[int]string{}, made: step.MadeByKMS}
	k.spec, k.usage = specOf(step.Kind)
	in := &kms.CreateKeyInput{
		KeySpec: &k.spec, KeyUsage: &k.usage, Origin: text("EXTERNAL"), Description: text("kmsconform"), Tags: ownTags(),
	}
	if step.MadeByKMS {
		in.Origin = text("AWS_KMS")
	}
	if multi := strings.HasPrefix(step.Kind, multiRegion); multi {
		in.MultiRegion = &multi
	}
	r, err := s.system.call(ctx, origin{"primary", "primary"}, in)
	if err != nil || r.code != "" {
		return r, err
	}
	var answer kms.CreateKeyOutput
	if json.Unmarshal(r.body, &answer) != nil || answer.KeyMetadata.Arn == "" || answer.KeyMetadata.KeyId == "" {
		return reply{code: broken, message: "CreateKey answers no KeyMetadata with KeyId and Arn"}, nil
	}
	k.id, k.arn = answer.KeyMetadata.KeyId, answer.KeyMetadata.Arn
	s.keys[step.Key] = k
	return r, nil
}

func (s *side) replicate(ctx context.Context, k *held, from origin, which Which) (reply, error) {
	to := s.shared.regions["replica"]
	r, err := s.system.call(ctx, from, &kms.ReplicateKeyInput{KeyId: &k.id, ReplicaRegion: &to, Description: text("kmsconform"), Tags: ownTags()})
	if err != nil || r.code != "" || which != TheKey || s.keys[Replica] != nil {
		return r, err
	}
	var answer kms.ReplicateKeyOutput
	if json.Unmarshal(r.body, &answer) != nil || answer.ReplicaKeyMetadata.Arn == "" {
		return reply{code: broken, message: "ReplicateKey answers no ReplicaKeyMetadata with KeyId and Arn"}, nil
	}
	s.keys[Replica] = &held{
		id: answer.ReplicaKeyMetadata.KeyId, arn: answer.ReplicaKeyMetadata.Arn, spec: k.spec, usage: k.usage, made: k.made,
		region: "replica", ids: map[int]string{},
	}
	return r, nil
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
	plaintext, under := m.Bytes(), p
	switch step.Variant {
	case "16 bytes":
		plaintext = make([]byte, 16)
	case "wrapped for another token":
		if under, r, err = s.fetch(ctx, k, from); err != nil || under == nil {
			return r, err
		}
	}
	blob, err := material.Wrap(plaintext, under.publicKey, p.algorithm, rand.Reader)
	if err != nil {
		return reply{code: broken, message: "the public key of GetParametersForImport does not wrap: " + err.Error()}, nil
	}
	in := &kms.ImportKeyMaterialInput{
		KeyId: &k.id, ImportToken: p.token, EncryptedKeyMaterial: blob, ImportType: orNil(step.ImportType),
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
	case "parameters fetched before":
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
	case "altered blob":
		in.EncryptedKeyMaterial = flipped(in.EncryptedKeyMaterial)
	case "altered token":
		in.ImportToken = flipped(in.ImportToken)
	case "garbage token":
		in.ImportToken = []byte(strings.Repeat("kmsconform", len(in.ImportToken)/10+1))
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

// make uses a key and keeps the result.
func (s *side) make(ctx context.Context, step Step, k *held, from origin) (reply, error) {
	operation := map[string]string{"ciphertext": "Encrypt", "signature": "Sign", "MAC": "GenerateMac"}[step.Product]
	request, err := s.request(Step{Operation: operation, Key: step.Key}, k)
	if err != nil {
		return reply{}, err
	}
	r, err := s.system.call(ctx, from, request)
	if err != nil || r.code != "" {
		return r, err
	}
	var answer struct{ CiphertextBlob, Signature, Mac []byte }
	if err := json.Unmarshal(r.body, &answer); err != nil {
		return reply{code: broken, message: operation + " answers no JSON with base64 in it"}, nil
	}
	made := append(append(answer.CiphertextBlob, answer.Signature...), answer.Mac...)
	if len(made) == 0 {
		return reply{code: broken, message: fmt.Sprintf("%s answers no %s", operation, step.Product)}, nil
	}
	s.made[step.Product] = made
	return r, nil
}
