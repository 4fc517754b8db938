package race

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/reference/vault"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// sharedVault makes wrapping keys once for all tests.
var sharedVault = vault.New(vault.Options{})

// targetWith is the reference with something around its rules.
func targetWith(t testing.TB, rules func(*kms.State, func(time.Duration)) kms.Rules) *target.Target {
	return targetThrough(t, rules, func(r http.RoundTripper) http.RoundTripper { return r })
}

// targetThrough is targetWith for a transport that something is put around.
func targetThrough(
	t testing.TB, rules func(*kms.State, func(time.Duration)) kms.Rules, through func(http.RoundTripper) http.RoundTripper,
) *target.Target {
	t.Helper()
	k, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	isolated := k.Isolate
	k.Isolate = func() (http.RoundTripper, target.Clock) {
		if rules == nil {
			transport, clock := isolated()
			return through(transport), clock
		}
		s := server.New(server.Options{Vault: sharedVault, Principals: server.DefaultPrincipals(), Rules: rules})
		return through(reference.InProcess(s)), advancing{s}
	}
	return k
}

type advancing struct{ server *server.Server }

// Advance implements target.Clock.
func (a advancing) Advance(_ context.Context, by time.Duration) error { return a.server.Advance(by) }

// racy answers calls of one operation wrongly when others come in between.
type racy struct {
	state     *kms.State
	yield     func(time.Duration)
	operation string
	answer    func(r *racy, c kms.Call) (kms.Answer, *kms.Error)
}

// Apply implements kms.Rules.
func (r *racy) Apply(c kms.Call) (kms.Answer, *kms.Error) {
	if c.Request.Operation() != r.operation {
		return r.state.Apply(c)
	}
	return r.answer(r, c)
}

func (r *racy) pause() { r.yield(time.Millisecond) }

// lostUpdate loads the key, changes its copy and stores it: what others changed meanwhile is lost.
func lostUpdate(r *racy, c kms.Call) (kms.Answer, *kms.Error) {
	back := r.state.Mark()
	r.pause()
	back()
	return r.state.Apply(c)
}

// checkThenSet checks whether the call is allowed, and later sets the state whatever it is by then.
func checkThenSet(state func(kms.Grip) kms.KeyState, key func(kms.Request) *string) func(*racy, kms.Call) (kms.Answer, *kms.Error) {
	return func(r *racy, c kms.Call) (kms.Answer, *kms.Error) {
		g, found := r.state.Grip(c, *key(c.Request))
		if !found {
			return r.state.Apply(c)
		}
		back := r.state.Mark()
		to := state(g)
		answer, refused := r.state.Apply(c)
		back()
		if refused != nil {
			return answer, refused
		}
		r.pause()
		g.SetState(to)
		return answer, nil
	}
}

// Kinds of races that the catalogue of defects does not have are found, and what is shown of them is small.
func TestRacesAreFound(t *testing.T) {
	found := map[string]struct {
		operation string
		answer    func(*racy, kms.Call) (kms.Answer, *kms.Error)
	}{
		"a delete overwrites":             {deleteMaterial, lostUpdate},
		"an import overwrites":            {importMaterial, lostUpdate},
		"a cancelled deletion overwrites": {cancel, lostUpdate},
		"a rotation overwrites":           {rotate, lostUpdate},
		"a cancelled deletion does not look again": {cancel, checkThenSet(
			func(g kms.Grip) kms.KeyState {
				if g.Complete() {
					return kms.Disabled
				}
				return kms.PendingImport
			},
			func(r kms.Request) *string { return r.(*kms.CancelKeyDeletionInput).KeyId })},
	}
	for name, defect := range found {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := targetWith(t, func(state *kms.State, yield func(time.Duration)) kms.Rules {
				return &racy{state: state, yield: yield, operation: defect.operation, answer: defect.answer}
			})
			began := time.Now()
			got, err := Run(context.Background(), k, Options{Seed: 1, Rounds: 300})
			if err != nil {
				t.Fatal(err)
			}
			v := got.Violation
			if v == nil {
				t.Fatalf("not found in %d rounds, %s", got.Rounds, time.Since(began))
			}
			var shown bytes.Buffer
			if err := v.Print(&shown); err != nil {
				t.Fatal(err)
			}
			t.Logf("%s, of %d calls\n%s", time.Since(began), len(v.history), shown.String())
			if v.Alone || len(v.Calls) > 8 || !strings.Contains(shown.String(), "No order of the calls") {
				t.Errorf("alone %t, and %d calls are shown of %d", v.Alone, len(v.Calls), len(v.history))
			}
		})
	}
}
