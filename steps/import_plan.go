package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/fixtures/material"
)

// importPlan is what a sentence says about an import; the zero plan imports the key's own material in the usual
// wrapping, not expiring.
type importPlan struct {
	of            *imported          // which of the key's materials; nil: the first
	material      *material.Material // instead of it: one that is none of the key's
	plaintext     []byte             // instead of the material's bytes: a malformed one
	algorithm     string
	wrappingKey   string
	fetchedBefore bool // with the parameters that were fetched before
	tokenOf       *key // with the token (and wrapping key) of that key
	wrappedFor    bool // wrapped for an older token than the one sent
	wrapAs        string
	token         func([]byte) []byte        // what is done to the token
	blob          func([]byte) []byte        // what is done to the blob after wrapping
	validTo       func() (*time.Time, error) // read when the import is sent: parameters may have to be waited for
	model         types.ExpirationModelType
	unsaid        bool // neither an expiration model nor a date
	importType    types.ImportType
	description   *string
	materialID    *string
}

// planFor says which material a sentence means: one of the key's, a new one that becomes one of the key's, or one that is
// none of them.
func planFor(k *key, which string) (importPlan, error) {
	var plan importPlan
	switch ordinal, _ := strings.CutPrefix(which, "the "); {
	case which == "the same":
	case which == "other":
		m, err := otherMaterial(k)
		plan.material = &m
		return plan, err
	case which == "new":
		m, err := newMaterial(k.spec)
		k.imported = imported{material: m}
		return plan, err
	case strings.HasPrefix(which, "a "):
		if slices.Index(ordinals, which[len("a "):]) != len(k.later)+1 {
			return plan, fmt.Errorf("the scenario imports %s material, and the key has %d so far", which, len(k.later)+1)
		}
		m, err := otherMaterial(k)
		plan.of = &imported{material: m}
		k.later = append(k.later, plan.of)
		return plan, err
	default:
		of, err := k.nth(ordinal)
		plan.of = of
		return plan, err
	}
	return plan, nil
}

// otherMaterial returns material for the key's spec that is certainly none of the key's.
func otherMaterial(k *key) (material.Material, error) {
	for {
		m, err := newMaterial(k.spec)
		if err != nil || !m.Equal(k.material) && !slices.ContainsFunc(k.later, func(i *imported) bool { return m.Equal(i.material) }) {
			return m, err
		}
	}
}

// a variant is a phrase that changes an import, and how.
type variant struct {
	phrase *regexp.Regexp
	apply  func(s *Scenario, p *importPlan, k *key, words []string) error
}

// vary applies the phrases of a sentence to a plan, from left to right.
func (s *Scenario) vary(p *importPlan, k *key, phrases string) error {
	for rest := phrases; rest != ""; {
		matched := false
		for _, v := range importVariants {
			if m := v.phrase.FindStringSubmatch(rest); m != nil {
				if err := v.apply(s, p, k, m[1:]); err != nil {
					return err
				}
				rest, matched = rest[len(m[0]):], true
				break
			}
		}
		if !matched {
			return fmt.Errorf("the import %q says something that no phrase matches", rest)
		}
	}
	return nil
}

// number reads a count of at most 100,000 from a sentence.
func number(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 100_000 {
		return 0, fmt.Errorf("%q is not a number from 0 to 100000", s)
	}
	return n, nil
}
