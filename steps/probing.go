package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// Names that several probes record. Each is one of the answers or readings of the questions that ask for it.
const (
	aMessage  = "a message"
	noMessage = "no message"
	noError   = "no error"
	absentIs  = "absent"
)

// steady reads until as many reads in a row agree as the target's consistency asks for, so that a probe does not record
// what was so before the last call. What never settles is recorded as it was read last.
func (s *Scenario) steady(ctx context.Context, read func(context.Context) (string, error)) (string, error) {
	var last string
	first := true
	err := s.stays(ctx, func(ctx context.Context) error {
		now, err := read(ctx)
		if err != nil {
			return err
		}
		changed := !first && now != last
		last, first = now, false
		if changed {
			return &Mismatch{Expected: "reads that agree", Actual: now}
		}
		return nil
	})
	if isMismatch(err) && !first {
		err = nil
	}
	return last, err
}

// statusAnswers records the HTTP status of the last answer.
func (s *Scenario) statusAnswers(question string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	s.answer(question, fmt.Sprintf("HTTP %d", o.exchange.Response.Status), o.operation+": "+o.String())
	return nil
}

// messageAnswers records whether the last error says anything; what it says is the observation.
func (s *Scenario) messageAnswers(question string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	name := aMessage
	switch {
	case o.refusal == nil:
		name = noError
	case o.refusal.Message == "":
		name = noMessage
	}
	s.answer(question, name, o.operation+": "+o.String())
	return nil
}

// commonStyle is how refusals of malformed members are worded: the member, its value, and the constraint (DIKM-IDENT-13 …
// DIKM-IDENT-18).
var commonStyle = regexp.MustCompile(`^\d+ validation errors? detected: Value .* at 'keyMaterialId' failed to satisfy constraint: Member must `)

// validationAnswers records whether the text about a malformed KeyMaterialId is in the style of those about other members.
func (s *Scenario) validationAnswers(question string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	name := "another text"
	switch {
	case o.refusal == nil:
		name = noError
	case o.refusal.Message == "":
		name = noMessage
	case commonStyle.MatchString(o.refusal.Message):
		name = "the common style"
	}
	s.answer(question, name, o.operation+": "+o.String())
	return nil
}

// textShape names the member that an error's text is in.
func textShape(o *outcome) (name, observation string) {
	_, lower := o.exchange.Member("message")
	_, upper := o.exchange.Member("Message")
	name = absentIs
	switch {
	case lower && upper:
		name = "both"
	case lower:
		name = "message"
	case upper:
		name = "Message"
	}
	return name, fmt.Sprintf("%s: message %s, Message %s", o, presence(lower), presence(upper))
}

// keyIDAnswers records how the last answer names the key.
func (s *Scenario) keyIDAnswers(question string) error {
	o, k, err := s.lastOnKey()
	if err != nil {
		return err
	}
	raw, is := o.exchange.Member("KeyId")
	value := plain(raw)
	name := "another text"
	switch {
	case o.refusal != nil:
		name = "refused"
	case !is:
		name = absentIs
	case value == k.arn:
		name = "the key ARN"
	case value == k.id:
		name = "the key id"
	}
	observation := o.operation + ": KeyId " + orAbsent(value)
	if o.refusal != nil {
		observation = o.operation + ": " + o.String()
	}
	s.answer(question, name, observation)
	return nil
}

// useDelayAnswers measures from the end of the last call to the first of as many refusals in a row as the target's
// consistency asks for. It is as coarse as delayAnswers.
func (s *Scenario) useDelayAnswers(ctx context.Context, operation, question string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	o, err := s.last()
	if err != nil {
		return err
	}
	since := o.exchange.Started.Add(o.exchange.Duration)
	uses, agreed := 0, 0
	var first time.Time
	err = s.becomes(ctx, func(ctx context.Context) error {
		use, err := s.operate(ctx, operation, k, k.from, options{})
		if err != nil {
			return err
		}
		if use.refusal == nil {
			uses++
			agreed = 0
			return &Mismatch{Expected: operation + " is refused", Actual: "success"}
		}
		if agreed++; agreed == 1 {
			first = time.Now()
		}
		return nil
	})
	if isMismatch(err) {
		s.answer(question, "not within the bound", fmt.Sprintf("%s succeeded %d times, also after %s", operation, uses, time.Since(since).Round(time.Second)))
		return nil
	}
	if err != nil {
		return err
	}
	name := "at once"
	if uses > 0 {
		name = magnitude(first.Sub(since))
	}
	s.answer(question, name, fmt.Sprintf("%s succeeded %d times and was refused %s after the answer", operation, uses, first.Sub(since).Round(time.Second)))
	return nil
}

// magnitude names a delay coarsely enough for targets to be compared by it.
func magnitude(delay time.Duration) string {
	switch {
	case delay <= 5*time.Second:
		return "within 5 seconds"
	case delay <= time.Minute:
		return "within a minute"
	default:
		return "more than a minute"
	}
}

// sidAnswers records what the one statement of the default key policy is called.
func (s *Scenario) sidAnswers(question string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	answer, is := o.answer.(*kms.GetKeyPolicyOutput)
	if !is || answer.Policy == nil {
		s.answer(question, "refused", o.operation+": "+o.String())
		return nil
	}
	var document struct{ Statement []struct{ Sid string } }
	if json.Unmarshal([]byte(*answer.Policy), &document) != nil || len(document.Statement) != 1 {
		s.answer(question, "another policy", "GetKeyPolicy: a policy that is not one statement")
		return nil //nolint:nilerr // a policy that cannot be read is an answer
	}
	sid := orAbsent(document.Statement[0].Sid)
	s.answer(question, sid, "GetKeyPolicy: Sid "+sid)
	return nil
}

// memberAnswers records which of two members a material's entry in ListKeyRotations has.
func (s *Scenario) memberAnswers(ctx context.Context, one, two, ordinal, question string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	of, err := k.nth(ordinal)
	if err != nil {
		return err
	}
	entries, _, err := s.rotations(ctx, k, listing["all key material"], nil)
	if err != nil {
		return err
	}
	shown := entry(entries, of.materialID)
	_, hasOne := shown[one]
	_, hasTwo := shown[two]
	name := absentIs
	switch {
	case hasOne && hasTwo:
		name = "both"
	case hasOne:
		name = one
	case hasTwo:
		name = two
	}
	s.answer(question, name, fmt.Sprintf("ListKeyRotations: %s %s, %s %s", one, presence(hasOne), two, presence(hasTwo)))
	return nil
}
