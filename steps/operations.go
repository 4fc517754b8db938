package steps

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// options are what a sentence says about a call beyond its operation and key.
type options struct {
	keyID       *string           // instead of the key's id
	materialID  *string           // DeleteImportedKeyMaterial
	message     []byte            // Verify, VerifyMac: another message than was signed
	ciphertext  []byte            // Decrypt: instead of the one the scenario made
	context     map[string]string // Decrypt: another encryption context than it was encrypted with
	waitingDays *int32            // ScheduleKeyDeletion; nil means 7, the shortest
	unspecified bool              // ScheduleKeyDeletion: leave the waiting period out
	algorithm   string            // GetParametersForImport
	wrappingKey string            // GetParametersForImport
	policy      string            // PutKeyPolicy
	include     string            // ListKeyRotations: which entries
	limit       *int32            // ListKeyRotations: how many a page
	marker      *string           // ListKeyRotations: where to go on
	granted     string            // CreateGrant: the operation
	grantee     string            // CreateGrant: the principal; empty: the owner's account
}

// what is encrypted, signed and authenticated; it is no secret.
var message = []byte("what the suite encrypts and signs")

// operation calls one KMS operation on a key with the inputs that a caller would ordinarily use.
type operation func(ctx context.Context, s *Scenario, c *kms.Client, k *key, keyID *string, o options) (*outcome, error)

// operations are those a sentence can call on a key by name.
var operations = map[string]operation{
	"DescribeKey": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "DescribeKey", c.DescribeKey, &kms.DescribeKeyInput{KeyId: id})
	},
	"DeleteImportedKeyMaterial": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, o options) (*outcome, error) {
		return invoke(ctx, s, "DeleteImportedKeyMaterial", c.DeleteImportedKeyMaterial,
			&kms.DeleteImportedKeyMaterialInput{KeyId: id, KeyMaterialId: o.materialID})
	},
	"GetParametersForImport": getParameters,
	// As a bare operation, an import of the key's own material with the parameters that were fetched before.
	"ImportKeyMaterial": func(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, _ options) (*outcome, error) {
		return s.importWith(ctx, c, k, id, importPlan{fetchedBefore: true})
	},
	"RotateKeyOnDemand": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "RotateKeyOnDemand", c.RotateKeyOnDemand, &kms.RotateKeyOnDemandInput{KeyId: id})
	},
	"ListKeyRotations": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, o options) (*outcome, error) {
		return invoke(ctx, s, "ListKeyRotations", c.ListKeyRotations, &kms.ListKeyRotationsInput{
			KeyId: id, IncludeKeyMaterial: types.IncludeKeyMaterial(o.include), Limit: o.limit, Marker: o.marker,
		})
	},
	"ReplicateKey":        replicate,
	"UpdatePrimaryRegion": updatePrimaryRegion,
	"GetKeyRotationStatus": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "GetKeyRotationStatus", c.GetKeyRotationStatus, &kms.GetKeyRotationStatusInput{KeyId: id})
	},
	"EnableKeyRotation": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "EnableKeyRotation", c.EnableKeyRotation, &kms.EnableKeyRotationInput{KeyId: id})
	},
	"EnableKey": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "EnableKey", c.EnableKey, &kms.EnableKeyInput{KeyId: id})
	},
	"DisableKey": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "DisableKey", c.DisableKey, &kms.DisableKeyInput{KeyId: id})
	},
	"ScheduleKeyDeletion": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, o options) (*outcome, error) {
		days := o.waitingDays
		if days == nil && !o.unspecified {
			days = aws.Int32(7)
		}
		return invoke(ctx, s, "ScheduleKeyDeletion", c.ScheduleKeyDeletion,
			&kms.ScheduleKeyDeletionInput{KeyId: id, PendingWindowInDays: days})
	},
	"CancelKeyDeletion": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "CancelKeyDeletion", c.CancelKeyDeletion, &kms.CancelKeyDeletionInput{KeyId: id})
	},
	"GetKeyPolicy": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "GetKeyPolicy", c.GetKeyPolicy, &kms.GetKeyPolicyInput{KeyId: id})
	},
	"PutKeyPolicy": func(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, o options) (*outcome, error) {
		policy := o.policy
		if policy == "" {
			policy = policyOf(rootStatement(k))
		}
		return invoke(ctx, s, "PutKeyPolicy", c.PutKeyPolicy, &kms.PutKeyPolicyInput{KeyId: id, Policy: &policy})
	},
	"CreateAlias": func(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, _ options) (*outcome, error) {
		name := "alias/kmsconform-" + randomHex(8)
		o, err := invoke(ctx, s, "CreateAlias", c.CreateAlias, &kms.CreateAliasInput{AliasName: &name, TargetKeyId: id})
		if err == nil && o.refusal == nil {
			k.alias = name
		}
		return o, err
	},
	"ListAliases": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "ListAliases", c.ListAliases, &kms.ListAliasesInput{KeyId: id})
	},
	"CreateGrant": createGrant,
	"ListGrants":  listGrants,
	"TagResource": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "TagResource", c.TagResource, &kms.TagResourceInput{KeyId: id,
			Tags: []types.Tag{{TagKey: aws.String("Owner"), TagValue: aws.String("kmsconform")}}})
	},
	"UntagResource": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "UntagResource", c.UntagResource, &kms.UntagResourceInput{KeyId: id, TagKeys: []string{"Owner"}})
	},
	"ListResourceTags": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "ListResourceTags", c.ListResourceTags, &kms.ListResourceTagsInput{KeyId: id})
	},
	"UpdateKeyDescription": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "UpdateKeyDescription", c.UpdateKeyDescription,
			&kms.UpdateKeyDescriptionInput{KeyId: id, Description: aws.String(ownDescription)})
	},
	"Encrypt": func(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "Encrypt", c.Encrypt,
			&kms.EncryptInput{KeyId: id, Plaintext: message, EncryptionAlgorithm: encryptionAlgorithm(k)})
	},
	"Decrypt": func(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, o options) (*outcome, error) {
		blob := o.ciphertext
		if blob == nil {
			made, err := s.product("ciphertext")
			if err != nil {
				return nil, err
			}
			blob = made.bytes
		}
		return invoke(ctx, s, "Decrypt", c.Decrypt,
			&kms.DecryptInput{KeyId: id, CiphertextBlob: blob, EncryptionAlgorithm: encryptionAlgorithm(k), EncryptionContext: o.context})
	},
	"ReEncrypt": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		made, err := s.product("ciphertext")
		if err != nil {
			return nil, err
		}
		return invoke(ctx, s, "ReEncrypt", c.ReEncrypt,
			&kms.ReEncryptInput{CiphertextBlob: made.bytes, SourceKeyId: id, DestinationKeyId: id})
	},
	"GenerateDataKey": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "GenerateDataKey", c.GenerateDataKey,
			&kms.GenerateDataKeyInput{KeyId: id, KeySpec: types.DataKeySpecAes256})
	},
	"GenerateDataKeyWithoutPlaintext": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "GenerateDataKeyWithoutPlaintext", c.GenerateDataKeyWithoutPlaintext,
			&kms.GenerateDataKeyWithoutPlaintextInput{KeyId: id, KeySpec: types.DataKeySpecAes256})
	},
	"Sign": func(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "Sign", c.Sign,
			&kms.SignInput{KeyId: id, Message: message, SigningAlgorithm: signingAlgorithm(k.spec)})
	},
	"Verify": func(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, o options) (*outcome, error) {
		return invoke(ctx, s, "Verify", c.Verify, &kms.VerifyInput{KeyId: id, Message: s.signed(o),
			Signature: s.madeOr("signature", 64), SigningAlgorithm: signingAlgorithm(k.spec)})
	},
	"GetPublicKey": func(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "GetPublicKey", c.GetPublicKey, &kms.GetPublicKeyInput{KeyId: id})
	},
	"GenerateMac": func(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, _ options) (*outcome, error) {
		return invoke(ctx, s, "GenerateMac", c.GenerateMac,
			&kms.GenerateMacInput{KeyId: id, Message: message, MacAlgorithm: macAlgorithm(k.spec)})
	},
	"VerifyMac": func(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, o options) (*outcome, error) {
		return invoke(ctx, s, "VerifyMac", c.VerifyMac, &kms.VerifyMacInput{KeyId: id, Message: s.signed(o),
			Mac: s.madeOr("MAC", 32), MacAlgorithm: macAlgorithm(k.spec)})
	},
}

// getParameters stands apart because an import calls it, too.
func getParameters(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, o options) (*outcome, error) {
	algorithm, wrappingKey := o.algorithm, o.wrappingKey
	if algorithm == "" {
		algorithm, wrappingKey = usualWrapping(k.spec)
	}
	return invoke(ctx, s, "GetParametersForImport", c.GetParametersForImport, &kms.GetParametersForImportInput{
		KeyId: id, WrappingAlgorithm: types.AlgorithmSpec(algorithm), WrappingKeySpec: types.WrappingKeySpec(wrappingKey),
	})
}

// operationNames is the alternation of a pattern that names an operation: a misspelt one then matches no sentence.
func operationNames() string {
	names := make([]string, 0, len(operations))
	for name := range operations {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, "|")
}

// operate calls an operation on a key as a caller.
func (s *Scenario) operate(ctx context.Context, name string, k *key, from origin, o options) (*outcome, error) {
	call, known := operations[name]
	if !known {
		return nil, fmt.Errorf("no sentence can call %s; known operations: %s", name, operationNames())
	}
	client, err := s.client(from)
	if err != nil {
		return nil, err
	}
	id := o.keyID
	if id == nil {
		id = &k.id
	}
	outcome, err := call(ctx, s, client, k, id, o)
	if inBackground[name] && (unsure(err) || err == nil && outcome.refusal == nil) {
		s.background = true
	}
	return outcome, err
}

// operation is operate for whoever made the key, to be called later.
func (s *Scenario) operation(name string, k *key) func(context.Context) (*outcome, error) {
	return func(ctx context.Context) (*outcome, error) { return s.operate(ctx, name, k, k.from, options{}) }
}

// inBackground are the operations that only start something (DIKM-EC-11).
var inBackground = map[string]bool{"RotateKeyOnDemand": true, "ReplicateKey": true, "UpdatePrimaryRegion": true}

func encryptionAlgorithm(k *key) types.EncryptionAlgorithmSpec {
	if k.spec == types.KeySpecSymmetricDefault || k.usage == types.KeyUsageTypeGenerateVerifyMac {
		return ""
	}
	return types.EncryptionAlgorithmSpecRsaesOaepSha256
}

func signingAlgorithm(spec types.KeySpec) types.SigningAlgorithmSpec {
	switch spec {
	case types.KeySpecEccNistP256, types.KeySpecEccSecgP256k1:
		return types.SigningAlgorithmSpecEcdsaSha256
	case types.KeySpecEccNistP384:
		return types.SigningAlgorithmSpecEcdsaSha384
	case types.KeySpecEccNistP521:
		return types.SigningAlgorithmSpecEcdsaSha512
	default:
		return types.SigningAlgorithmSpecRsassaPssSha256
	}
}

func macAlgorithm(spec types.KeySpec) types.MacAlgorithmSpec {
	if digits, is := strings.CutPrefix(string(spec), "HMAC_"); is {
		return types.MacAlgorithmSpec("HMAC_SHA_" + digits)
	}
	return types.MacAlgorithmSpecHmacSha256
}

func (s *Scenario) signed(o options) []byte {
	if o.message != nil {
		return o.message
	}
	return message
}

// randomHex returns n random bytes in hexadecimal.
func randomHex(n int) string { return hex.EncodeToString(randomBytes(n)) }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand.Read does not fail
	return b
}
