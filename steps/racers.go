package steps

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/fixtures/material"
)

// aCall is a call that needs nothing but to be sent. It runs on a Scenario of its own, because one belongs to one
// goroutine.
type aCall func(ctx context.Context, own *Scenario) (*outcome, error)

// contender prepares the nth call of its kind on a key.
type contender struct {
	phrase  string // a pattern; what it captures is the operation
	kind    string // %s: the operation
	prepare func(ctx context.Context, s *Scenario, k *key, n int, operation string, b *bout) (aCall, error)
}

// contenders are the calls that can race, one place for the step's pattern and for its meaning. A phrase that begins like
// another comes before it.
var contenders = []contender{
	{`deletes? of the pending material`, "delete", func(_ context.Context, _ *Scenario, k *key, _ int, _ string, _ *bout) (aCall, error) {
		of, err := k.nth("second")
		if err != nil {
			return nil, err
		}
		return calling("DeleteImportedKeyMaterial", k, options{materialID: &of.materialID}), nil
	}},
	{`deletes?`, "delete", func(_ context.Context, _ *Scenario, k *key, _ int, _ string, _ *bout) (aCall, error) {
		return calling("DeleteImportedKeyMaterial", k, options{}), nil
	}},
	{`imports? of the same material`, "import", func(ctx context.Context, s *Scenario, k *key, _ int, _ string, b *bout) (aCall, error) {
		b.material = &k.material
		return s.importing(ctx, k, b.material, "")
	}},
	{`imports? of different materials(?: as (NEW_KEY_MATERIAL))?`, "import", func(ctx context.Context, s *Scenario, k *key, _ int, as string, b *bout) (aCall, error) {
		m, err := newMaterial(k.spec)
		if err != nil {
			return nil, err
		}
		b.material = &m
		return s.importing(ctx, k, b.material, types.ImportType(as))
	}},
	{`rotations?`, "rotation", func(_ context.Context, _ *Scenario, k *key, _ int, _ string, _ *bout) (aCall, error) {
		return calling("RotateKeyOnDemand", k, options{}), nil
	}},
	{`uses?`, "use", func(ctx context.Context, s *Scenario, k *key, n int, _ string, _ *bout) (aCall, error) {
		operation := []string{"Encrypt", "Decrypt", "GenerateDataKey"}[n%3]
		if operation != "Decrypt" {
			return calling(operation, k, options{}), nil
		}
		o, err := s.operate(ctx, "Encrypt", k, k.from, options{})
		if _, err = s.need(o, err, ""); err != nil {
			return nil, err
		}
		return calling(operation, k, options{ciphertext: o.answer.(*kms.EncryptOutput).CiphertextBlob}), nil
	}},
	{`calls? of (EnableKey|DisableKey|ScheduleKeyDeletion)`, "call of %s", func(_ context.Context, _ *Scenario, k *key, _ int, operation string, _ *bout) (aCall, error) {
		return calling(operation, k, options{}), nil
	}},
}

// calling is a call as a sentence would make it.
func calling(operation string, k *key, o options) aCall {
	return func(ctx context.Context, own *Scenario) (*outcome, error) {
		return own.operate(ctx, operation, k, k.from, o)
	}
}

// importing prepares an import with parameters of its own (whether a token serves twice is open: OQ-15) and wraps before
// the race, so that only the call is left.
func (s *Scenario) importing(ctx context.Context, k *key, m *material.Material, as types.ImportType) (aCall, error) {
	c, err := s.client(k.from)
	if err != nil {
		return nil, err
	}
	p, o, err := s.fetch(ctx, c, k, &k.id, "", "")
	if _, err = s.need(o, err, "DIKM-REIMP-18"); err != nil {
		return nil, err
	}
	blob, err := wrap(k, p, importPlan{material: m})
	if err != nil {
		return nil, err
	}
	in := &kms.ImportKeyMaterialInput{
		KeyId: &k.id, ImportToken: p.token, EncryptedKeyMaterial: blob, ImportType: as,
		ExpirationModel: types.ExpirationModelTypeKeyMaterialDoesNotExpire,
	}
	return func(ctx context.Context, own *Scenario) (*outcome, error) {
		return invoke(ctx, own, "ImportKeyMaterial", c.ImportKeyMaterial, in)
	}, nil
}

// starter is how many of a contender race.
type starter struct {
	contender
	operation string
	count     int
}

var (
	aCount       = `an?|\d+`
	aStarter     = regexp.MustCompile(`^(?:, | and )?(` + aCount + `) `)
	contendersIn = compileContenders()
)

func compileContenders() []*regexp.Regexp {
	patterns := make([]*regexp.Regexp, len(contenders))
	for i, c := range contenders {
		patterns[i] = regexp.MustCompile(`^` + c.phrase)
	}
	return patterns
}

// startersPattern is a list of contenders, without captures, for the step's own pattern.
func startersPattern() string {
	phrases := make([]string, len(contenders))
	for i, c := range contenders {
		phrases[i] = uncaptured(c.phrase)
	}
	one := `(?:` + aCount + `) (?:` + strings.Join(phrases, "|") + `)`
	return one + `(?:(?:, | and )` + one + `)*`
}

// startersOf reads a list of contenders, such as "a delete and 6 uses".
func startersOf(list string) ([]starter, error) {
	var all []starter
	callers := 0
	for rest := list; rest != ""; {
		m := aStarter.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("the race of %q does not say how many race from %q on: say for example \"a delete and 6 uses\"", list, rest)
		}
		rest = rest[len(m[0]):]
		n := 1
		if !strings.HasPrefix(m[1], "a") {
			n, _ = strconv.Atoi(m[1]) // digits only: what is too long fails the bound
		}
		if callers += n; n < 1 || callers > maxCallers {
			return nil, fmt.Errorf("a race has 1 to %d callers", maxCallers)
		}
		of := starter{count: n}
		for i, pattern := range contendersIn {
			if w := pattern.FindStringSubmatch(rest); w != nil {
				of.contender, rest = contenders[i], rest[len(w[0]):]
				if len(w) > 1 {
					of.operation = w[1]
				}
				break
			}
		}
		if of.prepare == nil {
			return nil, fmt.Errorf("the race of %q has something that cannot race: %q", list, rest)
		}
		all = append(all, of)
	}
	return all, nil
}
