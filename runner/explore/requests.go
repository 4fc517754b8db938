package explore

import (
	"bytes"
	"strings"

	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
)

// multiRegion is how the name of a kind of multi-Region keys begins.
const multiRegion = "multi-Region "

// specOf turns a kind of key, as the features name it, into its spec and usage.
func specOf(kind string) (spec, usage string) {
	kind = strings.TrimPrefix(kind, multiRegion)
	spec, signing := strings.CutSuffix(kind, " signing")
	switch {
	case kind == "symmetric":
		return "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"
	case strings.HasPrefix(kind, "HMAC_"):
		return spec, "GENERATE_VERIFY_MAC"
	case strings.HasPrefix(kind, "RSA_") && !signing:
		return spec, "ENCRYPT_DECRYPT"
	default:
		return spec, "SIGN_VERIFY"
	}
}

// wrapping is how material of a key spec is wrapped: the cheapest way that KMS allows, as the sentences do it.
func wrapping(spec string) (algorithm, wrappingKey string) {
	if strings.HasPrefix(spec, "RSA_") || spec == "ECC_NIST_P521" {
		return "RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"
	}
	return "RSAES_OAEP_SHA_256", "RSA_2048"
}

func encryptionAlgorithm(k *held) *string {
	if k.spec == "SYMMETRIC_DEFAULT" || k.usage == "GENERATE_VERIFY_MAC" {
		return nil
	}
	return text("RSAES_OAEP_SHA_256")
}

func signingAlgorithm(spec string) *string {
	switch spec {
	case "ECC_NIST_P256", "ECC_SECG_P256K1":
		return text("ECDSA_SHA_256")
	case "ECC_NIST_P384":
		return text("ECDSA_SHA_384")
	case "ECC_NIST_P521":
		return text("ECDSA_SHA_512")
	default:
		return text("RSASSA_PSS_SHA_256")
	}
}

func macAlgorithm(spec string) *string {
	if digits, is := strings.CutPrefix(spec, "HMAC_"); is {
		return text("HMAC_SHA_" + digits)
	}
	return text("HMAC_SHA_256")
}

// message is what is encrypted, signed and authenticated; it is no secret.
var message = []byte("kmsconform")

// madeOr returns what was made, or as many zero bytes where none was: to be refused before they matter.
func (s *side) madeOr(product string, length int) []byte {
	if made := s.made[product]; made != nil {
		return made
	}
	return make([]byte, length)
}

// request is the call that an operation of KMS on a key is, with the parameters that the sentences about it use.
func (s *side) request(step Step, k *held) (kms.Request, error) {
	id := &k.id
	if elsewhere(step.Caller) {
		id = &k.arn
	}
	if step.Operation == "DescribeKey" || step.Operation == remove {
		id = otherIdentifier(step.Variant, k, id)
	}
	switch step.Operation {
	case remove:
		in := &kms.DeleteImportedKeyMaterialInput{KeyId: id}
		if step.Material > 0 {
			of := s.keys[TheKey]
			if step.Key == OtherKey || of == nil || of.ids[step.Material] == "" {
				return nil, errInapplicable // the sentence names materials of the key only
			}
			in.KeyMaterialId = text(of.ids[step.Material])
		}
		if step.Variant == tooShort {
			in.KeyMaterialId = text(strings.Repeat("a", 63))
		}
		return in, nil
	case "DescribeKey":
		return &kms.DescribeKeyInput{KeyId: id}, nil
	case "GetParametersForImport":
		algorithm, wrappingKey := wrapping(k.spec)
		if a, w, other := strings.Cut(step.Variant, " and "); other {
			algorithm, wrappingKey = a, w
		}
		return &kms.GetParametersForImportInput{KeyId: id, WrappingAlgorithm: &algorithm, WrappingKeySpec: &wrappingKey}, nil
	case "RotateKeyOnDemand":
		return &kms.RotateKeyOnDemandInput{KeyId: id}, nil
	case "ListKeyRotations":
		return listing(step, id), nil
	case "UpdatePrimaryRegion":
		return &kms.UpdatePrimaryRegionInput{KeyId: id, PrimaryRegion: text(s.shared.regions["replica"])}, nil
	case "GetKeyRotationStatus":
		return &kms.GetKeyRotationStatusInput{KeyId: id}, nil
	case "EnableKeyRotation":
		return &kms.EnableKeyRotationInput{KeyId: id}, nil
	case "EnableKey":
		return &kms.EnableKeyInput{KeyId: id}, nil
	case "DisableKey":
		return &kms.DisableKeyInput{KeyId: id}, nil
	case "ScheduleKeyDeletion":
		return &kms.ScheduleKeyDeletionInput{KeyId: id, PendingWindowInDays: waitingPeriod(step.Variant)}, nil
	case "CancelKeyDeletion":
		return &kms.CancelKeyDeletionInput{KeyId: id}, nil
	case "GetKeyPolicy":
		return &kms.GetKeyPolicyInput{KeyId: id}, nil
	case "PutKeyPolicy":
		return &kms.PutKeyPolicyInput{KeyId: id, Policy: text(rootPolicy(k))}, nil
	case "CreateAlias":
		return &kms.CreateAliasInput{AliasName: text("alias/kmsconform-" + randomHex()), TargetKeyId: id}, nil
	case "ListAliases":
		return &kms.ListAliasesInput{KeyId: id}, nil
	case "CreateGrant":
		return &kms.CreateGrantInput{KeyId: id, GranteePrincipal: text(rootOf(k)), Operations: []string{"Encrypt"}, Name: text("kmsconform")}, nil
	case "ListGrants":
		return &kms.ListGrantsInput{KeyId: id}, nil
	case "TagResource":
		return &kms.TagResourceInput{KeyId: id, Tags: []kms.Tag{{TagKey: text("Owner"), TagValue: text("kmsconform")}}}, nil
	case "UntagResource":
		return &kms.UntagResourceInput{KeyId: id, TagKeys: []string{"Owner"}}, nil
	case "ListResourceTags":
		return &kms.ListResourceTagsInput{KeyId: id}, nil
	case "UpdateKeyDescription":
		return &kms.UpdateKeyDescriptionInput{KeyId: id, Description: text("kmsconform, described anew")}, nil
	default:
		return s.use(step, k)
	}
}

// use is the call that uses a key.
func (s *side) use(step Step, k *held) (kms.Request, error) {
	id := &k.id
	if elsewhere(step.Caller) {
		id = &k.arn
	}
	signed := message
	if step.Variant == anotherMessage {
		signed = []byte(anotherMessage)
	}
	switch step.Operation {
	case "Encrypt":
		return &kms.EncryptInput{KeyId: id, Plaintext: message, EncryptionAlgorithm: encryptionAlgorithm(k)}, nil
	case "Decrypt", "ReEncrypt":
		blob := s.made["ciphertext"]
		if step.Variant == foreign {
			blob = garbage(96)
		}
		if blob == nil {
			return nil, errInapplicable
		}
		if step.Operation == "ReEncrypt" {
			return &kms.ReEncryptInput{CiphertextBlob: blob, SourceKeyId: id, DestinationKeyId: id}, nil
		}
		return &kms.DecryptInput{KeyId: id, CiphertextBlob: blob, EncryptionAlgorithm: encryptionAlgorithm(k)}, nil
	case "GenerateDataKey":
		return &kms.GenerateDataKeyInput{KeyId: id, KeySpec: text("AES_256")}, nil
	case "GenerateDataKeyWithoutPlaintext":
		return &kms.GenerateDataKeyWithoutPlaintextInput{KeyId: id, KeySpec: text("AES_256")}, nil
	case "Sign":
		return &kms.SignInput{KeyId: id, Message: message, SigningAlgorithm: signingAlgorithm(k.spec)}, nil
	case "Verify":
		return &kms.VerifyInput{KeyId: id, Message: signed, Signature: s.madeOr("signature", 64), SigningAlgorithm: signingAlgorithm(k.spec)}, nil
	case "GetPublicKey":
		return &kms.GetPublicKeyInput{KeyId: id}, nil
	case "GenerateMac":
		return &kms.GenerateMacInput{KeyId: id, Message: message, MacAlgorithm: macAlgorithm(k.spec)}, nil
	case "VerifyMac":
		return &kms.VerifyMacInput{KeyId: id, Message: signed, Mac: s.madeOr("MAC", 32), MacAlgorithm: macAlgorithm(k.spec)}, nil
	default:
		return nil, errInapplicable
	}
}

// otherIdentifier is how a way names the key.
func otherIdentifier(variant string, k *held, id *string) *string {
	switch variant {
	case noKeyID:
		return text("fake-key-id")
	case noDashes:
		return text(strings.ReplaceAll(k.id, "-", ""))
	case overlong:
		return text(strings.Repeat("k", 2049))
	case otherRegion:
		return &k.arn
	default:
		return id
	}
}

// waitingPeriod is how many days a variant of ScheduleKeyDeletion says.
func waitingPeriod(variant string) *int32 {
	days := map[string]int32{"": 7, "6 days": 6, "30 days": 30, "31 days": 31}
	if n, is := days[variant]; is {
		return &n
	}
	return nil
}

// listing is a call of ListKeyRotations.
func listing(step Step, id *string) *kms.ListKeyRotationsInput {
	in := &kms.ListKeyRotationsInput{KeyId: id}
	limits := map[string]int32{"a limit of 0": 0, "a limit of 1": 1, "a limit of 1001": 1001}
	limit, limited := limits[step.Variant]
	switch {
	case limited:
		in.Limit, in.IncludeKeyMaterial = &limit, text("ALL_KEY_MATERIAL")
	case step.Variant == completed:
		in.IncludeKeyMaterial = text("ROTATIONS_ONLY")
	case step.Variant == everything:
		in.IncludeKeyMaterial = text("ALL_KEY_MATERIAL")
	case step.Variant == madeUp:
		in.Marker = text("kmsconform-made-this-up")
	}
	return in
}

// garbage is bytes that mean nothing.
func garbage(length int) []byte { return bytes.Repeat([]byte("kmsconform"), length/10+1) }

// elsewhere reports whether a caller is of another account, for whom only an ARN names the key (DIKM-AUTH-04).
func elsewhere(caller string) bool { return strings.HasPrefix(caller, "second-account") }

// operations are those that a sequence can call, beside CreateKey and ImportKeyMaterial.
var operations = []string{
	"CancelKeyDeletion", "CreateAlias", "CreateGrant", "Decrypt", "DeleteImportedKeyMaterial", "DescribeKey", "DisableKey",
	"EnableKey", "EnableKeyRotation", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
	"GenerateMac", "GetKeyPolicy", "GetKeyRotationStatus", "GetParametersForImport", "GetPublicKey", "ListAliases", "ListGrants",
	"ListKeyRotations", "ListKeys", "ListResourceTags", "PutKeyPolicy", "ReEncrypt", "ReplicateKey", "RotateKeyOnDemand",
	"ScheduleKeyDeletion", "Sign", "TagResource", "UntagResource", "UpdateKeyDescription", "UpdatePrimaryRegion", "Verify", "VerifyMac",
}
