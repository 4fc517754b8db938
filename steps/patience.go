package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// Lost says that nobody knows whether a call happened: its answer was lost, and it cannot be repeated, because a second
// one would be answered otherwise. The scenario says nothing about the target and can begin anew.
type Lost struct {
	Operation string
	How       string
}

// Error implements the error interface.
func (l *Lost) Error() string {
	return fmt.Sprintf("whether %s happened is not known, and it cannot be repeated: %s; run the scenario again", l.Operation, l.How)
}

func unsure(err error) bool {
	var lost *Lost
	return errors.As(err, &lost)
}

// patiently makes a call as the target's patience and consistency ask for: after the last change has settled, and again
// where what came is no verdict on the target.
//
//	throttled, or it never reached the target    again, after a pause, or at the pace that a shared target grants
//	a failure of the target's own, or no answer  again, where a second call is answered as the first; else Lost, unless
//	                                             the scenario has begun anew often enough: then an answer is an answer
//	refused in a Given, right after a change     again, within the bound of the target's consistency (DIKM-EC-02)
//
// On a target that needs neither it is the call and nothing else. What it returns is what the last call came to.
func (s *Scenario) patiently(
	ctx context.Context, operation string, in any, once func(context.Context) (*outcome, error),
) (*outcome, error) {
	t := s.session.Target()
	p := t.Patience
	var deadline time.Time // of what is refused because a change does not show yet
	for attempts := 1; ; {
		if err := s.session.Settle(ctx); err != nil {
			return &outcome{operation: operation}, err
		}
		if err := s.session.Turn(ctx, operation); err != nil {
			return &outcome{operation: operation}, err
		}
		o, err := once(ctx)
		doubt := target.Certain
		if p.Retries > 0 {
			doubt = target.DoubtOf(o.exchange, err)
		}
		paced := s.session.Came(operation, doubt)
		if changes(operation) && (doubt == target.MaybeDone || err == nil) {
			s.session.Changed()
		}
		wait := p.Wait(attempts)
		switch {
		case ctx.Err() != nil:
			return o, err
		case doubt == target.Certain && !s.tooSoon(o):
			return o, err
		case doubt == target.Certain:
			if deadline.IsZero() {
				deadline = s.now().Add(t.Consistency.Within)
			}
			if !s.now().Before(deadline) {
				return o, err
			}
			wait = max(t.Consistency.Every, time.Millisecond)
		case doubt == target.MaybeDone:
			s.suspect(in)
			if !repeatable(operation, in) && !(s.racer && operation == "DeleteImportedKeyMaterial") {
				if s.lastResort(o) {
					return o, err
				}
				return nil, &Lost{Operation: orRequest(operation), How: inALine(o, err)}
			}
			fallthrough
		default:
			if attempts > p.Retries {
				return o, err
			}
			if attempts++; paced {
				wait = 0
			}
		}
		if err := s.session.Pass(ctx, wait); err != nil {
			return o, err
		}
	}
}

// lastResort reports whether a failure of the target's own is to be judged as it came: the call is what the scenario is about,
// and the scenario does not begin anew any more. What comes each time is no accident. A Given has its own way to find out
// whether a call happened, see brings, and a race its own count of rounds.
func (s *Scenario) lastResort(o *outcome) bool {
	return s.restarts == 0 && s.kind != features.Given && !s.racer && target.Classify(o.exchange) == target.Faulted
}

// brings makes a call that a scenario rests on and waits until what it is for shows. Where the answer was lost, it finds
// out so whether the call happened, and makes it again where it did not. By the first requirement the call succeeds, by
// the second it shows.
func (s *Scenario) brings(
	ctx context.Context, succeeds, shows string, call func(context.Context) (*outcome, error), look func(context.Context) error,
) error {
	for tries := 0; ; tries++ {
		o, err := call(ctx)
		lost := unsure(err)
		if !lost {
			if _, err := s.need(o, err, succeeds); err != nil {
				return err
			}
		}
		err = s.becomes(ctx, look)
		if lost && isMismatch(err) && tries < s.session.Target().Patience.Restarts {
			continue
		}
		return s.reached(err, shows)
	}
}

// tooSoon reports whether a call of a Given is refused as those are that rest on a change that does not show yet.
func (s *Scenario) tooSoon(o *outcome) bool {
	if s.kind != features.Given || s.session.Target().Consistency.Settle == 0 || o.exchange == nil {
		return false
	}
	code := o.exchange.ErrorCode()
	return code == "NotFoundException" || code == "KMSInvalidStateException"
}

// suspect makes sure that what a lost call may have made is removed at the end.
func (s *Scenario) suspect(in any) {
	switch in := in.(type) {
	case *kms.CreateKeyInput:
		for _, tag := range in.Tags {
			if aws.ToString(tag.TagKey) == target.CallTag {
				s.session.Lost(target.LostKey{
					TagKey: target.CallTag, TagValue: aws.ToString(tag.TagValue), Region: owner.region, Caller: owner.caller,
				})
			}
		}
	case *kms.ReplicateKeyInput:
		for _, k := range s.keys {
			if id := aws.ToString(in.KeyId); id == k.id || id == k.arn {
				s.session.Created(replacePart(k.arn, 3, aws.ToString(in.ReplicaRegion)), aws.ToString(in.ReplicaRegion), owner.caller)
			}
		}
	}
}

// fleeting is a state that ends by itself. Where changes show late a call waits before it is made, and may come too late.
type fleeting struct {
	key   *key
	state types.KeyState
}

// caught makes sure, where changes show late, that the call of a When came while the fleeting state lasted.
func (s *Scenario) caught(ctx context.Context) error {
	if s.fleeting == nil || s.session.Target().Consistency.Settle == 0 {
		return nil
	}
	return s.fleeting.missed(s, s.lookFor(s.fleeting.key, s.fleeting.state)(ctx))
}

// missed turns a look at another state into the reason why a scenario cannot be run.
func (f *fleeting) missed(s *Scenario, err error) error {
	if c := s.session.Target().Consistency; isMismatch(err) && c.Settle > 0 {
		return &Absent{missed: true, Reason: fmt.Sprintf("needs a target on which %s lasts longer than its changes need to show, which is %s", f.state, c.Settle)}
	}
	return err
}

// roomFor is a span of seconds with room for the waits and repetitions that come between its beginning and what a
// scenario wants to do before its end. A scenario that waits for the end waits so much longer.
func (s *Scenario) roomFor(d time.Duration) time.Duration {
	t := s.session.Target()
	if d <= 0 || d >= time.Minute || t.Consistency.Settle == 0 && t.Patience.Retries == 0 {
		return d
	}
	if s.waitsForNothing() {
		return d + time.Minute + roomOfChanges*t.Consistency.Settle
	}
	return d + min(roomOfChanges*t.Consistency.Settle+5*time.Second, 45*time.Second)
}

// roomOfChanges is for how many changes one after another there is room.
const roomOfChanges = 6

// callTag is the tag that finds a key again when the answer of its creation is lost; none where calls are not repeated.
func (s *Scenario) callTag() []types.Tag {
	if s.session.Target().Patience.Retries == 0 {
		return nil
	}
	return []types.Tag{{TagKey: aws.String(target.CallTag), TagValue: aws.String(randomUUID())}}
}

// uses are the operations that use a key and change nothing.
var uses = []string{
	"Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Sign", "Verify", "GenerateMac", "VerifyMac",
}

// changes reports whether an operation changes what a target knows. GetParametersForImport changes nothing (DIKM-REIMP-26).
func changes(operation string) bool {
	for _, prefix := range []string{"Describe", "List", "Get"} {
		if strings.HasPrefix(operation, prefix) {
			return false
		}
	}
	return !slices.Contains(uses, operation)
}

// settings are the changes whose repetition is answered as the first call would have been: they set what they say. A key
// that is created twice is another key each time, and the first one is removed at the end.
var settings = []string{
	"CreateKey", "EnableKey", "DisableKey", "PutKeyPolicy", "TagResource", "UntagResource", "UpdateKeyDescription",
	"EnableKeyRotation", "DisableKeyRotation",
}

// repeatable reports whether a call can be made again when nobody knows whether it happened. Of imports those can that do
// not insist on new material: a repetition takes the same material back (DIKM-REIMP-01). A delete cannot: the second one
// finds no material, and what it answers then is another requirement's (DIKM-STATE-10), unless deletes race anyway.
func repeatable(operation string, in any) bool {
	if i, is := in.(*kms.ImportKeyMaterialInput); is {
		return i.ImportType != types.ImportTypeNewKeyMaterial
	}
	return !changes(operation) || slices.Contains(settings, operation)
}

// inALine is what came of a call, for Lost.
func inALine(o *outcome, err error) string {
	if o.exchange != nil && o.exchange.Response != nil && o.exchange.Error == "" {
		return refusalOf(o.exchange).String()
	}
	return target.Failure(err, o.exchange).Error()
}

func orRequest(operation string) string {
	if operation == "" {
		return "the request"
	}
	return operation
}
