package steps

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// callings are the sentences that call the target or let time pass.
var callings = []Definition{
	// Calls.
	define(`^(?:its imported material|the imported material of (the other key|the replica)) is deleted(?: (\d+) times)?$`,
		"its imported material | the imported material of the other key | of the replica is deleted [<n> times]",
		"calls DeleteImportedKeyMaterial as the owner, naming no material",
		func(s *Scenario) any { return s.isDeleted }),
	define(`^(`+aMaterial+`) material is imported(?: into (the other key|the replica))?((?:`+importPhrasePattern()+`)*)$`,
		"the same | other | new | a second | the second material is imported [into the other key | into the replica] [<how>]...",
		"fetches parameters, wraps and imports, as the phrases say",
		func(s *Scenario) any { return s.isImported }),
	define(`^(an?) (`+aKind+`) key without material is created$`, "a <kind> key without material is created", "calls CreateKey",
		func(s *Scenario) any {
			return func(ctx context.Context, _, kind string) error { return s.isCreated(ctx, kind) }
		}),
	define(`^(`+operationNames()+`) is called on (`+aWhich+`)$`, "<operation> is called on the key | the other key",
		"calls it as the owner with ordinary parameters",
		func(s *Scenario) any {
			return func(ctx context.Context, operation, which string) error {
				return s.calledOn(ctx, operation, which, options{})
			}
		}),
	define(`^(Verify|VerifyMac) is called on the key with another message$`, "Verify | VerifyMac is called on the key with another message",
		"calls it with a message that was not signed",
		func(s *Scenario) any {
			return func(ctx context.Context, operation string) error {
				return s.calledOn(ctx, operation, "the key", options{message: []byte("another message")})
			}
		}),
	define(`^Decrypt is called on the key with a ciphertext that KMS never made$`,
		"Decrypt is called on the key with a ciphertext that KMS never made", "sends random bytes",
		func(s *Scenario) any {
			return func(ctx context.Context) error {
				return s.calledOn(ctx, "Decrypt", "the key", options{ciphertext: randomBytes(192)})
			}
		}),
	define(`^Decrypt is called on the key with another encryption context$`,
		"Decrypt is called on the key with another encryption context", "than the ciphertext was made with",
		func(s *Scenario) any {
			return func(ctx context.Context) error {
				return s.calledOn(ctx, "Decrypt", "the key", options{context: map[string]string{"purpose": "another"}})
			}
		}),
	define(`^ScheduleKeyDeletion is called on the key without a waiting period$`,
		"ScheduleKeyDeletion is called on the key without a waiting period", "leaves PendingWindowInDays out",
		func(s *Scenario) any {
			return func(ctx context.Context) error {
				return s.calledOn(ctx, "ScheduleKeyDeletion", "the key", options{unspecified: true})
			}
		}),
	define(`^ScheduleKeyDeletion is called on the key with a waiting period of (\d+) days$`,
		"ScheduleKeyDeletion is called on the key with a waiting period of <n> days", "PendingWindowInDays",
		func(s *Scenario) any {
			return func(ctx context.Context, days int) error {
				return s.calledOn(ctx, "ScheduleKeyDeletion", "the key", options{waitingDays: aws.Int32(int32(days))})
			}
		}),
	define(`^GetParametersForImport is called on the key for (\w+) and (\w+)$`,
		"GetParametersForImport is called on the key for <wrapping algorithm> and <wrapping key spec>", "as it says",
		func(s *Scenario) any {
			return func(ctx context.Context, algorithm, wrappingKey string) error {
				return s.calledOn(ctx, "GetParametersForImport", "the key", options{algorithm: algorithm, wrappingKey: wrappingKey})
			}
		}),
	define(`^CreateGrant is called on the key for ([A-Z]\w+)$`, "CreateGrant is called on the key for <operation>", "grants it to the owner's account",
		func(s *Scenario) any { return s.isGranted }),
	define(`^PutKeyPolicy is called on the key with a policy (that locks the caller out|for a principal that does not exist)$`,
		"PutKeyPolicy is called on the key with a policy <that locks the caller out | for a principal that does not exist>",
		"a policy that KMS refuses",
		func(s *Scenario) any { return s.putsBadPolicy }),
	define(`^(`+operationNames()+`) is called (in the other Region )?with (`+identifierPattern()+`)(?: and a material id of (`+materialIDPattern+`))?$`,
		"<operation> is called [in the other Region] with <identifier> [and a material id of <form>]",
		"names the key as the sentence says",
		func(s *Scenario) any { return s.calledWith }),
	define(`^DeleteImportedKeyMaterial is called with a material id of (`+materialIDPattern+`)$`,
		"DeleteImportedKeyMaterial is called with a material id of <form>", "a KeyMaterialId of the wrong shape",
		func(s *Scenario) any {
			return func(ctx context.Context, form string) error {
				return s.callWith(ctx, "DeleteImportedKeyMaterial", owner, "", form)
			}
		}),
	define(`^the (`+aCallable+`) caller calls (`+operationNames()+`) (?:on the key|with (`+identifierPattern()+`))$`,
		"the <name> caller calls <operation> on the key | with <identifier>", "the same as another principal",
		func(s *Scenario) any { return s.callerCalls }),
	define(`^the (`+aCallable+`) caller imports the same material((?:`+importPhrasePattern()+`)*)$`,
		"the <name> caller imports the same material [<how>]...", "with parameters that the owner fetched",
		func(s *Scenario) any { return s.callerImports }),
	define(`^the delete is sent (`+rawDeletePattern()+`)$`, "the delete is sent <how>", "one raw request, without an SDK",
		func(s *Scenario) any { return s.isSent }),

	// Time.
	define(`^its material expires$`, "its material expires", "moves the target's clock past ValidTo, or waits",
		func(s *Scenario) any { return s.passes }),
	define(`^the date of the deleted material passes$`, "the date of the deleted material passes",
		"moves the target's clock past the ValidTo of before, or waits",
		func(s *Scenario) any { return s.passes }),
	define(`^(`+aSpan+`) pass(?:es)?$`, "<n> hours pass", "moves the target's clock",
		func(s *Scenario) any { return s.spanPasses }),
}
