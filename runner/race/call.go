package race

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/fixtures/target"
)

// waitingDays is the shortest waiting period of a deletion that KMS takes.
const waitingDays = 7

// throttles are the codes with which a target says that it did nothing because it was asked too often.
var throttles = []string{"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}

// do makes one call and records it. It returns an error only where the round cannot go on: a lost answer is a record.
func (f *field) do(ctx context.Context, caller int, step *Step) error {
	id, ready := f.ready(step)
	if !ready {
		return nil
	}
	ctx, exchange := f.session.Capture(ctx)
	began := time.Since(f.began)
	outcome, err := f.send(ctx, step, id)
	ended := time.Since(f.began)
	e := exchange()
	switch target.Classify(e) {
	case target.Succeeded:
		if err != nil { // done, and the answer cannot be read
			outcome = Outcome{Lost: true}
		}
	case target.Refused:
		if slices.Contains(throttles, e.ErrorCode()) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.throttled++
			return nil
		}
		outcome = Outcome{Refusal: e.ErrorCode()}
	case target.Unimplemented:
		how, _ := target.NotImplemented(e)
		return &unimplemented{step.Operation, how}
	case target.Unanswered:
		failure := target.Failure(err, e)
		var unreachable *target.Unreachable
		if errors.As(failure, &unreachable) || ctx.Err() != nil || e == nil {
			return fmt.Errorf("call %s: %w", step.Operation, failure)
		}
		outcome = Outcome{Lost: true}
	default: // faulted, broken, enveloped: whether it was done is not known
		outcome = Outcome{Lost: true}
	}
	f.record(Call{Step: *step, Outcome: outcome, Caller: caller, Began: began, Ended: ended})
	return nil
}

// ready returns the id of the material that a step names, and whether the step can be made at all.
func (f *field) ready(step *Step) (id *string, ready bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch step.Operation {
	case decrypt:
		return nil, f.ciphertext != nil
	case deleteMaterial:
		if step.Material == "" {
			return nil, true
		}
		known, is := f.ids[step.Material]
		return &known, is
	default:
		return nil, true
	}
}

// record keeps a call, and what later calls need of it. Materials are still named by their ids.
func (f *field) record(c Call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.Step.Operation == importMaterial && c.Outcome.Material != "" {
		f.ids[c.Step.Material] = c.Outcome.Material
	}
	f.calls = append(f.calls, c)
}

// send makes the call of a step with the SDK, and says what a success came to.
func (f *field) send(ctx context.Context, step *Step, materialID *string) (Outcome, error) {
	switch step.Operation {
	case describeKey:
		out, err := f.api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &f.key})
		if err != nil || out.KeyMetadata == nil {
			return Outcome{}, err
		}
		return Outcome{State: string(out.KeyMetadata.KeyState), Material: text(out.KeyMetadata.CurrentKeyMaterialId)}, nil
	case listRotations:
		return f.list(ctx)
	case encrypt:
		out, err := f.api.Encrypt(ctx, &kms.EncryptInput{KeyId: &f.key, Plaintext: message})
		if err == nil {
			f.keep(out.CiphertextBlob)
		}
		return Outcome{}, err
	case decrypt:
		out, err := f.api.Decrypt(ctx, &kms.DecryptInput{KeyId: &f.key, CiphertextBlob: f.ciphertext})
		if err != nil {
			return Outcome{}, err
		}
		if !bytes.Equal(out.Plaintext, message) {
			return Outcome{Refusal: wrongPlaintext}, nil
		}
		return Outcome{Material: text(out.KeyMaterialId)}, nil
	case dataKey:
		out, err := f.api.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{KeyId: &f.key, KeySpec: types.DataKeySpecAes256})
		if err != nil {
			return Outcome{}, err
		}
		return Outcome{Material: text(out.KeyMaterialId)}, nil
	default:
		return f.change(ctx, step, materialID)
	}
}

// change is send for the operations that change the key.
func (f *field) change(ctx context.Context, step *Step, materialID *string) (Outcome, error) {
	var err error
	switch step.Operation {
	case importMaterial:
		with := f.prepared[step]
		out, err := f.api.ImportKeyMaterial(ctx, &kms.ImportKeyMaterialInput{
			KeyId: &f.key, ImportToken: with.token, EncryptedKeyMaterial: with.blob, ImportType: types.ImportType(step.Type),
			ExpirationModel: types.ExpirationModelTypeKeyMaterialDoesNotExpire,
		})
		if err != nil {
			return Outcome{}, err
		}
		return Outcome{Material: text(out.KeyMaterialId)}, nil
	case deleteMaterial:
		out, err := f.api.DeleteImportedKeyMaterial(ctx, &kms.DeleteImportedKeyMaterialInput{KeyId: &f.key, KeyMaterialId: materialID})
		if err != nil {
			return Outcome{}, err
		}
		return Outcome{Material: text(out.KeyMaterialId)}, nil
	case schedule:
		out, err := f.api.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: &f.key, PendingWindowInDays: pointer[int32](waitingDays)})
		if err != nil {
			return Outcome{}, err
		}
		return Outcome{State: string(out.KeyState)}, nil
	case cancel:
		_, err = f.api.CancelKeyDeletion(ctx, &kms.CancelKeyDeletionInput{KeyId: &f.key})
	case enableKey:
		_, err = f.api.EnableKey(ctx, &kms.EnableKeyInput{KeyId: &f.key})
	case disableKey:
		_, err = f.api.DisableKey(ctx, &kms.DisableKeyInput{KeyId: &f.key})
	case rotate:
		_, err = f.api.RotateKeyOnDemand(ctx, &kms.RotateKeyOnDemandInput{KeyId: &f.key})
	default:
		return Outcome{}, fmt.Errorf("the suite has no call for %s", step.Operation)
	}
	return Outcome{}, err
}

func (f *field) list(ctx context.Context) (Outcome, error) {
	out, err := f.api.ListKeyRotations(ctx, &kms.ListKeyRotationsInput{KeyId: &f.key, IncludeKeyMaterial: types.IncludeKeyMaterialAllKeyMaterial})
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{Listed: []Listed{}}
	for i := range out.Rotations {
		e := &out.Rotations[i]
		o.Listed = append(o.Listed, Listed{text(e.KeyMaterialId), string(e.KeyMaterialState), string(e.ImportState)})
	}
	return o, nil
}

// keep keeps the first ciphertext: it is made before the race, while A is the only material.
func (f *field) keep(ciphertext []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ciphertext == nil && !f.racing {
		f.ciphertext = ciphertext
	}
}

// symbolic are the recorded calls with symbols for the ids of materials.
func (f *field) symbolic() []Call {
	symbols := map[string]string{}
	nameless := slices.ContainsFunc(f.calls, func(c Call) bool { // its answer was lost, or tells no id
		_, known := f.ids[c.Step.Material]
		return c.Step.Operation == importMaterial && c.Outcome.Refusal == "" && !known
	})
	for symbol, id := range f.ids {
		symbols[id] = symbol
	}
	name := func(id string) string {
		switch symbol, known := symbols[id]; {
		case id == "":
			return ""
		case known:
			return symbol
		case nameless:
			return someMaterial
		default:
			return foreignMaterial
		}
	}
	calls := slices.Clone(f.calls)
	for i := range calls {
		o := &calls[i].Outcome
		o.Material = name(o.Material)
		if o.Listed != nil {
			o.Listed = slices.Clone(o.Listed)
			for j := range o.Listed {
				o.Listed[j].Material = name(o.Listed[j].Material)
			}
			sortListed(o.Listed)
		}
	}
	slices.SortStableFunc(calls, func(a, b Call) int { return int(a.Began - b.Began) })
	return calls
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
