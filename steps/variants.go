package steps

import (
	"bytes"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// importPhrases are the sources of importVariants, one place for the step's pattern and for its meaning.
var importPhrases = []struct {
	phrase string
	apply  func(s *Scenario, p *importPlan, k *key, words []string) error
}{
	// Wrapping.
	{`, wrapped with (\w+) under (\w+)`, func(_ *Scenario, p *importPlan, _ *key, w []string) error {
		p.algorithm, p.wrappingKey = w[0], w[1]
		return nil
	}},
	{`, wrapped for an older token`, func(_ *Scenario, p *importPlan, _ *key, _ []string) error {
		p.wrappedFor = true
		return nil
	}},
	{`, wrapped with another hash than was asked`, func(_ *Scenario, p *importPlan, _ *key, _ []string) error {
		p.algorithm, p.wrappingKey = string(types.AlgorithmSpecRsaesOaepSha256), string(types.WrappingKeySpecRsa2048)
		p.wrapAs = string(types.AlgorithmSpecRsaesOaepSha1)
		return nil
	}},
	{`, altered after wrapping`, func(_ *Scenario, p *importPlan, _ *key, _ []string) error {
		p.blob = flipped
		return nil
	}},
	{`, truncated after wrapping`, func(_ *Scenario, p *importPlan, _ *key, _ []string) error {
		p.blob = truncated
		return nil
	}},
	{` with EncryptedKeyMaterial of (\d+) bytes`, func(_ *Scenario, p *importPlan, _ *key, w []string) error {
		n, err := number(w[0])
		p.blob = func([]byte) []byte { return make([]byte, n) }
		return err
	}},

	// The token.
	{` with ImportToken of (\d+) bytes`, func(_ *Scenario, p *importPlan, _ *key, w []string) error {
		n, err := number(w[0])
		p.token = func([]byte) []byte { return make([]byte, n) }
		return err
	}},
	{` with a token of the other key`, func(s *Scenario, p *importPlan, _ *key, _ []string) error {
		other, err := s.key("the other key")
		p.tokenOf = other
		return err
	}},
	{` with a token that is (garbage|truncated|altered)`, func(_ *Scenario, p *importPlan, _ *key, w []string) error {
		p.token = map[string]func([]byte) []byte{
			"garbage":   func(t []byte) []byte { return bytes.Repeat([]byte("kmsconform"), len(t)/10+1) },
			"truncated": truncated,
			"altered":   flipped,
		}[w[0]]
		return nil
	}},
	{` with the parameters fetched before`, func(_ *Scenario, p *importPlan, _ *key, _ []string) error {
		p.fetchedBefore = true
		return nil
	}},

	// Expiry.
	{`,? without saying whether it expires`, func(_ *Scenario, p *importPlan, _ *key, _ []string) error {
		p.unsaid = true
		return nil
	}},
	{` as not expiring, with a date`, func(s *Scenario, p *importPlan, _ *key, _ []string) error {
		p.model = types.ExpirationModelTypeKeyMaterialDoesNotExpire
		p.validTo = s.in("30 days")
		return nil
	}},
	{`, expiring in (\d+ \w+)`, func(s *Scenario, p *importPlan, _ *key, w []string) error {
		p.validTo = s.in(w[0])
		return nil
	}},
	{`, expiring an hour ago`, func(s *Scenario, p *importPlan, _ *key, _ []string) error {
		p.validTo = func() (*time.Time, error) { return aws.Time(s.now().Add(-time.Hour).Truncate(time.Second)), nil }
		return nil
	}},

	// Import type, id and description.
	{` as (NEW_KEY_MATERIAL|EXISTING_KEY_MATERIAL)`, func(_ *Scenario, p *importPlan, _ *key, w []string) error {
		p.importType = types.ImportType(w[0])
		return nil
	}},
	{`, naming its id`, func(_ *Scenario, p *importPlan, k *key, _ []string) error {
		p.materialID = &k.materialID
		if p.of != nil {
			p.materialID = &p.of.materialID
		}
		return nil
	}},
	{`, naming an(?:other)? id`, func(_ *Scenario, p *importPlan, _ *key, _ []string) error {
		p.materialID = aws.String(randomHex(32))
		return nil
	}},
	{` with a description that is (longer than 256 characters|made of other characters|256 characters long)`,
		func(_ *Scenario, p *importPlan, _ *key, w []string) error {
			p.description = aws.String(map[string]string{
				"longer than 256 characters": strings.Repeat("a", 257),
				"made of other characters":   "material; drop <all>",
				"256 characters long":        strings.Repeat("a", 256),
			}[w[0]])
			return nil
		}},

	// The wrong form.
	{`, of (\d+) bytes`, func(_ *Scenario, p *importPlan, _ *key, w []string) error {
		n, err := number(w[0])
		p.plaintext = bytes.Repeat([]byte{0x5a}, n)
		return err
	}},
	{`, in PKCS #1`, func(_ *Scenario, p *importPlan, k *key, _ []string) (err error) {
		p.plaintext, err = k.material.PKCS1()
		return err
	}},
	{`, of another key spec`, func(_ *Scenario, p *importPlan, k *key, _ []string) error {
		other := types.KeySpecEccNistP384
		if strings.HasPrefix(string(k.spec), "RSA_") {
			other = types.KeySpecRsa3072
		}
		m, err := newMaterial(other)
		p.material = &m
		return err
	}},
	{`, that is not a private key`, func(_ *Scenario, p *importPlan, _ *key, _ []string) error {
		p.plaintext = bytes.Repeat([]byte{0x5a}, 64)
		return nil
	}},
}

var importVariants = compileVariants()

func compileVariants() []variant {
	variants := make([]variant, len(importPhrases))
	for i, p := range importPhrases {
		variants[i] = variant{phrase: regexp.MustCompile(`^` + p.phrase), apply: p.apply}
	}
	return variants
}

// importPhrasePattern is the alternation of all phrases, without captures, for the step's own pattern.
func importPhrasePattern() string {
	phrases := make([]string, len(importPhrases))
	for i, p := range importPhrases {
		phrases[i] = uncaptured(p.phrase)
	}
	return strings.Join(phrases, "|")
}

// uncaptured turns capturing groups into plain ones.
func uncaptured(pattern string) string {
	return strings.ReplaceAll(strings.ReplaceAll(pattern, "(?:", "("), "(", "(?:")
}

func truncated(b []byte) []byte { return b[:len(b)-1] }

// flipped changes one bit in the middle.
func flipped(b []byte) []byte {
	c := bytes.Clone(b)
	c[len(c)/2] ^= 1
	return c
}
