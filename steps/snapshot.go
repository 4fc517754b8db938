package steps

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// snapshot is all that the listings tell about a key: what a sentence means by "nothing about the key changed".
type snapshot map[string]string

// deleted are the members that a delete changes; "nothing else" leaves them out (DIKM-DESC-05).
var deleted = map[string]bool{"KeyState": true, "Enabled": true, "ExpirationModel": true, "ValidTo": true}

// snapshotOf reads a key's metadata, policy, tags, aliases and grants. What the target does not implement is left out.
func (s *Scenario) snapshotOf(ctx context.Context, k *key) (snapshot, error) {
	shot := snapshot{}
	members, err := s.describe(ctx, k)
	if err != nil {
		return nil, err
	}
	for name, raw := range members {
		var compact bytes.Buffer
		if json.Compact(&compact, raw) == nil {
			shot[name] = compact.String()
		}
	}
	for _, listing := range []string{"GetKeyPolicy", "ListResourceTags", "ListAliases", "ListGrants"} {
		o, err := s.operate(ctx, listing, k, k.from, options{})
		var unimplemented *Unimplemented
		switch {
		case errors.As(err, &unimplemented):
			continue
		case err != nil:
			return nil, err
		case o.refusal != nil && o.refusal.Code == "AccessDeniedException":
			// Who may not look sees no change either: two refusals would be taken for two equal listings.
			_, err := s.need(o, nil, "")
			return nil, err
		case o.refusal != nil:
			shot[listing] = o.refusal.Code
		default:
			shot[listing] = listed(o.answer)
		}
	}
	return shot, nil
}

// listed renders what an owner said about a key, in an answer that tells it, so that order does not matter.
func listed(answer any) string {
	var items []string
	switch a := answer.(type) {
	case *kms.DescribeKeyOutput:
		return aws.ToString(a.KeyMetadata.Description)
	case *kms.GetKeyPolicyOutput:
		return aws.ToString(a.Policy)
	case *kms.ListResourceTagsOutput:
		for _, t := range a.Tags {
			items = append(items, aws.ToString(t.TagKey)+"="+aws.ToString(t.TagValue))
		}
	case *kms.ListAliasesOutput:
		for _, a := range a.Aliases {
			items = append(items, aws.ToString(a.AliasName)+" of "+aws.ToString(a.TargetKeyId))
		}
	case *kms.ListGrantsOutput:
		items = grantsListed(a)
	}
	sort.Strings(items)
	return strings.Join(items, ", ")
}

// aComparison is the sentence that wants to see no change: whether some are allowed, and of which key.
var aComparison = regexp.MustCompile(`^nothing (else )?about (` + aWhich + `) changed$`)

// shoot takes a snapshot of each key that the scenario will compare with what it was. A key that a When makes is none.
func (s *Scenario) shoot(ctx context.Context) error {
	for _, which := range s.compared {
		if k, err := s.key(which); err == nil {
			if s.before[which], err = s.snapshotOf(ctx, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// unchanged compares a key with what it was before the first When.
func (s *Scenario) unchanged(ctx context.Context, otherwise, which string) error {
	before, taken := s.before[which]
	if !taken {
		return fmt.Errorf("the scenario compares %s with what it was before a When step, and had none then", which)
	}
	k, err := s.key(which)
	if err != nil {
		return err
	}
	s.result.Assertions++
	return s.stays(ctx, func(ctx context.Context) error {
		now, err := s.snapshotOf(ctx, k)
		if err != nil {
			return err
		}
		return s.blame(before.differs(now, otherwise != ""))
	})
}

// blame shows a change by the call that made it, not by the listing that told of it.
func (s *Scenario) blame(err error) error {
	var m *Mismatch
	if o, none := s.last(); none == nil && errors.As(err, &m) {
		m.shown = o.exchange
	}
	return err
}

// kept are the requirements by which a delete leaves members alone, where it is another one than that the key remains.
var kept = map[string]string{"CurrentKeyMaterialId": "DIKM-DESC-05", "DeletionDate": "DIKM-STATE-07"}

// keeps is the requirement that a delete breaks by changing these members.
func keeps(changed []string) string {
	requirement := "DIKM-STATE-20"
	for i, member := range changed {
		other, is := kept[member]
		if !is || i > 0 && other != requirement {
			return "DIKM-STATE-20"
		}
		requirement = other
	}
	return requirement
}

// differs returns the differences of two snapshots as one Mismatch, or nil.
func (before snapshot) differs(now snapshot, exceptDeleted bool) error {
	names := map[string]bool{}
	for n := range before {
		names[n] = true
	}
	for n := range now {
		names[n] = true
	}
	var was, is, changed []string
	for n := range names {
		if before[n] == now[n] || exceptDeleted && deleted[n] {
			continue
		}
		changed = append(changed, n)
		was = append(was, n+" "+orAbsent(before[n]))
		is = append(is, n+" "+orAbsent(now[n]))
	}
	if len(was) == 0 {
		return nil
	}
	sort.Strings(was)
	sort.Strings(is)
	m := &Mismatch{Expected: "unchanged: " + strings.Join(was, ", "), Actual: strings.Join(is, ", ")}
	if exceptDeleted {
		m.Requirement, m.exact = keeps(changed), true
	}
	return m
}
