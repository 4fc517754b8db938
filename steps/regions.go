package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/cucumber/godog"
)

// secondRegion is the code of the Region that the features call "replica", where the target tells Regions apart at all.
func (s *Scenario) secondRegion() (string, error) {
	if _, err := s.client(origin{caller: owner.caller, region: "replica"}); err != nil {
		return "", err
	}
	t := s.session.Target()
	if t.Capabilities.Regions == 1 {
		return "", &Absent{Reason: fmt.Sprintf("needs two Regions: the target does not tell %s from %s", t.Regions["replica"], t.Regions["primary"])}
	}
	return t.Regions["replica"], nil
}

// thirdRegion is the code of a Region where no scenario has a key.
func (s *Scenario) thirdRegion() string {
	codes := []string{"us-west-2", "eu-west-1", "us-east-1"}
	taken := s.session.Target().Regions
	return codes[slices.IndexFunc(codes, func(code string) bool { return code != taken["primary"] && code != taken["replica"] })]
}

// replicate makes a replica that carries this tool's tags from its first moment, in the other Region. Of a replica, which
// cannot be replicated, it asks for one where no related key is in the way (DIKM-MRK-14).
func replicate(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, _ options) (*outcome, error) {
	region, err := s.secondRegion()
	if err != nil {
		return nil, err
	}
	if k == s.replica {
		region = s.thirdRegion()
	}
	o, err := invoke(ctx, s, "ReplicateKey", c.ReplicateKey, &kms.ReplicateKeyInput{
		KeyId: id, ReplicaRegion: &region, Description: aws.String("kmsconform"), Tags: s.tags(),
	})
	if err != nil || o.refusal != nil || s.replica != nil {
		return o, err
	}
	made := o.answer.(*kms.ReplicateKeyOutput).ReplicaKeyMetadata
	if made == nil || aws.ToString(made.Arn) == "" || aws.ToString(made.KeyId) == "" {
		return nil, &Mismatch{
			Requirement: "DIKM-MRK-02",
			Expected:    "ReplicateKey answers ReplicaKeyMetadata with KeyId and Arn",
			Actual:      "an answer without them",
		}
	}
	s.replica = &key{
		arn: aws.ToString(made.Arn), id: aws.ToString(made.KeyId), spec: k.spec, usage: k.usage, multi: true,
		from: origin{caller: k.from.caller, region: "replica"},
	}
	s.placed["replica ARN"] = s.replica.arn
	return o, nil
}

// updatePrimaryRegion makes the key in the other Region the primary key.
func updatePrimaryRegion(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
	region, err := s.secondRegion()
	if err != nil {
		return nil, err
	}
	return invoke(ctx, s, "UpdatePrimaryRegion", c.UpdatePrimaryRegion,
		&kms.UpdatePrimaryRegionInput{KeyId: id, PrimaryRegion: &region})
}

// theReplica returns the replica, to which the key's materials are known: it imports them as its own, and keeps the id
// that its own import gives each (DIKM-MRK-12).
func (s *Scenario) theReplica() (*key, error) {
	r := s.replica
	if r == nil {
		return nil, errors.New("the scenario speaks of the replica before it has one: add \"Given a replica of the key\"")
	}
	of := s.keys[0]
	r.material = of.material
	for i := len(r.later); i < len(of.later); i++ {
		r.later = append(r.later, &imported{material: of.later[i].material})
	}
	return r, nil
}

// replicaInSituation is the Given that makes the replica.
func (s *Scenario) replicaInSituation(ctx context.Context, situation string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	background := s.background
	o, err := s.operate(ctx, "ReplicateKey", k, k.from, options{})
	if _, err = s.need(o, err, "DIKM-MRK-02"); err != nil {
		return err
	}
	if situation == "in the making" {
		// What the answer says is enough: a look of its own might come too late.
		if state := o.answer.(*kms.ReplicateKeyOutput).ReplicaKeyMetadata.KeyState; state != types.KeyStateCreating {
			return &Mismatch{Requirement: "DIKM-MRK-02", Expected: "a replica in state Creating", Actual: "state " + orAbsent(string(state))}
		}
		s.fleeting = &fleeting{s.replica, types.KeyStateCreating}
		return nil
	}
	r, err := s.theReplica()
	if err != nil {
		return err
	}
	if err := s.becomes(ctx, s.lookForOther(r, types.KeyStateCreating)); err != nil {
		return s.reached(err, "DIKM-MRK-02")
	}
	s.background = background // it is made: from here on no more patience than before
	if err := s.becomesState(ctx, r, types.KeyStatePendingImport); err != nil {
		return s.reached(err, "DIKM-MRK-02")
	}
	if situation == "without material" {
		return nil
	}
	for _, of := range append([]*imported{&r.imported}, r.later...) {
		if err := s.intoReplica(ctx, r, of); err != nil {
			return err
		}
	}
	return s.reached(s.becomesState(ctx, r, types.KeyStateEnabled), "DIKM-MRK-03")
}

// lookForOther looks for any state but one.
func (s *Scenario) lookForOther(k *key, than types.KeyState) func(context.Context) error {
	return func(ctx context.Context) error {
		got, err := s.state(ctx, k)
		if err != nil || got != than {
			return err
		}
		return &Mismatch{Expected: "another state than " + string(than), Actual: "state " + string(got)}
	}
}

// intoReplica is the import of a Given: as existing material, where the kind of key knows import types (DIKM-MRK-03,
// DIKM-REIMP-07).
func (s *Scenario) intoReplica(ctx context.Context, r *key, of *imported) error {
	plan := importPlan{of: of}
	if r.spec == types.KeySpecSymmetricDefault {
		plan.importType = types.ImportTypeExistingKeyMaterial
	}
	c, err := s.client(r.from)
	if err != nil {
		return err
	}
	o, err := s.importWith(ctx, c, r, &r.id, plan)
	_, err = s.need(o, err, "DIKM-MRK-03")
	return err
}

// wasImportedIntoReplica is the Given of a pending material that the replica has, too.
func (s *Scenario) wasImportedIntoReplica(ctx context.Context, ordinal string) error {
	r, err := s.theReplica()
	if err != nil {
		return err
	}
	of, err := r.nth(ordinal)
	if err != nil {
		return err
	}
	if err := s.intoReplica(ctx, r, of); err != nil {
		return err
	}
	return s.reached(s.becomes(ctx, s.lookForMaterial(r, of, "ImportState", "IMPORTED")), "DIKM-MRK-03")
}

// primaryChanging is the Given of a key whose primary Region is being changed. It looks with the patience of an ordinary
// change and leaves the target's clock alone, because the state it wants to see does not last (DIKM-EC-11).
func (s *Scenario) primaryChanging(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	o, err := s.operate(ctx, "UpdatePrimaryRegion", k, k.from, options{})
	if _, err = s.need(o, err, "DIKM-EC-11"); err != nil {
		return err
	}
	s.background = false
	s.fleeting = &fleeting{k, types.KeyStateUpdating}
	err = s.becomes(ctx, func(ctx context.Context) error {
		looked := s.lookFor(k, types.KeyStateUpdating)(ctx)
		if s.session.Target().Consistency.Settle == 0 || !isMismatch(looked) || !s.primaryChanged(ctx, k) {
			return looked
		}
		return s.fleeting.missed(s, looked) // it will not come any more
	})
	s.background = true
	return s.reached(s.fleeting.missed(s, err), "DIKM-EC-11")
}

// primaryChanged reports whether a key shows that the change of its primary Region is over.
func (s *Scenario) primaryChanged(ctx context.Context, k *key) bool {
	members, err := s.describe(ctx, k)
	var shown struct {
		PrimaryKey struct{ Region string }
	}
	if err != nil || json.Unmarshal(members["MultiRegionConfiguration"], &shown) != nil || plain(members["KeyState"]) == string(types.KeyStateUpdating) {
		return false
	}
	return shown.PrimaryKey.Region == s.session.Target().Regions["replica"]
}

// replicaShown is the Then about ReplicateKey's ReplicaKeyMetadata.
func (s *Scenario) replicaShown(table *godog.Table) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	s.result.Assertions += len(table.Rows)
	members := map[string]json.RawMessage{}
	raw, found := o.exchange.Member("ReplicaKeyMetadata")
	if !found || json.Unmarshal(raw, &members) != nil {
		return &Mismatch{Expected: o.operation + " answers ReplicaKeyMetadata", Actual: o.String()}
	}
	return s.compare(&key{}, members, table)
}

// hasMaterial is the Then about where a material is. A material that is gone may have left the listing or be shown as
// waiting for its import: which of the two is open (OQ-22).
func (s *Scenario) hasMaterial(ctx context.Context, which, verb, ordinal string) error {
	k, err := s.key(which)
	if err != nil {
		return err
	}
	of, err := s.keys[0].nth(ordinal)
	if err != nil {
		return err
	}
	s.result.Assertions++
	if verb == "still has" {
		return s.stays(ctx, s.lookForMaterial(k, of, "ImportState", "IMPORTED"))
	}
	return s.becomes(ctx, s.lookForMaterial(k, of, "ImportState", "PENDING_IMPORT", "absent"))
}

// policyNamed is the Then about the whole of the default key policy, as AWS words it (DIKM-MRK-18, C-18).
func (s *Scenario) policyNamed(id, sid string) error {
	if err := s.defaultPolicy(); err != nil {
		return err
	}
	o, err := s.last()
	if err != nil {
		return err
	}
	var doc struct {
		ID        string `json:"Id"`
		Statement []struct{ Sid string }
	}
	if err := json.Unmarshal([]byte(aws.ToString(o.answer.(*kms.GetKeyPolicyOutput).Policy)), &doc); err != nil {
		return s.check(false, "a key policy with Id and Sid", err.Error())
	}
	want := fmt.Sprintf("Id %s, Sid %q", id, sid)
	got := fmt.Sprintf("Id %s, Sid %q", orAbsent(doc.ID), doc.Statement[0].Sid) // defaultPolicy saw one statement
	return s.check(got == want, want, got)
}

// replicaMaterialAnswers records whether the replica's import named the material as the key's did.
func (s *Scenario) replicaMaterialAnswers(question string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	answer, is := o.answer.(*kms.ImportKeyMaterialOutput)
	if !is {
		return s.outcomeAnswers(question)
	}
	id := aws.ToString(answer.KeyMaterialId)
	name := "different"
	switch id {
	case "":
		name = "absent"
	case s.keys[0].materialID:
		name = "equal"
	}
	s.answer(question, name, "ImportKeyMaterial into the replica: KeyMaterialId "+orAbsent(id)+"; into the key: "+orAbsent(s.keys[0].materialID))
	return nil
}
