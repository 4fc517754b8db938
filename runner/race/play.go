package race

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/fixtures/material"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// rotationTakes is how far the clock is moved for a rotation to complete: AWS says about a minute (DIKM-MULTI-05).
const rotationTakes = 2 * time.Minute

// message is what is encrypted; it is no secret.
var message = []byte("kmsconform")

// unimplemented says that the target has no such operation.
type unimplemented struct{ operation, how string }

// Error implements the error interface.
func (u *unimplemented) Error() string {
	return fmt.Sprintf("the target does not implement %s: %s", u.operation, u.how)
}

// field is one key that a round is played on.
type field struct {
	session   *target.Session
	api       *kms.Client
	began     time.Time
	key       string
	materials map[string]material.Material
	prepared  map[*Step]parameters

	mu         sync.Mutex
	calls      []Call
	throttled  int
	ids        map[string]string // of materials, by symbol, as imports answered them
	ciphertext []byte            // made by the first Encrypt, under A
	racing     bool              // the race has begun
	failed     error             // the first one
}

// parameters are an import's own token and blob: whether a token serves twice is open (OQ-15).
type parameters struct{ token, blob []byte }

// play plays a round on a new key. What it returns are the calls in symbols, and how many were throttled.
func play(ctx context.Context, t *target.Target, r round) (calls []Call, throttled int, err error) {
	f := &field{
		session: t.Open(fmt.Sprintf("race/round-%d", r.number)), materials: map[string]material.Material{},
		prepared: map[*Step]parameters{}, ids: map[string]string{},
	}
	defer func() {
		// Whatever happened, and however the caller's context ended.
		limited, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer stop()
		if cleaning := f.session.Cleanup(limited); err == nil && cleaning != nil {
			err = cleaning
		}
	}()
	if f.api, err = f.session.Client("primary", "primary"); err != nil {
		return nil, 0, err
	}
	if err := f.prepare(ctx, &r); err != nil {
		return nil, 0, err
	}
	f.began = time.Now()
	for i := range r.opening.steps {
		if err := f.alone(ctx, &r.opening.steps[i]); err != nil {
			return nil, 0, err
		}
	}
	f.race(ctx, r.callers)
	if f.failed != nil {
		return nil, 0, f.failed
	}
	for i := range r.final {
		if err := f.alone(ctx, &r.final[i]); err != nil {
			return nil, 0, err
		}
	}
	return f.symbolic(), f.throttled, nil
}

// prepare makes the key, and wraps everything that will be imported, so that nothing but the calls takes time later.
func (f *field) prepare(ctx context.Context, r *round) error {
	r.opening.steps = append([]Step(nil), r.opening.steps...) // imports are told apart by their addresses
	in := &kms.CreateKeyInput{Origin: types.OriginTypeExternal, Description: pointer("kmsconform race")}
	for _, tag := range f.session.KeyTags() {
		in.Tags = append(in.Tags, types.Tag{TagKey: &tag.TagKey, TagValue: &tag.TagValue})
	}
	out, err := ask(ctx, f, "CreateKey", f.api.CreateKey, in)
	if err != nil {
		return err
	}
	if out.KeyMetadata == nil || out.KeyMetadata.KeyId == nil {
		return errors.New("call CreateKey: the answer names no key; `kmsconform run` says what else is wrong")
	}
	f.key = *out.KeyMetadata.KeyId
	for _, name := range materialNames {
		if f.materials[name], err = material.New("SYMMETRIC_DEFAULT", rand.Reader); err != nil {
			return err
		}
	}
	for i := range r.opening.steps {
		if err := f.wrap(ctx, &r.opening.steps[i]); err != nil {
			return err
		}
	}
	for _, turns := range r.callers {
		for i := range turns {
			if err := f.wrap(ctx, &turns[i].Step); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *field) wrap(ctx context.Context, step *Step) error {
	if step.Operation != importMaterial {
		return nil
	}
	const algorithm = types.AlgorithmSpecRsaesOaepSha256
	out, err := ask(ctx, f, "GetParametersForImport", f.api.GetParametersForImport, &kms.GetParametersForImportInput{
		KeyId: &f.key, WrappingAlgorithm: algorithm, WrappingKeySpec: types.WrappingKeySpecRsa2048,
	})
	if err != nil {
		return err
	}
	blob, err := material.Wrap(f.materials[step.Material].Bytes(), out.PublicKey, string(algorithm), rand.Reader)
	if err != nil {
		return fmt.Errorf("prepare the import of %s: %w", step.Material, err)
	}
	f.prepared[step] = parameters{token: out.ImportToken, blob: blob}
	return nil
}

// ask makes a call that a round cannot do without.
func ask[In, Out any](
	ctx context.Context, f *field, operation string, call func(context.Context, *In, ...func(*kms.Options)) (*Out, error), in *In,
) (*Out, error) {
	ctx, exchange := f.session.Capture(ctx)
	out, err := call(ctx, in)
	e := exchange()
	switch target.Classify(e) {
	case target.Succeeded:
		if err == nil {
			return out, nil
		}
	case target.Unimplemented:
		how, _ := target.NotImplemented(e)
		return nil, &unimplemented{operation, how}
	case target.Refused, target.Faulted:
		return nil, fmt.Errorf("call %s: %d %s; a race needs it: `kmsconform run` says what else is wrong", operation, e.Response.Status, e.ErrorCode())
	default:
	}
	if failure := target.Failure(err, e); failure != nil {
		err = failure
	}
	return nil, fmt.Errorf("call %s: %w", operation, err)
}

// alone makes one call while nobody else does.
func (f *field) alone(ctx context.Context, step *Step) error {
	if step.Operation == completion {
		if clock := f.session.Clock(); clock != nil {
			return clock.Advance(ctx, rotationTakes)
		}
		return nil
	}
	return f.do(ctx, 0, step)
}

// race lets all callers begin at the same time.
func (f *field) race(ctx context.Context, callers [][]turn) {
	f.racing = true
	begin := make(chan struct{})
	var all sync.WaitGroup
	for n, turns := range callers {
		all.Go(func() {
			<-begin
			for i := range turns {
				if !pause(ctx, turns[i].wait) {
					break
				}
				if err := f.do(ctx, n+1, &turns[i].Step); err != nil {
					f.fail(err)
					return
				}
			}
			f.fail(ctx.Err())
		})
	}
	close(begin)
	all.Wait()
}

func (f *field) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = err
	}
}

// pause waits, and reports whether there is time left.
func pause(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
