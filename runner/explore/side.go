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
	"github.com/kmsconform/kmsconform/fixtures/target"
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
	alike     bool                       // the other key takes the materials of the key
	regions   map[string]string
	tags      []kms.Tag // that every key is made with
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

// bytesOf is the name under which a material's bytes are kept: those of keys that are alike are the same.
func (s *shared) bytesOf(of Which, n int) materialName {
	if of == OtherKey && s.alike {
		of = TheKey
	}
	return named(of, n)
}

// begin makes the material that is none of a key's be another one in each step.
func (s *shared) begin() {
	for _, which := range whiches {
		delete(s.materials, materialName{which, 0})
	}
}

// material is the bytes that a symbol stands for; n 0 is material that is none of the key's.
func (s *shared) material(of Which, n int, spec string) (material.Material, error) {
	name := s.bytesOf(of, n)
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
	kind        string // of the features; empty for a replica
	made        bool   // by AWS KMS
	region      string
	created     time.Time      // as it was first seen
	deletion    time.Time      // as it was first seen; zero: none is
	waits       string         // how far ahead that was
	ids         map[int]string // of the materials that were imported, as their first import named them
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
	if step.Variant == otherRegion {
		from.region = "replica"
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
	case "ListKeys":
		return s.listed(ctx, k, from)
	case "RotateKeyOnDemand":
		if step.Variant == worn {
			return s.wear(ctx, k, from)
		}
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

// ownTags are those that the keys of a session carry, so that they can be found and removed, as requests have them.
func ownTags(session *target.Session) []kms.Tag {
	var tags []kms.Tag
	for _, tag := range session.KeyTags() {
		tags = append(tags, kms.Tag{TagKey: &tag.TagKey, TagValue: &tag.TagValue})
	}
	return tags
}

func (s *side) create(ctx context.Context, step Step) (reply, error) {
	k := &held{region: "primary", ids: map[int]string{}, made: step.MadeByKMS, kind: step.Kind}
	k.spec, k.usage = specOf(step.Kind)
	if first := s.keys[TheKey]; step.Variant == alike {
		if first == nil || first.spec != k.spec {
			return reply{}, errInapplicable
		}
		s.shared.alike = true
	}
	in := &kms.CreateKeyInput{
		KeySpec: &k.spec, KeyUsage: &k.usage, Origin: text("EXTERNAL"), Description: text("kmsconform"), Tags: s.shared.tags,
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
	r, err := s.system.call(ctx, from, &kms.ReplicateKeyInput{KeyId: &k.id, ReplicaRegion: &to, Description: text("kmsconform"), Tags: s.shared.tags})
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

// wear rotates a key 24 times: once more is possible, and then no more (DIKM-MULTI-24).
func (s *side) wear(ctx context.Context, k *held, from origin) (reply, error) {
	var last reply
	for range 24 {
		if last.code == "" {
			r, err := s.system.call(ctx, from, &kms.RotateKeyOnDemandInput{KeyId: &k.id})
			if err != nil {
				return r, err
			}
			last = r
		}
		if err := s.system.advance(ctx, passes[0]); err != nil { // also where it is refused: the two clocks stay the same
			return reply{}, err
		}
	}
	return last, nil
}

// listed looks for a key among those of its account and Region.
func (s *side) listed(ctx context.Context, k *held, from origin) (reply, error) {
	limit, found := int32(1000), false
	in := &kms.ListKeysInput{Limit: &limit}
	for range 100 { // an account has 100 000 keys at most
		r, err := s.system.call(ctx, from, in)
		if err != nil || r.code != "" {
			return r, err
		}
		var page kms.ListKeysOutput
		if json.Unmarshal(r.body, &page) != nil {
			return reply{code: broken, message: "ListKeys answers no Keys"}, nil
		}
		for _, entry := range page.Keys {
			found = found || entry.KeyArn == k.arn
		}
		if found || !page.Truncated || page.NextMarker == "" {
			break
		}
		in = &kms.ListKeysInput{Limit: &limit, Marker: &page.NextMarker}
	}
	body, err := json.Marshal(map[string]bool{"Keys": found})
	return reply{body: body}, err
}
