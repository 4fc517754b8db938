package race

import (
	"slices"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
)

// request is a step as the rules take it.
func (s *spec) request(step Step) kms.Request {
	key := pointer(s.key)
	switch step.Operation {
	case listRotations:
		return &kms.ListKeyRotationsInput{KeyId: key, IncludeKeyMaterial: pointer("ALL_KEY_MATERIAL")}
	case encrypt:
		return &kms.EncryptInput{KeyId: key, Plaintext: message}
	case decrypt:
		return &kms.DecryptInput{
			KeyId: key, CiphertextBlob: []byte{0}, Origin: &kms.CiphertextOrigin{KeyARN: s.key, MaterialID: s.ids[step.Material]},
		}
	case dataKey:
		return &kms.GenerateDataKeyInput{KeyId: key, KeySpec: pointer("AES_256")}
	case importMaterial:
		return s.importOf(step)
	case deleteMaterial:
		in := &kms.DeleteImportedKeyMaterialInput{KeyId: key}
		if step.Material != "" {
			in.KeyMaterialId = pointer(s.ids[step.Material])
		}
		return in
	case enableKey:
		return &kms.EnableKeyInput{KeyId: key}
	case disableKey:
		return &kms.DisableKeyInput{KeyId: key}
	case schedule:
		return &kms.ScheduleKeyDeletionInput{KeyId: key, PendingWindowInDays: pointer[int32](waitingDays)}
	case cancel:
		return &kms.CancelKeyDeletionInput{KeyId: key}
	case rotate:
		return &kms.RotateKeyOnDemandInput{KeyId: key}
	default:
		return &kms.DescribeKeyInput{KeyId: key}
	}
}

// importOf is an import whose token and blob are in order.
func (s *spec) importOf(step Step) kms.Request {
	in := &kms.ImportKeyMaterialInput{
		KeyId: pointer(s.key), ImportToken: []byte{0}, EncryptedKeyMaterial: []byte{0},
		ExpirationModel: pointer(string(kms.MaterialDoesNotExpire)),
		Opened: kms.OpenedImport{
			TokenKeyARN: s.key, TokenValidTo: modelNow.Add(24 * time.Hour), Material: pointer(modelMaterial(step.Material)),
			Fits: []kms.KeySpec{"SYMMETRIC_DEFAULT"},
		},
	}
	if step.Type != "" {
		in.ImportType = pointer(step.Type)
	}
	return in
}

// outcome is an answer of the rules in symbols.
func (s *spec) outcome(answer kms.Answer, refused *kms.Error) Outcome {
	if refused != nil {
		return Outcome{Refusal: refused.Code}
	}
	switch a := answer.(type) {
	case kms.DescribeKeyOutput:
		return Outcome{State: string(a.KeyMetadata.KeyState), Material: s.symbols[a.KeyMetadata.CurrentKeyMaterialId]}
	case kms.ListKeyRotationsOutput:
		o := Outcome{Listed: []Listed{}}
		for _, e := range a.Rotations {
			o.Listed = append(o.Listed, Listed{s.symbols[e.KeyMaterialId], string(e.KeyMaterialState), string(e.ImportState)})
		}
		sortListed(o.Listed)
		return o
	case kms.ImportKeyMaterialOutput:
		return Outcome{Material: s.symbols[a.KeyMaterialId]}
	case kms.DeleteImportedKeyMaterialOutput:
		return Outcome{Material: s.symbols[a.KeyMaterialId]}
	case kms.ScheduleKeyDeletionOutput:
		return Outcome{State: string(a.KeyState)}
	case *kms.Task:
		if a.Request.Operation() == encrypt { // whose answer names no material
			return Outcome{}
		}
		return Outcome{Material: s.symbols[a.MaterialID]}
	default:
		return Outcome{}
	}
}

func sortListed(list []Listed) {
	slices.SortFunc(list, func(a, b Listed) int { return strings.Compare(a.Material+a.State, b.Material+b.State) })
}
