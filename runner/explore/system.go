package explore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
	"github.com/kmsconform/kmsconform/fixtures/reference/vault"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// origin is who makes a call and from which Region, in the features' names.
type origin struct{ caller, region string }

// reply is what a call came to on either side.
type reply struct {
	code    string // the error's, or one of the names below; empty: success
	message string // the error's, redacted
	body    []byte // of a success. It may hold plaintexts: never print it.
	missing string // the operation, where the system said that it does not have it
}

// broken is the code of an answer that no KMS gives.
const broken = "(a broken answer)"

// system is one of the two that are compared.
type system interface {
	call(ctx context.Context, from origin, request kms.Request) (reply, error)
	// advance moves the clock. It is called only where both clocks can be moved.
	advance(ctx context.Context, by time.Duration) error
	// now is the time of the system.
	now() time.Time
}

// actual is the target.
type actual struct {
	session *target.Session
	moved   time.Duration
}

func (a *actual) call(ctx context.Context, from origin, request kms.Request) (reply, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return reply{}, fmt.Errorf("encode %s: %w", request.Operation(), err)
	}
	e, err := a.session.Raw(ctx, target.RawRequest{Caller: from.caller, Region: from.region, Operation: request.Operation(), Body: body})
	var cut *target.BrokenAnswer
	if errors.As(err, &cut) {
		return reply{code: broken, message: cut.Error()}, nil
	}
	if err != nil {
		return reply{}, fmt.Errorf("call %s: %w", request.Operation(), err)
	}
	message, _ := e.ErrorMessage()
	switch class := target.Classify(e); class {
	case target.Succeeded:
		return reply{body: e.ResponseBody()}, nil
	case target.Refused, target.Faulted:
		return reply{code: e.ErrorCode(), message: message}, nil
	case target.Unimplemented:
		return reply{code: notImplemented, missing: request.Operation()}, nil
	default:
		return reply{code: broken, message: "an answer that is " + string(class)}, nil
	}
}

func (a *actual) advance(ctx context.Context, by time.Duration) error {
	if err := a.session.Clock().Advance(ctx, by); err != nil {
		return err
	}
	a.moved += by
	return nil
}

func (a *actual) now() time.Time { return time.Now().Add(a.moved) }

// model is the oracle: the rules of the reference KMS, asked directly, with a state and a clock of their own.
type model struct {
	state   *kms.State
	vault   *vault.Vault
	callers map[string]kms.Caller
	regions map[string]string
	moved   time.Duration
}

// someAccount stands for that of an owner about whom the target tells nothing.
const someAccount = "111122223333"

func newModel(t *target.Target, v *vault.Vault) *model {
	m := &model{state: kms.New(kms.Options{}), vault: v, callers: map[string]kms.Caller{}, regions: t.Regions}
	for name, c := range t.Callers {
		who := kms.Caller{Account: c.Account, Principal: c.ARN}
		if who.Account == "" {
			who.Account = someAccount
		}
		if name == "primary" { // what IAM allows the owner is not known: everything, or the target could not be explored
			who.Principal = "arn:aws:iam::" + who.Account + ":root"
		}
		m.callers[name] = who
	}
	return m
}

func (m *model) call(_ context.Context, from origin, request kms.Request) (reply, error) {
	m.vault.Prepare(request)
	answer, refusal := m.state.Apply(kms.Call{
		Caller: m.callers[from.caller], Region: m.regions[from.region], Now: m.now(), Request: request, Fresh: m.vault,
	})
	if task, is := answer.(*kms.Task); is && refusal == nil {
		answer, refusal = m.vault.Finish(task)
	}
	if refusal != nil {
		return reply{code: refusal.Code, message: refusal.Message}, nil
	}
	if answer == nil {
		return reply{}, nil
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return reply{}, fmt.Errorf("encode the model's answer to %s: %w", request.Operation(), err)
	}
	return reply{body: body}, nil
}

func (m *model) advance(_ context.Context, by time.Duration) error {
	m.moved += by
	return nil
}

func (m *model) now() time.Time { return time.Now().Add(m.moved) }
