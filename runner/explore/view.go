package explore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
)

// view is what one side tells of a key, member by member, with everything that differs between two systems renamed: ids by
// which material they are of, dates by when they were asked for. Equal views are the same behaviour.
type view map[string]string

// The members of a view that are not members of KeyMetadata.
const (
	known     = "DescribeKey" // "answers", or the code of its refusal
	listed    = "ListKeyRotations"
	aliases   = "ListAliases"
	tags      = "ListResourceTags"
	grants    = "ListGrants"
	policies  = "GetKeyPolicy"
	absent    = "absent"
	unnamed   = "an id of its own" // of material that AWS KMS made
	unknownID = "an unknown id"
)

// look reads a key: always what it is and its materials, and what its owner gave it where that is asked for.
func (s *side) look(ctx context.Context, which Which, furniture bool) (view, error) {
	k := s.keys[which]
	if k == nil {
		return nil, nil
	}
	v := view{}
	from := origin{"primary", k.region}
	r, err := s.system.call(ctx, from, &kms.DescribeKeyInput{KeyId: &k.id})
	if err != nil {
		return nil, err
	}
	if r.code != "" {
		v[known] = r.code
		return v, nil
	}
	v[known] = "answers"
	var answer struct{ KeyMetadata kms.KeyMetadata }
	if json.Unmarshal(r.body, &answer) != nil {
		v[known] = broken
		return v, nil
	}
	s.describe(v, which, answer.KeyMetadata)
	if k.spec == "SYMMETRIC_DEFAULT" && !k.made {
		if err := s.rotations(ctx, v, which, k, from); err != nil {
			return nil, err
		}
	}
	if furniture {
		return v, s.furniture(ctx, v, k, from)
	}
	return v, nil
}

func (s *side) describe(v view, which Which, m kms.KeyMetadata) {
	v["KeyState"] = string(m.KeyState)
	v["Enabled"] = "as KeyState says"
	if m.Enabled != (m.KeyState == kms.Enabled) {
		v["Enabled"] = fmt.Sprintf("%t in state %s", m.Enabled, m.KeyState)
	}
	v["Description"], v["KeyUsage"], v["KeySpec"], v["Origin"] = m.Description, string(m.KeyUsage), string(m.KeySpec), string(m.Origin)
	v["MultiRegion"] = fmt.Sprint(m.MultiRegion)
	v["ExpirationModel"] = orAbsent(string(m.ExpirationModel))
	v["ValidTo"] = s.dateName(which, m.ValidTo)
	v["CreationDate"] = s.keys[which].creationName(m.CreationDate.Time)
	v["DeletionDate"] = s.keys[which].deletionName(m.DeletionDate, s.system.now())
	v["PendingDeletionWindowInDays"] = absent
	if days := m.PendingDeletionWindowInDays; days != nil {
		v["PendingDeletionWindowInDays"] = fmt.Sprint(*days)
	}
	v["CurrentKeyMaterialId"] = s.idName(which, m.CurrentKeyMaterialId)
	if c := m.MultiRegionConfiguration; c != nil {
		v["MultiRegionKeyType"], v["PrimaryKey"] = c.MultiRegionKeyType, s.arnName(c.PrimaryKey.Arn)
		var replicas []string
		for _, r := range c.ReplicaKeys {
			replicas = append(replicas, s.arnName(r.Arn))
		}
		sort.Strings(replicas)
		v["ReplicaKeys"] = orAbsent(strings.Join(replicas, ", "))
	}
}

// arnName names the key that an ARN is of.
func (s *side) arnName(arn string) string {
	for _, which := range whiches {
		if k := s.keys[which]; k != nil && k.arn == arn {
			return string(which)
		}
	}
	return "another key"
}

// creationName tells whether a key still has the date of creation that it was seen with first.
func (k *held) creationName(at time.Time) string {
	if k.created.IsZero() {
		k.created = at
	}
	if at.Sub(k.created).Abs() > time.Second {
		return "another date than before"
	}
	return "present"
}

// deletionName tells whether a key has a date of deletion, how far ahead it was when it was seen first, and whether it is
// still the same.
func (k *held) deletionName(at *kms.EpochTime, now time.Time) string {
	switch {
	case at == nil:
		k.deletion = time.Time{}
		return absent
	case k.deletion.IsZero():
		k.deletion, k.waits = at.Time, daysAhead(at.Time, now)
		return k.waits
	case at.Sub(k.deletion).Abs() <= time.Second:
		return k.waits
	default:
		return "another date than before"
	}
}

// daysAhead says in how many days a time is, to the nearest. Where the two sides look a moment apart they say the same,
// because no spans that pass add up to what divides one day from the next.
func daysAhead(at, now time.Time) string {
	const day = 24 * time.Hour
	return fmt.Sprintf("in %d days", (at.Sub(now)+day/2+17*time.Minute)/day)
}

func orAbsent(t string) string {
	if t == "" {
		return absent
	}
	return t
}

// idName names a material's id.
func (s *side) idName(which Which, id string) string {
	if id == "" {
		return absent
	}
	for _, of := range []Which{which, TheKey, Replica} { // related keys share their materials (DIKM-MRK-12)
		if k := s.keys[of]; k != nil && (of == which || which != OtherKey) {
			for n, known := range k.ids {
				if known == id {
					return "the " + ordinals[n-1] + " material"
				}
			}
		}
	}
	if s.keys[which].made {
		return unnamed
	}
	return unknownID
}

// dateName names a date by the material that was imported with it.
func (s *side) dateName(which Which, at *kms.EpochTime) string {
	if at == nil {
		return absent
	}
	unix := at.Time.Truncate(time.Second).Unix()
	for n := range ordinals {
		if d, is := s.shared.dates[named(which, n+1)]; is && d.Unix() == unix {
			return "the date of the " + ordinals[n] + " material"
		}
	}
	if s.shared.earlier[unix] {
		return "a date of before"
	}
	return "another date"
}

// rotations reads all materials as a set: the order of a listing means nothing.
func (s *side) rotations(ctx context.Context, v view, which Which, k *held, from origin) error {
	var marker *string
	v[listed] = "answers"
	for range 50 {
		r, err := s.system.call(ctx, from, &kms.ListKeyRotationsInput{KeyId: &k.id, IncludeKeyMaterial: text("ALL_KEY_MATERIAL"), Marker: marker})
		if err != nil {
			return err
		}
		if r.code != "" {
			v[listed] = r.code
			return nil
		}
		var page kms.ListKeyRotationsOutput
		if json.Unmarshal(r.body, &page) != nil {
			v[listed] = broken
			return nil
		}
		for i := range page.Rotations {
			e := &page.Rotations[i]
			of := s.idName(which, e.KeyMaterialId)
			v[of+": KeyMaterialState"] = orAbsent(string(e.KeyMaterialState))
			v[of+": ImportState"] = orAbsent(string(e.ImportState))
			v[of+": ExpirationModel"] = orAbsent(string(e.ExpirationModel))
			v[of+": ValidTo"] = s.dateName(which, e.ValidTo)
			v[of+": RotationType"] = orAbsent(string(e.RotationType))
			v[of+": KeyMaterialDescription"] = described(e.KeyMaterialDescription)
			v[of+": RotationDate"] = absent
			if e.RotationDate != nil {
				v[of+": RotationDate"] = "present"
			}
		}
		if !page.Truncated || page.NextMarker == "" {
			return nil
		}
		marker = &page.NextMarker
	}
	v[listed] = "a listing without an end"
	return nil
}

// described names a description: a long one would fill the report.
func described(text string) string {
	if len(text) > 40 {
		return fmt.Sprintf("%d characters", len(text))
	}
	return orAbsent(text)
}

// furnishings are what an owner gives a key: members of a view that say nothing where a target does not tell them.
var furnishings = []string{aliases, tags, grants, policies}

// furniture reads what an owner gave the key. What the owner of a target may not read is not compared.
func (s *side) furniture(ctx context.Context, v view, k *held, from origin) error {
	for i, request := range []kms.Request{
		&kms.ListAliasesInput{KeyId: &k.id}, &kms.ListResourceTagsInput{KeyId: &k.id}, &kms.ListGrantsInput{KeyId: &k.id},
		&kms.GetKeyPolicyInput{KeyId: &k.id},
	} {
		r, err := s.system.call(ctx, from, request)
		if err != nil {
			return err
		}
		if r.missing != "" || r.code == "AccessDeniedException" {
			continue
		}
		name := furnishings[i]
		switch {
		case r.code != "":
			v[name] = r.code
		case name == policies:
			v[name] = policyName(k, r.body)
		default:
			v[name] = furnished(r.body)
		}
	}
	return nil
}

// policyName tells the key policy that every key begins with from the one that sequences put.
func policyName(k *held, body []byte) string {
	var answer struct{ Policy string }
	if json.Unmarshal(body, &answer) != nil {
		return broken
	}
	var got, put any
	if json.Unmarshal([]byte(answer.Policy), &got) != nil || json.Unmarshal([]byte(rootPolicy(k)), &put) != nil {
		return broken
	}
	if reflect.DeepEqual(got, put) {
		return "the one that was put"
	}
	var document struct {
		Statement []struct {
			Effect    string
			Principal struct{ AWS any }
			Action    any
		}
	}
	if json.Unmarshal([]byte(answer.Policy), &document) == nil && len(document.Statement) == 1 {
		s := document.Statement[0]
		if s.Effect == "Allow" && one(s.Principal.AWS) == rootOf(k) && one(s.Action) == "kms:*" {
			return "the default one"
		}
	}
	return "another one"
}

// one is a text that may stand alone or in a list.
func one(value any) string {
	if list, is := value.([]any); is && len(list) == 1 {
		value = list[0]
	}
	text, _ := value.(string)
	return text
}

func furnished(body []byte) string {
	var answer struct {
		Aliases []kms.AliasListEntry
		Tags    []kms.Tag
		Grants  []kms.GrantListEntry
	}
	if json.Unmarshal(body, &answer) != nil {
		return broken
	}
	var items []string
	for _, t := range answer.Tags {
		if t.TagKey != nil && t.TagValue != nil {
			items = append(items, *t.TagKey+"="+*t.TagValue)
		}
	}
	for i := range answer.Grants {
		items = append(items, "a grant of "+strings.Join(answer.Grants[i].Operations, ", "))
	}
	for range answer.Aliases {
		items = append(items, "an alias")
	}
	sort.Strings(items)
	return orAbsent(strings.Join(items, "; "))
}

func rootOf(k *held) string {
	parts := strings.SplitN(k.arn, ":", 6)
	if len(parts) < 6 {
		return k.arn
	}
	return "arn:" + parts[1] + ":iam::" + parts[4] + ":root"
}

func rootPolicy(k *held) string {
	return `{"Version":"2012-10-17","Id":"kmsconform","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow",` +
		`"Principal":{"AWS":"` + rootOf(k) + `"},"Action":["kms:*"],"Resource":"*"}]}`
}

// randomHex returns a name that no other alias has.
func randomHex() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // crypto/rand.Read does not fail
	return hex.EncodeToString(b)
}
