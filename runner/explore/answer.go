package explore

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
)

// answerOf renames the members of an answer that a sequence can compare.
func (s *side) answerOf(step Step, r reply) (view, error) {
	v := view{}
	k := s.keys[step.Key]
	if r.code != "" || k == nil || step.Operation == Make {
		return v, nil
	}
	switch step.Operation {
	case "CreateKey", "ReplicateKey":
		return s.born(step, r), nil
	case "ListKeyRotations":
		return s.page(step, r), nil
	}
	members := map[string]json.RawMessage{}
	if len(r.body) == 0 || json.Unmarshal(r.body, &members) != nil {
		return v, nil
	}
	for name, raw := range members {
		var value string
		is := json.Unmarshal(raw, &value) == nil
		switch name {
		case "KeyId", "SourceKeyId":
			v[name] = s.keyName(k, value)
		case "KeyMaterialId", "SourceKeyMaterialId", "DestinationKeyMaterialId":
			v[name] = s.idName(step.Key, value)
		case "KeyState":
			v[name] = value
		case "SignatureValid", "MacValid", "Keys", "PendingWindowInDays", "KeyRotationEnabled":
			v[name] = string(raw)
		case "DeletionDate", "ParametersValidTo":
			var at kms.EpochTime
			if v[name] = broken; json.Unmarshal(raw, &at) == nil {
				v[name] = daysAhead(at.Time, s.system.now())
			}
		case "Policy":
			v[name] = policyName(k, r.body)
		case "Plaintext":
			if step.Operation == "Decrypt" {
				v[name] = compared(is, value, message)
			}
		case "PublicKey", "Mac":
			if step.Operation == Fetch || step.Operation == "GetParametersForImport" {
				v[name] = wrappingKeyName(raw)
				continue
			}
			own, err := s.computed(step, k)
			if err != nil {
				return nil, err
			}
			if own != nil {
				v[name] = compared(is, value, own)
			}
		}
	}
	return v, nil
}

func (s *side) keyName(k *held, value string) string {
	switch value {
	case k.arn:
		return "the key's ARN"
	case k.id:
		return "the key's id"
	default:
		return "something else"
	}
}

// computed is what the imported material gives outside of KMS.
func (s *side) computed(step Step, k *held) ([]byte, error) {
	m, is := s.shared.materials[s.shared.bytesOf(step.Key, 1)]
	if !is || k.made {
		return nil, nil
	}
	if step.Operation == "GenerateMac" {
		return m.MAC(message)
	}
	if step.Operation == "GetPublicKey" {
		return m.PublicKeyDER()
	}
	return nil, nil
}

func compared(is bool, base64 string, want []byte) string {
	var got []byte
	quoted, err := json.Marshal(base64)
	if is && err == nil && json.Unmarshal(quoted, &got) == nil && bytes.Equal(got, want) {
		return "what the material gives"
	}
	return "something else"
}

// born is what the answer tells of a key that was made.
func (s *side) born(step Step, r reply) view {
	var answer struct{ KeyMetadata, ReplicaKeyMetadata *kms.KeyMetadata }
	if json.Unmarshal(r.body, &answer) != nil {
		return view{"KeyMetadata": broken}
	}
	m := answer.KeyMetadata
	if step.Operation == "ReplicateKey" {
		m = answer.ReplicaKeyMetadata
	}
	if m == nil {
		return view{"KeyMetadata": absent}
	}
	v := view{
		"KeyState": string(m.KeyState), "Enabled": fmt.Sprint(m.Enabled), "Origin": string(m.Origin), "MultiRegion": fmt.Sprint(m.MultiRegion),
		"KeyId": "of its own", "ExpirationModel": orAbsent(string(m.ExpirationModel)),
	}
	if strings.HasPrefix(m.KeyId, "mrk-") {
		v["KeyId"] = "that of a multi-Region key"
	}
	if m.Origin == kms.OriginExternal {
		v["CurrentKeyMaterialId"] = orAbsent(m.CurrentKeyMaterialId)
	}
	return v
}

// page is what one page of a listing shows. In which order materials are listed is not known, so that of a page that
// cannot hold all of them only the number counts.
func (s *side) page(step Step, r reply) view {
	var answer kms.ListKeyRotationsOutput
	if json.Unmarshal(r.body, &answer) != nil {
		return view{"Rotations": broken}
	}
	v := view{"Truncated": fmt.Sprint(answer.Truncated), "Rotations": fmt.Sprintf("%d entries", len(answer.Rotations))}
	if answer.Truncated {
		return v
	}
	var entries []string
	for i := range answer.Rotations {
		entries = append(entries, s.idName(step.Key, answer.Rotations[i].KeyMaterialId)+" "+string(answer.Rotations[i].KeyMaterialState))
	}
	sort.Strings(entries)
	v["Rotations"] = orAbsent(strings.Join(entries, ", "))
	return v
}

// wrappingKeyName says what a public key to wrap with is.
func wrappingKeyName(raw json.RawMessage) string {
	var der []byte
	if json.Unmarshal(raw, &der) != nil {
		return broken
	}
	public, err := x509.ParsePKIXPublicKey(der)
	key, is := public.(*rsa.PublicKey)
	if err != nil || !is {
		return "no RSA public key as X.509 has it"
	}
	return fmt.Sprintf("RSA_%d", key.N.BitLen())
}
