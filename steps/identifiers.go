package steps

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// identifiers are the ways a sentence can name a key, and what is sent for each.
var identifiers = []struct {
	phrase string
	value  func(s *Scenario, k *key, from origin, words []string) (string, error)
}{
	{`the key's id`, func(_ *Scenario, k *key, _ origin, _ []string) (string, error) { return k.id, nil }},
	{`the key's ARN`, func(_ *Scenario, k *key, _ origin, _ []string) (string, error) { return k.arn, nil }},
	{`the replica's ARN`, func(s *Scenario, _ *key, _ origin, _ []string) (string, error) {
		r, err := s.theReplica()
		if err != nil {
			return "", err
		}
		return r.arn, nil
	}},
	{`the key's id without dashes`, func(_ *Scenario, k *key, _ origin, _ []string) (string, error) {
		return strings.ReplaceAll(k.id, "-", ""), nil
	}},
	{`the key's ARN in another partition`, func(_ *Scenario, k *key, _ origin, _ []string) (string, error) {
		return replacePart(k.arn, 1, "aws-cn"), nil
	}},
	{`the key's ARN in another service`, func(_ *Scenario, k *key, _ origin, _ []string) (string, error) {
		return replacePart(k.arn, 2, "iam"), nil
	}},
	{`the key's ARN without its id`, func(_ *Scenario, k *key, _ origin, _ []string) (string, error) {
		return replacePart(k.arn, 5, "key"), nil
	}},
	{`an alias of the key`, func(_ *Scenario, k *key, _ origin, _ []string) (string, error) { return k.alias, nil }},
	{`the ARN of an alias of the key`, func(_ *Scenario, k *key, _ origin, _ []string) (string, error) {
		return replacePart(k.arn, 5, k.alias), nil
	}},
	{`an alias that does not exist`, func(s *Scenario, k *key, _ origin, _ []string) (string, error) {
		name := "alias/kmsconform-" + randomHex(8)
		s.placed["alias ARN"] = replacePart(k.arn, 5, name)
		return name, nil
	}},
	{`a key id that does not exist`, func(_ *Scenario, _ *key, _ origin, _ []string) (string, error) { return randomUUID(), nil }},
	{`an mrk- key id that does not exist`, func(_ *Scenario, _ *key, _ origin, _ []string) (string, error) {
		return "mrk-" + randomHex(16), nil
	}},
	{`the ARN of a key that does not exist`, func(_ *Scenario, k *key, _ origin, _ []string) (string, error) {
		return replacePart(k.arn, 5, "key/"+randomUUID()), nil
	}},
	{`the text "([^"]*)"`, func(_ *Scenario, _ *key, _ origin, w []string) (string, error) { return w[0], nil }},
	{`a text of (\d+) characters`, func(_ *Scenario, _ *key, _ origin, w []string) (string, error) {
		n, err := number(w[0])
		return strings.Repeat("k", n), err
	}},
}

// identifierPattern is the alternation of all identifier phrases.
func identifierPattern() string {
	phrases := make([]string, len(identifiers))
	for i, id := range identifiers {
		phrases[i] = uncaptured(id.phrase)
	}
	return strings.Join(phrases, "|")
}

var identifierPhrases = compileIdentifiers()

func compileIdentifiers() []*regexp.Regexp {
	phrases := make([]*regexp.Regexp, len(identifiers))
	for i, id := range identifiers {
		phrases[i] = regexp.MustCompile(`^(?:` + id.phrase + `)$`)
	}
	return phrases
}

// identifier returns what a phrase stands for, and names it for messages that quote it.
func (s *Scenario) identifier(phrase string, k *key, from origin) (string, error) {
	for i, re := range identifierPhrases {
		m := re.FindStringSubmatch(phrase)
		if m == nil {
			continue
		}
		if k == nil {
			k = &key{}
		}
		value, err := identifiers[i].value(s, k, from, m[1:])
		if err != nil {
			return "", err
		}
		s.placed["identifier"] = value
		s.placed["missing ARN"] = s.expanded(value, from)
		return value, nil
	}
	return "", fmt.Errorf("%q names no key: say for example \"the key's ARN\"", phrase)
}

// expanded is the ARN that KMS makes of a bare key id: in the caller's account and Region (DIKM-IDENT-05, DIKM-AUTH-04).
func (s *Scenario) expanded(id string, from origin) string {
	if strings.HasPrefix(id, "arn:") {
		return id
	}
	t := s.session.Target()
	return "arn:aws:kms:" + t.Regions[from.region] + ":" + t.Callers[from.caller].Account + ":key/" + id
}

// replacePart replaces one of an ARN's six parts: arn, partition, service, Region, account, resource.
func replacePart(arn string, part int, with string) string {
	parts := strings.SplitN(arn, ":", 6)
	if part < len(parts) {
		parts[part] = with
	}
	return strings.Join(parts, ":")
}

func randomUUID() string {
	h := []byte(randomHex(16))
	h[12], h[16] = '4', 'a' // version 4, variant 1: well-formed by every parser's rules
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[0:8], h[8:12], h[12:16], h[16:20], h[20:32])
}

// materialIDs are the KeyMaterialIds that a sentence can name and that are none of the key's, most of them malformed.
var materialIDs = map[string]string{
	"63 hexadecimal digits":            strings.Repeat("a", 63),
	"65 hexadecimal digits":            strings.Repeat("a", 65),
	"64 upper-case hexadecimal digits": strings.Repeat("A", 64),
	"64 characters, one of them g":     strings.Repeat("a", 63) + "g",
	"no characters":                    "",
	"another key's material":           strings.Repeat("ab", 32),
}

const materialIDPattern = `63 hexadecimal digits|65 hexadecimal digits|64 upper-case hexadecimal digits|64 characters, one of them g|no characters|another key's material`

// calledWith is the When that names the key in a particular way.
func (s *Scenario) calledWith(ctx context.Context, operation, elsewhere, phrase, materialID string) error {
	from := owner
	if elsewhere != "" {
		from.region = "replica"
	}
	return s.callWith(ctx, operation, from, phrase, materialID)
}

func (s *Scenario) callWith(ctx context.Context, operation string, from origin, phrase, materialID string) error {
	k := &key{}
	if len(s.keys) > 0 {
		k = s.keys[0]
	}
	if _, err := s.client(from); err != nil { // before an identifier is made for a caller the target lacks
		return err
	}
	var o options
	if phrase != "" {
		id, err := s.identifier(phrase, k, from)
		if err != nil {
			return err
		}
		o.keyID = &id
	}
	if materialID != "" {
		o.materialID = aws.String(materialIDs[materialID])
	}
	return s.record(s.operate(ctx, operation, k, from, o))
}
