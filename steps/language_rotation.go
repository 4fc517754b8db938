package steps

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// rotating are the sentences about keys with several materials.
var rotating = []Definition{
	define(`^a (second|third) material pending rotation(?: that expires in (`+aSpan+`))?$`,
		"a second | third material pending rotation [that expires in <n> days]",
		"imports a further material as new and leaves it pending",
		func(s *Scenario) any { return s.pendingRotation }),
	define(`^a (second|third) material that the key was rotated to(?: and that expires in (`+aSpan+`))?$`,
		"a second | third material that the key was rotated to [and that expires in <n> days]",
		"imports a further material and rotates the key to it",
		func(s *Scenario) any { return s.rotatedTo }),
	define(`^the key was rotated (\d+) times$`, "the key was rotated <n> times", "on demand, one after another",
		func(s *Scenario) any { return s.rotatedTimes }),
	define(`^the (`+aNth+`) material was deleted$`, "the first | second | third material was deleted",
		"deletes it by its id and waits until it shows",
		func(s *Scenario) any { return s.materialWasDeleted }),
	define(`^the (`+aNth+`) material is deleted by its id(?: from (the replica))?$`,
		"the first | second | third material is deleted by its id [from the replica]",
		"calls DeleteImportedKeyMaterial with its KeyMaterialId",
		func(s *Scenario) any { return s.materialIsDeleted }),
	define(`^ListKeyRotations is called on (`+aWhich+`) for (completed rotations|all key material)$`,
		"ListKeyRotations is called on the key for completed rotations | all key material", "says so in IncludeKeyMaterial",
		func(s *Scenario) any {
			return func(ctx context.Context, which, what string) error {
				return s.calledOn(ctx, "ListKeyRotations", which, options{include: listing[what]})
			}
		}),
	define(`^ListKeyRotations is called on the key with a limit of (\d+)$`, "ListKeyRotations is called on the key with a limit of <n>", "Limit",
		func(s *Scenario) any {
			return func(ctx context.Context, limit int) error {
				return s.calledOn(ctx, "ListKeyRotations", "the key", options{limit: aws.Int32(int32(limit))})
			}
		}),
	define(`^ListKeyRotations is called on the key with a marker that KMS never made$`,
		"ListKeyRotations is called on the key with a marker that KMS never made", "Marker",
		func(s *Scenario) any {
			return func(ctx context.Context) error {
				return s.calledOn(ctx, "ListKeyRotations", "the key", options{marker: aws.String("kmsconform-never-made")})
			}
		}),
	define(`^the (`+aNth+`) material (is|becomes|stays) the current one(?: of (the replica))?$`,
		"the first | second | third material is | becomes | stays the current one [of the replica]",
		"CurrentKeyMaterialId of DescribeKey",
		func(s *Scenario) any { return s.materialCurrent }),
	define(`^ListKeyRotations of (completed rotations|all key material) shows(?: for (the replica))?$`,
		"ListKeyRotations of completed rotations | all key material shows [for the replica] <table>",
		"all pages: these materials, in any order, and no others",
		func(s *Scenario) any { return s.rotationsShow }),
	define(`^ListKeyRotations of (completed rotations|all key material) shows nothing(?: for (the replica))?$`,
		"ListKeyRotations of completed rotations | all key material shows nothing [for the replica]", "",
		func(s *Scenario) any { return s.rotationsEmpty }),
	define(`^ListKeyRotations of all key material, one a page, shows every material once$`,
		"ListKeyRotations of all key material, one a page, shows every material once", "follows NextMarker",
		func(s *Scenario) any { return s.rotationsPaged }),
	define(`^the (`+aNth+`) material's (\w+) answers (`+aQuestion+`)$`, "the <nth> material's <member> answers OQ-<nn>",
		"records a member of its entry in ListKeyRotations",
		func(s *Scenario) any { return s.entryAnswers }),
	define(`^the listing answers (`+aQuestion+`)$`, "the listing answers OQ-<nn>", "records whether the last listing was empty, or refused",
		func(s *Scenario) any { return s.listingAnswers }),
}
