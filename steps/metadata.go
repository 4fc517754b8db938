package steps

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"crypto/rsa"
	"crypto/x509"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/cucumber/godog"
)

func orAbsent(s string) string {
	if s == "" {
		return "absent"
	}
	return s
}

// describeShows is the Then about DescribeKey's members.
func (s *Scenario) describeShows(ctx context.Context, table *godog.Table) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	s.result.Assertions += len(table.Rows)
	return s.becomes(ctx, func(ctx context.Context) error {
		members, err := s.describe(ctx, k)
		if err != nil {
			return err
		}
		return s.compare(k, members, table)
	})
}

// answerHas is the Then about the members of the last answer.
func (s *Scenario) answerHas(_ context.Context, table *godog.Table) error {
	o, k, err := s.lastOnKey()
	if err != nil {
		return err
	}
	s.result.Assertions += len(table.Rows)
	if o.refusal != nil {
		return &Mismatch{Expected: "an answer of " + o.operation, Actual: o.String()}
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(o.exchange.ResponseBody(), &members); err != nil {
		return &Mismatch{Expected: "an answer of " + o.operation + " that is a JSON object", Actual: "an answer that is not"}
	}
	return lacking(o.operation, members, s.compare(k, members, table))
}

// lacking names the requirement that an answer has a member at all, where a scenario asks for more than that and there is
// none.
func lacking(operation string, members map[string]json.RawMessage, err error) error {
	requirement := map[string]string{"DeleteImportedKeyMaterial": "DIKM-WIRE-03", "ImportKeyMaterial": "DIKM-REIMP-11"}[operation]
	var m *Mismatch
	if requirement == "" || !errors.As(err, &m) {
		return err
	}
	name, _, _ := strings.Cut(m.Expected, " ")
	if _, is := members[name]; !is {
		m.Requirement, m.exact = requirement, true
	}
	return err
}

// createdShows is the Then about CreateKey's KeyMetadata.
func (s *Scenario) createdShows(_ context.Context, table *godog.Table) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	s.result.Assertions += len(table.Rows)
	members, err := metadataIn(o)
	if err != nil {
		return err
	}
	return s.compare(&key{}, members, table)
}

// compare holds every row of a table, a member and what it is, against an answer's members.
func (s *Scenario) compare(k *key, members map[string]json.RawMessage, table *godog.Table) error {
	for _, row := range table.Rows {
		if len(row.Cells) != 2 {
			return fmt.Errorf("a table of members has two columns, a member and its value; this one has %d", len(row.Cells))
		}
		name, want := row.Cells[0].Value, row.Cells[1].Value
		raw, is := members[name]
		got := "absent"
		if is && string(raw) != "null" {
			got = plain(raw)
		}
		holds, err := s.isValue(k, got, want)
		if err != nil {
			return err
		}
		if !holds {
			return &Mismatch{Expected: name + " " + s.meant(k, want), Actual: name + " " + printable(name, got)}
		}
	}
	return nil
}

// printable keeps a token or a plaintext out of a divergence.
func printable(member, value string) string {
	if (member == "ImportToken" || member == "Plaintext") && value != "absent" {
		return fmt.Sprintf("[%d characters]", len(value))
	}
	return value
}

// plain renders a JSON value: strings without quotes, anything else as it is.
func plain(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

var (
	hex64 = regexp.MustCompile(`^[0-9a-f]{64}$`)
	mrkID = regexp.MustCompile(`^mrk-[0-9a-f]{32}$`)
)

// isValue says whether a member's value is what a sentence calls it.
func (s *Scenario) isValue(k *key, got, want string) (bool, error) {
	span, isTime := strings.CutPrefix(want, "a time ")
	count, isCount := strings.CutSuffix(want, " characters")
	switch {
	case want == "present":
		return got != "absent" && got != "", nil
	case want == "the key's ARN":
		return got == k.arn, nil
	case isMaterial(want):
		id, err := k.materialNamed(want)
		return got != "absent" && got == id, err
	case want == "the replica's ARN":
		return s.replica != nil && got == s.replica.arn, nil
	case want == "mrk- and more":
		return strings.HasPrefix(got, "mrk-"), nil
	case want == "mrk- and 32 hexadecimal digits":
		return mrkID.MatchString(got), nil
	case want == "64 hexadecimal digits":
		return hex64.MatchString(got), nil
	case want == "the requested time":
		return sameTime(got, s.expires, 0), nil
	case want == "an RSA_2048 public key":
		return isRSAKey(got, 2048), nil
	case isCount:
		n, err := number(count)
		return len(got) == n, err
	case isTime:
		d, err := duration(strings.TrimSuffix(span, " from now"))
		// A call may take a while and clocks differ: a few minutes of a day do not matter here.
		return sameTime(got, s.now().Add(d), 5*time.Minute), err
	default:
		return got == want, nil
	}
}

// meant adds the value behind a name, for a divergence that can be read alone.
func (s *Scenario) meant(k *key, want string) string {
	if isMaterial(want) {
		id, _ := k.materialNamed(want)
		return want + ", " + orAbsent(id)
	}
	switch want {
	case "the key's ARN":
		return k.arn
	case "the requested time":
		return fmt.Sprintf("the requested time, %d", s.expires.Unix())
	default:
		return want
	}
}

func sameTime(got string, want time.Time, within time.Duration) bool {
	var seconds float64
	if json.Unmarshal([]byte(got), &seconds) != nil {
		return false
	}
	difference := time.Duration((seconds - float64(want.UnixMilli())/1000) * float64(time.Second)).Abs()
	return difference <= within
}

func isRSAKey(base64DER string, bits int) bool {
	der, err := base64.StdEncoding.DecodeString(base64DER)
	if err != nil {
		return false
	}
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return false
	}
	key, is := public.(*rsa.PublicKey)
	return is && key.N.BitLen() == bits
}

// differentMaterialIDs compares the two keys' CurrentKeyMaterialIds.
func (s *Scenario) differentMaterialIDs(ctx context.Context) error {
	var ids []string
	for _, which := range []string{"the key", "the other key"} {
		k, err := s.key(which)
		if err != nil {
			return err
		}
		members, err := s.describe(ctx, k)
		if err != nil {
			return err
		}
		raw, is := members["CurrentKeyMaterialId"]
		if !is {
			err := s.check(false, "DescribeKey shows a CurrentKeyMaterialId for "+which, "none")
			return s.reached(err, "DIKM-DESC-02")
		}
		ids = append(ids, plain(raw))
	}
	return s.check(ids[0] != ids[1], "two different CurrentKeyMaterialIds", "twice "+ids[0])
}

// listKeysNames pages through ListKeys until it meets the key.
func (s *Scenario) listKeysNames(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	c, err := s.client(owner)
	if err != nil {
		return err
	}
	in := &kms.ListKeysInput{Limit: aws.Int32(1000)}
	for range 200 { // 200,000 keys; the quota is 100,000 (DIKM-QUOTA-04)
		o, err := invoke(ctx, s, "ListKeys", c.ListKeys, in)
		if err != nil {
			return err
		}
		if o.refusal != nil {
			return s.check(false, "ListKeys succeeds", o.String())
		}
		answer := o.answer.(*kms.ListKeysOutput)
		for _, entry := range answer.Keys {
			if aws.ToString(entry.KeyArn) == k.arn {
				return s.check(true, "", "")
			}
		}
		if !answer.Truncated || answer.NextMarker == nil {
			break
		}
		in.Marker = answer.NextMarker
	}
	return s.check(false, "ListKeys names "+k.arn, "a listing without it")
}
