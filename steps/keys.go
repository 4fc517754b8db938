package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/fixtures/material"
)

// key is a KMS key of a scenario and what the scenario knows about it.
type key struct {
	arn, id string
	spec    types.KeySpec
	usage   types.KeyUsageType
	from    origin // who made it, and in which Region it lives
	alias   string
	multi   bool // a multi-Region key

	imported             // the first material, to which the key is bound: "the material"
	later    []*imported // the second, the third …
}

// imported is a material that a scenario imported into a key, or is about to.
type imported struct {
	material   material.Material
	has        bool   // it was imported at least once
	materialID string // as its first import named it; empty for kinds that name none
}

// ordinals are how sentences name the materials of a key.
var ordinals = []string{"first", "second", "third"}

// nth returns a material of the key by its ordinal.
func (k *key) nth(ordinal string) (*imported, error) {
	n := slices.Index(ordinals, ordinal)
	switch {
	case n == 0:
		return &k.imported, nil
	case n < 0 || n > len(k.later):
		return nil, fmt.Errorf("the scenario speaks of the %s material before it imported one", ordinal)
	default:
		return k.later[n-1], nil
	}
}

// specOf turns "symmetric", "RSA_2048 signing", "multi-Region HMAC_256" ... into spec and usage.
func specOf(kind string) (types.KeySpec, types.KeyUsageType) {
	kind = strings.TrimPrefix(kind, multiRegion)
	spec, signing := strings.CutSuffix(kind, " signing")
	switch {
	case kind == "symmetric":
		return types.KeySpecSymmetricDefault, types.KeyUsageTypeEncryptDecrypt
	case strings.HasPrefix(kind, "HMAC_"):
		return types.KeySpec(spec), types.KeyUsageTypeGenerateVerifyMac
	case strings.HasPrefix(kind, "RSA_") && !signing:
		return types.KeySpec(spec), types.KeyUsageTypeEncryptDecrypt
	default:
		return types.KeySpec(spec), types.KeyUsageTypeSignVerify
	}
}

// multiRegion is how the name of a kind of multi-Region keys begins.
const multiRegion = "multi-Region "

// createKey makes a key that carries this tool's tags from its first moment, so that it can be found and removed.
func (s *Scenario) createKey(ctx context.Context, kind string, from types.OriginType) (*outcome, *key, error) {
	client, err := s.client(owner)
	if err != nil {
		return nil, nil, err
	}
	k := &key{from: owner, multi: strings.HasPrefix(kind, multiRegion)}
	k.spec, k.usage = specOf(kind)
	o, err := invoke(ctx, s, "CreateKey", client.CreateKey, &kms.CreateKeyInput{
		KeySpec: k.spec, KeyUsage: k.usage, Origin: from, MultiRegion: multiRegionMember(k),
		Description: aws.String("kmsconform"), Tags: append(s.tags(), s.callTag()...),
	})
	if err != nil || o.refusal != nil {
		return o, nil, err
	}
	made := o.answer.(*kms.CreateKeyOutput).KeyMetadata
	if made == nil || aws.ToString(made.Arn) == "" || aws.ToString(made.KeyId) == "" {
		return nil, nil, &Mismatch{
			Requirement: "DIKM-MATRIX-25",
			Expected:    "CreateKey answers KeyMetadata with KeyId and Arn",
			Actual:      "an answer without them",
		}
	}
	k.arn, k.id = aws.ToString(made.Arn), aws.ToString(made.KeyId)
	return o, k, nil
}

// multiRegionMember leaves MultiRegion out for single-Region keys, as callers do.
func multiRegionMember(k *key) *bool {
	if !k.multi {
		return nil
	}
	return aws.Bool(true)
}

// tags are those that every key of this tool carries from its creation.
func (s *Scenario) tags() []types.Tag {
	var tags []types.Tag
	for _, tag := range s.session.KeyTags() {
		tags = append(tags, types.Tag{TagKey: &tag.TagKey, TagValue: &tag.TagValue})
	}
	return tags
}

// add makes k "the key", or "the other key" when there is one already.
func (s *Scenario) add(k *key) {
	s.keys = append(s.keys, k)
	if len(s.keys) == 1 {
		s.placed["key ARN"] = k.arn
		if parts := strings.Split(k.arn, ":"); len(parts) > 3 {
			s.placed["Region of the key"] = parts[3]
		}
	}
}

func (s *Scenario) key(which string) (*key, error) {
	if which == "the replica" {
		return s.theReplica()
	}
	i := 0
	if strings.HasPrefix(which, "the other") {
		i = 1
	}
	if i >= len(s.keys) {
		return nil, fmt.Errorf("the scenario speaks of %s before it has one: add a Given step", which)
	}
	return s.keys[i], nil
}

// keyInSituation is the Given that most scenarios start with.
func (s *Scenario) keyInSituation(ctx context.Context, _, kind, situation, expiry, state string) error {
	from := types.OriginTypeExternal
	if situation == "with material made by AWS KMS" {
		from = types.OriginTypeAwsKms
	}
	o, k, err := s.createKey(ctx, kind, from)
	if _, err = s.need(o, err, "DIKM-ORIG-04"); err != nil {
		return err
	}
	s.add(k)
	if err := s.bring(ctx, k, situation, expiry); err != nil {
		return err
	}
	if state == "" {
		return nil
	}
	return s.put(ctx, k, state)
}

// bring takes a new key to the situation a sentence names.
func (s *Scenario) bring(ctx context.Context, k *key, situation, expiry string) error {
	switch {
	case situation == "without material", situation == "with material made by AWS KMS":
		return nil
	case situation == "with the same material":
		k.imported = imported{material: s.keys[0].material}
		return s.mustImport(ctx, k, importPlan{})
	}
	m, err := newMaterial(k.spec)
	if err != nil {
		return err
	}
	k.imported = imported{material: m}
	plan := importPlan{}
	switch {
	case expiry != "":
		plan.validTo = s.in(expiry)
	case situation == "whose material expired":
		plan.validTo = s.in("3 seconds")
	}
	if err := s.mustImport(ctx, k, plan); err != nil {
		return err
	}
	switch situation {
	case "whose material was deleted":
		return s.wasDeleted(ctx)
	case "whose material expired":
		if err := s.passes(ctx); err != nil {
			return err
		}
		return s.reached(s.becomesState(ctx, k, types.KeyStatePendingImport), "DIKM-EXP-05")
	}
	return nil
}

// reached names the requirement that stands in the way of a Given, or that a Then among others is about.
func (s *Scenario) reached(err error, requirement string) error {
	var m *Mismatch
	if errors.As(err, &m) && m.Requirement == "" {
		m.Requirement = requirement
	}
	return err
}

// put takes a key to Disabled or PendingDeletion.
func (s *Scenario) put(ctx context.Context, k *key, state string) error {
	operation, requirement, reach := "DisableKey", "DIKM-MATRIX-11", types.KeyStateDisabled
	switch {
	case state == "scheduled for deletion" && s.replica != nil && k != s.replica: // it waits for its replica
		operation, requirement, reach = "ScheduleKeyDeletion", "DIKM-MRK-17", types.KeyStatePendingReplicaDeletion
	case state == "scheduled for deletion":
		operation, requirement, reach = "ScheduleKeyDeletion", "DIKM-MATRIX-07", types.KeyStatePendingDeletion
	}
	return s.brings(ctx, requirement, requirement, s.operation(operation, k), s.lookFor(k, reach))
}

func (s *Scenario) keyIs(ctx context.Context, state string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	return s.put(ctx, k, state)
}

// wasDeleted is the Given form of the delete: it settles before the scenario goes on.
func (s *Scenario) wasDeleted(ctx context.Context) error {
	return s.lose(ctx, s.keys[len(s.keys)-1])
}

// lose deletes a key's current material and waits until it shows.
func (s *Scenario) lose(ctx context.Context, k *key) error {
	return s.brings(ctx, "DIKM-STATE-01", "DIKM-STATE-01", s.operation("DeleteImportedKeyMaterial", k), s.lookFor(k, types.KeyStatePendingImport))
}

func (s *Scenario) isDeleted(ctx context.Context, which, times string) error {
	k, err := s.key(whichOr(which))
	if err != nil {
		return err
	}
	n := 1
	if times != "" {
		if n, err = strconv.Atoi(times); err != nil || n < 1 || n > 100 {
			return fmt.Errorf("delete %s times: say a number from 1 to 100", times)
		}
	}
	for range n {
		if err := s.record(s.operate(ctx, "DeleteImportedKeyMaterial", k, k.from, options{})); err != nil {
			return err
		}
	}
	return nil
}

// whichOr is the key that a sentence names, or the first one where it names none.
func whichOr(which string) string {
	if which == "" {
		return "the key"
	}
	return which
}

func (s *Scenario) isCreated(ctx context.Context, kind string) error {
	o, k, err := s.createKey(ctx, kind, types.OriginTypeExternal)
	if err == nil && k != nil {
		s.add(k)
	}
	return s.record(o, err)
}

// state reads a key's state once.
func (s *Scenario) state(ctx context.Context, k *key) (types.KeyState, error) {
	m, err := s.describe(ctx, k)
	if err != nil {
		return "", err
	}
	var state string
	if err := json.Unmarshal(m["KeyState"], &state); err != nil {
		return "", &Mismatch{Expected: "DescribeKey shows a KeyState", Actual: "none, or one that is not a string"}
	}
	return types.KeyState(state), nil
}

// describe returns the members of DescribeKey's KeyMetadata as they are on the wire.
func (s *Scenario) describe(ctx context.Context, k *key) (map[string]json.RawMessage, error) {
	o, err := s.operate(ctx, "DescribeKey", k, k.from, options{})
	if _, err = s.need(o, err, ""); err != nil {
		return nil, err
	}
	return metadataIn(o)
}

func metadataIn(o *outcome) (map[string]json.RawMessage, error) {
	members := map[string]json.RawMessage{}
	raw, found := o.exchange.Member("KeyMetadata")
	if !found || json.Unmarshal(raw, &members) != nil {
		return nil, &Mismatch{Expected: o.operation + " answers KeyMetadata", Actual: "an answer without it"}
	}
	return members, nil
}

func (s *Scenario) lookFor(k *key, want types.KeyState) func(context.Context) error {
	return func(ctx context.Context) error {
		got, err := s.state(ctx, k)
		if err != nil || got == want {
			return err
		}
		return &Mismatch{Expected: "state " + string(want), Actual: "state " + string(got)}
	}
}

func (s *Scenario) becomesState(ctx context.Context, k *key, want types.KeyState) error {
	return s.becomes(ctx, s.lookFor(k, want))
}

// keyState is the Then about a key's state.
func (s *Scenario) keyState(ctx context.Context, which, verb, state string) error {
	k, err := s.key(which)
	if err != nil {
		return err
	}
	return s.finds(ctx, verb, s.lookFor(k, types.KeyState(state)))
}

// after parses "30 days" and returns that time from now, to the second, as KMS keeps it.
func (s *Scenario) after(span string) (*time.Time, error) {
	d, err := duration(span)
	if err != nil {
		return nil, err
	}
	t := s.now().Add(s.roomFor(d)).Truncate(time.Second)
	if d > 0 && !t.After(s.now()) {
		t = t.Add(time.Second)
	}
	s.expires = t
	return &t, nil
}

// in is a date that is so long after the moment at which it is read.
func (s *Scenario) in(span string) func() (*time.Time, error) {
	return func() (*time.Time, error) { return s.after(span) }
}

// duration reads "5 seconds", "1 hour", "30 days".
func duration(span string) (time.Duration, error) {
	number, unit, _ := strings.Cut(span, " ")
	n, err := strconv.Atoi(number)
	units := map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	u, known := units[strings.TrimSuffix(unit, "s")]
	if err != nil || !known {
		return 0, fmt.Errorf("%q is not a span of time: say for example \"5 seconds\" or \"30 days\"", span)
	}
	return time.Duration(n) * u, nil
}
