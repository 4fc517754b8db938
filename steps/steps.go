// Package steps is what each sentence of a feature file does: calls on a target, and checks of what came back.
package steps

import (
	"context"
	"fmt"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/cucumber/godog"
)

// Definition is a sentence that feature files can use.
type Definition struct {
	// Pattern matches the whole text of a step.
	Pattern *regexp.Regexp
	// Sentence shows the pattern as people write it, with its choices in angle brackets.
	Sentence string
	// Help says in a line what the sentence does.
	Help string

	bind func(*Scenario) any
}

// kinds and situations of a key, as sentences name them.
const (
	aKind      = `symmetric|[A-Z][A-Z0-9_]+(?: signing)?`
	aState     = `Enabled|Disabled|PendingImport|PendingDeletion|PendingReplicaDeletion|Creating|Updating`
	aSpan      = `\d+ (?:second|minute|hour|day)s?`
	aWhich     = `the key|the other key`
	aQuestion  = `OQ-\d+`
	aCallable  = `[a-z][a-z-]*`
	aSituation = `with imported material(?: that expires in (` + aSpan + `))?|with the same material|without material|` +
		`whose material was deleted|whose material expired|with material made by AWS KMS`
)

// definitions is the language of the features: one place, each pattern anchored and compiled once.
var definitions = []Definition{
	// A key and what is known of it.
	define(`^(an?|another) (`+aKind+`) key (`+aSituation+`)(?: that is (disabled|scheduled for deletion))?$`,
		"a <kind> key <situation> [that is disabled | that is scheduled for deletion]",
		"makes a key and brings it to the situation; another makes the other key",
		func(s *Scenario) any { return s.keyInSituation }),
	define(`^the key is (disabled|scheduled for deletion)$`, "the key is disabled | scheduled for deletion",
		"takes the key to that state",
		func(s *Scenario) any { return s.keyIs }),
	define(`^its imported material was deleted$`, "its imported material was deleted",
		"deletes the material and waits until it shows",
		func(s *Scenario) any { return s.wasDeleted }),
	define(`^the same material was imported again$`, "the same material was imported again",
		"imports the key's material and waits until it shows",
		func(s *Scenario) any { return s.wasImportedAgain }),
	define(`^a (ciphertext|data key|signature|MAC) made with the key$`, "a <ciphertext | data key | signature | MAC> made with the key",
		"makes it and keeps it for later",
		func(s *Scenario) any { return s.makeWith }),
	define(`^parameters for import fetched for the key$`, "parameters for import fetched for the key",
		"calls GetParametersForImport and keeps the answer",
		func(s *Scenario) any { return s.fetched }),
	define(`^the key has an alias$`, "the key has an alias", "creates one",
		func(s *Scenario) any { return s.hasAlias }),
	define(`^the key has an alias, tags, a description and a key policy of its own$`,
		"the key has an alias, tags, a description and a key policy of its own", "sets them all",
		func(s *Scenario) any { return s.adorn }),

	// Policies.
	define(`^the key policy (allows|denies) the (`+aCallable+`) caller ([A-Z]\w+)(?: when (\S+) is (\S+))?$`,
		"the key policy allows | denies the <name> caller <operation> [when <condition key> is <value>]",
		"adds one statement to the default policy",
		func(s *Scenario) any { return s.policyAbout }),
	define(`^the key policy allows the second account every KMS operation$`,
		"the key policy allows the second account every KMS operation", "adds kms:* for the other account's root",
		func(s *Scenario) any { return s.policyForSecondAccount }),
	define(`^the key policy leaves IAM out$`, "the key policy leaves IAM out",
		"a policy under which no IAM policy can allow the delete",
		func(s *Scenario) any { return s.policyWithoutIAM }),
	define(`^the key policy is the default one again$`, "the key policy is the default one again",
		"puts the policy that CreateKey gives",
		func(s *Scenario) any { return s.policyIsDefault }),

	// Calls.
	define(`^its imported material is deleted(?: (\d+) times)?$`, "its imported material is deleted [<n> times]",
		"calls DeleteImportedKeyMaterial as the owner",
		func(s *Scenario) any { return s.isDeleted }),
	define(`^(the same|other|new) material is imported((?:`+importPhrasePattern()+`)*)$`,
		"the same | other | new material is imported [<how>]...",
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
				return s.calledOn(ctx, "Decrypt", "the key", options{ciphertext: []byte(randomHex(96))})
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
	define(`^the (`+aCallable+`) caller imports the same material$`, "the <name> caller imports the same material",
		"with parameters that the owner fetched",
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

	// How a call ended.
	define(`^the call succeeds$`, "the call succeeds", "the last call was answered without an error",
		func(s *Scenario) any { return s.succeeds }),
	define(`^every call succeeds$`, "every call succeeds", "so were all of them",
		func(s *Scenario) any { return s.allSucceed }),
	define(`^the call is refused$`, "the call is refused", "a 4xx error, where the contract does not know its code",
		func(s *Scenario) any { return s.refused }),
	define(`^the call is refused with (\w+)$`, "the call is refused with <code>", "an error with exactly that code",
		func(s *Scenario) any { return s.refusedWith }),
	define(`^the message says "(.*)"$`, `the message says "<shape>"`, "the error's message contains it; {names} are filled in",
		func(s *Scenario) any { return s.messageSays }),
	define(`^the error has no message$`, "the error has no message", "none, or an empty one",
		func(s *Scenario) any { return s.noMessage }),
	define(`^the HTTP status is (\d+)$`, "the HTTP status is <n>", "of the last answer",
		func(s *Scenario) any { return s.statusIs }),
	define(`^the answer has$`, "the answer has <table>", "members of the last answer",
		func(s *Scenario) any { return s.answerHas }),
	define(`^the answer is not an envelope of success and data$`, "the answer is not an envelope of success and data", "",
		func(s *Scenario) any { return s.noEnvelope }),
	define(`^the answer carries a request id$`, "the answer carries a request id", "the header x-amzn-RequestId",
		func(s *Scenario) any { return s.hasRequestID }),
	define(`^the answer's content type is (\S+)$`, "the answer's content type is <type>", "",
		func(s *Scenario) any { return s.contentTypeIs }),
	define(`^the error has a __type and a lower-case message$`, "the error has a __type and a lower-case message", "",
		func(s *Scenario) any { return s.typeAndMessage }),
	define(`^the answer's (\w+) is a JSON number$`, "the answer's <member> is a JSON number", "",
		func(s *Scenario) any { return s.isNumber }),

	// What the key is afterwards.
	define(`^(`+aWhich+`) (is|becomes|stays) (`+aState+`)$`, "the key | the other key is | becomes | stays <state>",
		"is reads once, becomes waits, stays looks for a while",
		func(s *Scenario) any { return s.keyState }),
	define(`^nothing (else )?about the key changed$`, "nothing [else] about the key changed",
		"metadata, policy, tags and aliases are what they were before the first When; else leaves out what a delete changes",
		func(s *Scenario) any { return s.unchanged }),
	define(`^DescribeKey shows$`, "DescribeKey shows <table>", "members of KeyMetadata",
		func(s *Scenario) any { return s.describeShows }),
	define(`^the created key shows$`, "the created key shows <table>", "members of CreateKey's KeyMetadata",
		func(s *Scenario) any { return s.createdShows }),
	define(`^the two keys show different CurrentKeyMaterialIds$`, "the two keys show different CurrentKeyMaterialIds", "",
		func(s *Scenario) any { return s.differentMaterialIDs }),
	define(`^ListKeys names the key$`, "ListKeys names the key", "on any of its pages",
		func(s *Scenario) any { return s.listKeysNames }),
	define(`^the policy has one statement that allows the account root kms:\*$`,
		"the policy has one statement that allows the account root kms:*", "the default key policy",
		func(s *Scenario) any { return s.defaultPolicy }),

	// Use.
	define(`^(`+operationNames()+`) on (`+aWhich+`) (succeeds|is refused|becomes refused)(?: with (\w+))?$`,
		"<operation> on the key | the other key succeeds | is refused | becomes refused [with <code>]",
		"makes the call now",
		func(s *Scenario) any { return s.operationOn }),
	define(`^the (ciphertext|signature|MAC) made before (?:decrypts|verifies)$`, "the <ciphertext | signature | MAC> made before decrypts | verifies",
		"with the key that made it",
		func(s *Scenario) any { return s.stillGood }),
	define(`^decrypting the encrypted data key is refused with (\w+)$`, "decrypting the encrypted data key is refused with <code>", "",
		func(s *Scenario) any { return s.dataKeyRefused }),
	define(`^GetPublicKey answers the public half of the imported private key$`,
		"GetPublicKey answers the public half of the imported private key", "byte by byte",
		func(s *Scenario) any { return s.publicKeyIsImported }),
	define(`^the signature verifies under the imported private key's public half$`,
		"the signature verifies under the imported private key's public half", "outside the target",
		func(s *Scenario) any { return s.signatureVerifies }),
	define(`^a MAC of the key is the one that the imported (\d+) bytes give$`,
		"a MAC of the key is the one that the imported <n> bytes give", "computed outside the target",
		func(s *Scenario) any { return s.macIsLocal }),
	define(`^(the same|new) material can be imported$`, "the same | new material can be imported", "imports it now",
		func(s *Scenario) any { return s.canBeImported }),
	define(`^the key can be brought back into use$`, "the key can be brought back into use", "EnableKey where it is Disabled, then Encrypt",
		func(s *Scenario) any { return s.backIntoUse }),

	// Open questions.
	define(`^the outcome answers (`+aQuestion+`)$`, "the outcome answers OQ-<nn>", "records how the last call ended",
		func(s *Scenario) any { return s.outcomeAnswers }),
	define(`^the key's state answers (`+aQuestion+`)$`, "the key's state answers OQ-<nn>", "records the state",
		func(s *Scenario) any { return s.stateAnswers }),
	define(`^the answer's KeyMaterialId answers (`+aQuestion+`)$`, "the answer's KeyMaterialId answers OQ-<nn>", "records which id is named",
		func(s *Scenario) any { return s.materialIDAnswers }),
	define(`^the described (\w+) answers (`+aQuestion+`)$`, "the described <member> answers OQ-<nn>", "records whether DescribeKey shows it",
		func(s *Scenario) any { return s.describedAnswers }),
	define(`^the delay until the key is PendingImport answers (`+aQuestion+`)$`,
		"the delay until the key is PendingImport answers OQ-<nn>", "records an order of magnitude",
		func(s *Scenario) any { return s.delayAnswers }),
	define(`^the answer's error (header|type) answers (`+aQuestion+`)$`, "the answer's error header | type answers OQ-<nn>",
		"records the raw form of an error",
		func(s *Scenario) any { return s.errorShapeAnswers }),
}

func define(pattern, sentence, help string, bind func(*Scenario) any) Definition {
	return Definition{Pattern: regexp.MustCompile(pattern), Sentence: sentence, Help: help, bind: bind}
}

// Definitions returns every sentence, in the order of the language: situations, calls, outcomes.
func Definitions() []Definition { return append([]Definition(nil), definitions...) }

// Match returns the sentences that a step's text matches. A feature is sound when that is exactly one for every step.
func Match(text string) []string {
	var matches []string
	for _, d := range definitions {
		if d.Pattern.MatchString(text) {
			matches = append(matches, d.Sentence)
		}
	}
	return matches
}

// Register gives a godog scenario the whole language, for feature files that are run by godog directly. Everything is
// registered per scenario, because godog's suite-level and scenario-level registrations share memory.
func Register(sc *godog.ScenarioContext, s *Scenario) {
	s.hooks(sc)
	for _, d := range definitions {
		sc.Step(d.Pattern, d.bind(s))
	}
}

// RegisterFor gives a godog scenario only the sentences that its steps use: godog tries every definition twice for
// every step, which would cost more than the steps themselves. It refuses a step that matches none or several.
func RegisterFor(sc *godog.ScenarioContext, s *Scenario, texts []string) error {
	s.hooks(sc)
	registered := map[int]bool{}
	for _, text := range texts {
		i, err := find(text)
		if err != nil {
			return err
		}
		if !registered[i] {
			registered[i] = true
			sc.Step(definitions[i].Pattern, definitions[i].bind(s))
		}
	}
	return nil
}

func find(text string) (int, error) {
	found := -1
	for i, d := range definitions {
		if !d.Pattern.MatchString(text) {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("the step %q matches %q and %q: reword one of them", text, definitions[found].Sentence, d.Sentence)
		}
		found = i
	}
	if found < 0 {
		return 0, fmt.Errorf("the step %q matches no sentence; %s", text, "kmsconform steps lists them")
	}
	return found, nil
}

// calledOn is the When of a call by the owner.
func (s *Scenario) calledOn(ctx context.Context, operation, which string, o options) error {
	k, err := s.key(which)
	if err != nil {
		return err
	}
	return s.record(s.operate(ctx, operation, k, owner, o))
}
