package steps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"

	"github.com/kmsconform/kmsconform/fixtures/target"
)

// outcome is what one call came to: an answer, or a refusal by the target.
type outcome struct {
	operation string
	exchange  *target.Exchange
	answer    any      // the SDK's output, or nil
	refusal   *refusal // nil when the call succeeded
}

// refusal is an error answer of the target.
type refusal struct {
	Code, Message string
	HasMessage    bool
	Status        int
}

func (r *refusal) String() string {
	if r.Message == "" {
		return fmt.Sprintf("%d %s", r.Status, r.Code)
	}
	return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Message)
}

// String says what came, in a line.
func (o *outcome) String() string {
	if o.refusal != nil {
		return o.refusal.String()
	}
	return "success"
}

// who and where a call is made from, in the features' names.
type origin struct{ caller, region string }

// owner is where every key is made and looked at unless a sentence says otherwise.
var owner = origin{caller: "primary", region: "primary"}

// client returns the SDK client of a caller in a Region; a caller or Region the target lacks is Absent.
func (s *Scenario) client(from origin) (*kms.Client, error) {
	c, err := s.session.Client(from.caller, from.region)
	return c, absent(err)
}

func absent(err error) error {
	var missing *target.Missing
	if errors.As(err, &missing) {
		return &Absent{Reason: missing.Error()}
	}
	return err
}

// invoke makes one call with the SDK. It returns an error only where the target gave no answer that can be judged, or
// said that it does not implement the operation; a refusal is an outcome.
func invoke[In, Out any](
	ctx context.Context, s *Scenario, operation string,
	call func(context.Context, *In, ...func(*kms.Options)) (*Out, error), in *In,
) (*outcome, error) {
	o, err := s.patiently(ctx, operation, in, func(ctx context.Context) (*outcome, error) {
		ctx, exchange := s.session.Capture(ctx)
		answer, err := call(ctx, in)
		o := &outcome{operation: operation, exchange: exchange()}
		if err == nil {
			o.answer = answer
		}
		return o, err
	})
	if unsure(err) {
		return nil, err
	}
	return s.settle(o, err)
}

// settle sorts what came of a call into success, refusal and failures to judge.
func (s *Scenario) settle(o *outcome, err error) (*outcome, error) {
	if o.exchange != nil {
		s.exchanges = append(s.exchanges, o.exchange)
	}
	if err != nil && (o.exchange == nil || o.exchange.Response == nil) {
		return nil, fmt.Errorf("call %s: %w", o.operation, target.Failure(err, o.exchange))
	}
	if o.exchange != nil {
		if how, is := target.NotImplemented(o.exchange); is {
			return nil, &Unimplemented{Operation: o.operation, How: how}
		}
	}
	var api smithy.APIError
	switch {
	case err == nil:
		return o, nil
	case errors.As(err, &api) && o.exchange.Response.Status >= http.StatusBadRequest && o.exchange.ErrorCode() != "":
		o.refusal = refusalOf(o.exchange)
		return o, nil
	default:
		failure := target.Failure(err, o.exchange)
		var broken *target.BrokenAnswer
		if errors.As(failure, &broken) && broken.Undecodable {
			return nil, &Mismatch{
				Requirement: "DIKM-WIRE-01", exact: true,
				Expected: o.operation + " answers in AWS JSON 1.1, with members of the types that every SDK decodes", Actual: broken.What,
			}
		}
		return nil, fmt.Errorf("call %s: %w", o.operation, failure)
	}
}

func refusalOf(e *target.Exchange) *refusal {
	message, has := e.ErrorMessage()
	return &refusal{Code: e.ErrorCode(), Message: message, HasMessage: has, Status: e.Response.Status}
}

// need makes a call that a scenario rests on: a refusal is a Mismatch that blocks, naming the requirement by which it
// should have worked.
func (s *Scenario) need(o *outcome, err error, requirement string) (*outcome, error) {
	if err != nil {
		return nil, err
	}
	if o.refusal != nil {
		return nil, &Mismatch{
			Requirement: requirement,
			Expected:    o.operation + " succeeds",
			Actual:      o.refusal.String(),
		}
	}
	return o, nil
}

// record keeps an outcome as "the call" of the scenario.
func (s *Scenario) record(o *outcome, err error) error {
	if err != nil {
		return err
	}
	s.calls = append(s.calls, o)
	return nil
}

// last returns "the call".
func (s *Scenario) last() (*outcome, error) {
	if len(s.calls) == 0 {
		return nil, errors.New("the scenario speaks of a call before it made one: add a When step")
	}
	return s.calls[len(s.calls)-1], nil
}

// lastOnKey returns "the call" and "the key", for what is said of an answer that names the key.
func (s *Scenario) lastOnKey() (*outcome, *key, error) {
	o, err := s.last()
	if err != nil {
		return nil, nil, err
	}
	k, err := s.key("the key")
	return o, k, err
}

// succeeds holds when every call since the last When sentence did.
func (s *Scenario) succeeds() error {
	o, err := s.last()
	if err != nil {
		return err
	}
	return s.check(o.refusal == nil, "success", o.String())
}

func (s *Scenario) allSucceed() error {
	for _, o := range s.calls {
		if err := s.check(o.refusal == nil, "success", o.String()); err != nil {
			return err
		}
	}
	_, err := s.last()
	return err
}

// refused holds for an answer that refuses: an error of the caller's making, with a code. It is used alone only where
// the contract knows that a call is refused and does not know with which code.
func (s *Scenario) refused() error {
	o, err := s.last()
	if err != nil {
		return err
	}
	return s.check(o.refusal != nil && o.refusal.Status < http.StatusInternalServerError, "a refusal (4xx with an error code)", o.String())
}

func (s *Scenario) refusedWith(code string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	return s.check(o.refusal != nil && o.refusal.Code == code, code, o.String())
}

func (s *Scenario) messageSays(shape string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	want, err := s.placed.fill(shape)
	if err != nil {
		return err
	}
	if o.refusal == nil {
		return s.check(false, fmt.Sprintf("a refusal whose message says %q", want), o.String())
	}
	return s.check(strings.Contains(o.refusal.Message, want),
		fmt.Sprintf("a message that says %q", want), fmt.Sprintf("%d %s: %q", o.refusal.Status, o.refusal.Code, o.refusal.Message))
}

func (s *Scenario) noMessage() error {
	o, err := s.last()
	if err != nil {
		return err
	}
	return s.check(o.refusal != nil && o.refusal.Message == "", "an error without a message", o.String())
}

// words are the names in braces that a message in a scenario may use, and what they stand for.
type words map[string]string

func (w words) fill(shape string) (string, error) {
	var b strings.Builder
	for {
		open := strings.IndexByte(shape, '{')
		if open < 0 {
			b.WriteString(shape)
			return b.String(), nil
		}
		end := strings.IndexByte(shape[open:], '}')
		if end < 0 {
			return "", fmt.Errorf("the message %q opens a brace and does not close it", shape)
		}
		name := shape[open+1 : open+end]
		value, known := w[name]
		if !known {
			return "", fmt.Errorf("the message speaks of {%s}, which this scenario has not named; known are {key ARN}, {replica ARN}, "+
				"{Region of the key}, {identifier}, {missing ARN}, {alias ARN}, {caller ARN} and {id of the second material}", name)
		}
		b.WriteString(shape[:open])
		b.WriteString(value)
		shape = shape[open+end+1:]
	}
}
