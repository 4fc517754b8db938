package steps

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/fixtures/material"
)

// importParameters is what GetParametersForImport handed out.
type importParameters struct {
	token, publicKey []byte
	algorithm        string
}

// usualWrapping is the cheapest wrapping that the key spec allows.
func usualWrapping(spec types.KeySpec) (algorithm, wrappingKey string) {
	switch {
	case strings.HasPrefix(string(spec), "RSA_"):
		return string(types.AlgorithmSpecRsaAesKeyWrapSha256), string(types.WrappingKeySpecRsa2048)
	case spec == types.KeySpecEccNistP521: // too long for OAEP under RSA_2048
		return string(types.AlgorithmSpecRsaAesKeyWrapSha256), string(types.WrappingKeySpecRsa2048)
	default:
		return string(types.AlgorithmSpecRsaesOaepSha256), string(types.WrappingKeySpecRsa2048)
	}
}

func newMaterial(spec types.KeySpec) (material.Material, error) {
	return material.New(string(spec), rand.Reader)
}

// fetch calls GetParametersForImport. A refusal is an outcome without parameters.
func (s *Scenario) fetch(ctx context.Context, c *kms.Client, k *key, id *string, algorithm, wrappingKey string) (*importParameters, *outcome, error) {
	o, err := getParameters(ctx, s, c, k, id, options{algorithm: algorithm, wrappingKey: wrappingKey})
	if err != nil || o.refusal != nil {
		return nil, o, err
	}
	if algorithm == "" {
		algorithm, _ = usualWrapping(k.spec)
	}
	answer := o.answer.(*kms.GetParametersForImportOutput)
	if len(answer.PublicKey) == 0 || len(answer.ImportToken) == 0 {
		return nil, nil, &Mismatch{
			Requirement: "DIKM-REIMP-18",
			Expected:    "GetParametersForImport answers PublicKey and ImportToken",
			Actual:      "an answer without them",
		}
	}
	return &importParameters{token: answer.ImportToken, publicKey: answer.PublicKey, algorithm: algorithm}, o, nil
}

// fetched is the Given that keeps parameters for later.
func (s *Scenario) fetched(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	c, err := s.client(k.from)
	if err != nil {
		return err
	}
	p, o, err := s.fetch(ctx, c, k, &k.id, "", "")
	if _, err = s.need(o, err, "DIKM-REIMP-18"); err != nil {
		return err
	}
	s.params = p
	return nil
}

// importWith imports by plan. Where GetParametersForImport refuses, that refusal is the outcome.
func (s *Scenario) importWith(ctx context.Context, c *kms.Client, k *key, id *string, plan importPlan) (*outcome, error) {
	parameters, o, err := s.parametersFor(ctx, c, k, id, plan)
	if err != nil || parameters == nil {
		return o, err
	}
	blob, err := wrap(k, parameters, plan)
	if err != nil {
		return nil, err
	}
	token := parameters.token
	if plan.token != nil {
		token = plan.token(token)
	}
	var validTo *time.Time
	if plan.validTo != nil {
		if validTo, err = plan.validTo(); err != nil {
			return nil, err
		}
	}
	in := &kms.ImportKeyMaterialInput{
		KeyId: id, ImportToken: token, EncryptedKeyMaterial: blob, ValidTo: validTo, ExpirationModel: plan.model,
		ImportType: plan.importType, KeyMaterialDescription: plan.description, KeyMaterialId: plan.materialID,
	}
	if in.ExpirationModel == "" && !plan.unsaid {
		in.ExpirationModel = types.ExpirationModelTypeKeyMaterialDoesNotExpire
		if validTo != nil {
			in.ExpirationModel = types.ExpirationModelTypeKeyMaterialExpires
		}
	}
	o, err = invoke(ctx, s, "ImportKeyMaterial", c.ImportKeyMaterial, in)
	of := plan.of
	if of == nil {
		of = &k.imported
	}
	if err == nil && o.refusal == nil && !of.has {
		of.has, of.materialID = true, aws.ToString(o.answer.(*kms.ImportKeyMaterialOutput).KeyMaterialId)
		if n := slices.Index(k.later, of); n >= 0 {
			s.placed["id of the "+ordinals[n+1]+" material"] = of.materialID
		}
	}
	return o, err
}

func (s *Scenario) parametersFor(ctx context.Context, c *kms.Client, k *key, id *string, plan importPlan) (*importParameters, *outcome, error) {
	if plan.fetchedBefore {
		if s.params == nil {
			return nil, nil, errors.New("the scenario uses parameters fetched before: add \"Given parameters for import fetched for the key\"")
		}
		return s.params, nil, nil
	}
	if plan.tokenOf != nil {
		k, id = plan.tokenOf, &plan.tokenOf.id
	}
	parameters, o, err := s.fetch(ctx, c, k, id, plan.algorithm, plan.wrappingKey)
	if err != nil || parameters == nil || !plan.wrappedFor {
		return parameters, o, err
	}
	return s.mixed(ctx, c, k, parameters, plan)
}

// mixed are parameters that do not belong together: the public key of older ones and the token of the newest. Whether an
// older token still serves is not known (DIKM-REIMP-26), so that with it the refusal could be for its age.
func (s *Scenario) mixed(ctx context.Context, c *kms.Client, k *key, older *importParameters, plan importPlan) (*importParameters, *outcome, error) {
	newest, o, err := s.fetch(ctx, c, k, &k.id, plan.algorithm, plan.wrappingKey)
	if err != nil || newest == nil {
		return nil, o, err
	}
	if bytes.Equal(newest.publicKey, older.publicKey) {
		return nil, nil, &Absent{Reason: "needs two wrapping keys, and the target hands out the same one again"}
	}
	newest.publicKey = older.publicKey
	return newest, o, nil
}

// wrap wraps the plan's material as the plan says.
func wrap(k *key, parameters *importParameters, plan importPlan) ([]byte, error) {
	algorithm := parameters.algorithm
	if plan.wrapAs != "" {
		algorithm = plan.wrapAs
	}
	plaintext := plan.plaintext
	if plaintext == nil {
		m := k.material
		switch {
		case plan.material != nil:
			m = *plan.material
		case plan.of != nil:
			m = plan.of.material
		}
		plaintext = m.Bytes()
	}
	blob, err := material.Wrap(plaintext, parameters.publicKey, algorithm, rand.Reader)
	if err != nil {
		return nil, &Mismatch{
			Requirement: "DIKM-REIMP-18",
			Expected:    "a public key that wraps with " + algorithm,
			Actual:      err.Error(),
		}
	}
	if plan.blob != nil {
		blob = plan.blob(blob)
	}
	return blob, nil
}

// mustImport is the import of a Given: it settles before the scenario goes on.
func (s *Scenario) mustImport(ctx context.Context, k *key, plan importPlan) error {
	c, err := s.client(k.from)
	if err != nil {
		return err
	}
	o, err := s.importWith(ctx, c, k, &k.id, plan)
	if _, err = s.need(o, err, importRequirement(k.spec)); err != nil {
		return err
	}
	return s.reached(s.becomesState(ctx, k, types.KeyStateEnabled), "DIKM-REIMP-01")
}

// importRequirement is the requirement by which a key of that spec takes material.
func importRequirement(spec types.KeySpec) string {
	switch {
	case spec == types.KeySpecSymmetricDefault:
		return "DIKM-REIMP-32"
	case strings.HasPrefix(string(spec), "HMAC_"):
		return "DIKM-REIMP-33"
	default:
		return "DIKM-REIMP-34"
	}
}

func (s *Scenario) wasImportedAgain(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	return s.mustImport(ctx, k, importPlan{})
}

// importWasRefused is the Given of an import that the target had to refuse: where it did not, that stands in the way.
func (s *Scenario) importWasRefused(ctx context.Context, which, variants string) error {
	plan, o, err := s.imports(ctx, which, "", variants)
	if err != nil || o.refusal != nil && o.refusal.Status < http.StatusInternalServerError {
		return err
	}
	requirement := "DIKM-REIMP-04"
	if plan.unsaid {
		requirement = "DIKM-EXP-01"
	}
	return &Mismatch{Requirement: requirement, Expected: "the import is refused", Actual: o.String()}
}

// isImported is the When of every import.
func (s *Scenario) isImported(ctx context.Context, which, into, variants string) error {
	_, o, err := s.imports(ctx, which, into, variants)
	return s.record(o, err)
}

// imports makes the import that a sentence speaks of, as its phrases vary it, and returns what it was to be and came to.
func (s *Scenario) imports(ctx context.Context, which, into, variants string) (importPlan, *outcome, error) {
	k, err := s.key(whichOr(into))
	if err != nil {
		return importPlan{}, nil, err
	}
	plan, err := planFor(k, which)
	if err != nil {
		return plan, nil, err
	}
	if err := s.vary(&plan, k, variants); err != nil {
		return plan, nil, err
	}
	c, err := s.client(k.from)
	if err != nil {
		return plan, nil, err
	}
	o, err := s.importWith(ctx, c, k, &k.id, plan)
	return plan, o, err
}

// canBeImported is the Then that an import works, whatever state the key was left in.
func (s *Scenario) canBeImported(ctx context.Context, which string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	if which == "new" {
		m, err := newMaterial(k.spec)
		if err != nil {
			return err
		}
		k.imported = imported{material: m}
	}
	c, err := s.client(k.from)
	if err != nil {
		return err
	}
	o, err := s.importWith(ctx, c, k, &k.id, importPlan{})
	if err != nil {
		return err
	}
	return s.check(o.refusal == nil, "the import succeeds", o.operation+": "+o.String())
}

// backIntoUse enables the key where it is not, and uses it.
func (s *Scenario) backIntoUse(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	state, err := s.state(ctx, k)
	if err != nil {
		return err
	}
	if state == types.KeyStateDisabled {
		o, err := s.operate(ctx, "EnableKey", k, k.from, options{})
		if err != nil {
			return err
		}
		if o.refusal != nil {
			return s.check(false, "EnableKey succeeds", o.String())
		}
	}
	return s.operationOn(ctx, "Encrypt", "the key", "succeeds", "")
}
