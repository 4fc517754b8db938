package explore

import (
	"bytes"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/reference/vault"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

func contract(t testing.TB) *features.Contract {
	t.Helper()
	c, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The reference is the oracle: on itself nothing may be found, or every other finding is in doubt.
func TestCleanReference(t *testing.T) {
	const parts, runs, length = 4, 50, 15
	for part := range uint64(parts) {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			kms, err := reference.Target(reference.Options{})
			if err != nil {
				t.Fatal(err)
			}
			r, err := Run(t.Context(), kms, Options{Contract: contract(t), Seed: 1000 * part, Runs: runs, Steps: length})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				t.Errorf("%s\n%v\n%v", f.Fingerprint, f.Differences, f.Sequence)
			}
			for _, u := range r.Unsteady {
				t.Errorf("unsteady: %s", u)
			}
			if len(r.Answers) > 0 || r.Runs != runs || r.Steps < runs*length*9/10 {
				t.Errorf("%d runs, %d steps, answers %v", r.Runs, r.Steps, r.Answers)
			}
		})
	}
}

// sequenceOf is the steps that a seed makes.
func sequenceOf(t *testing.T, seed uint64, o Options) Sequence {
	t.Helper()
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o.Contract = contract(t)
	e := newExplorer(kms, o)
	tr := newTrial(kms, e.vault, e.oracle)
	g := newGenerator(seed, tr, &e.options, func(Situation) bool { return false })
	ctx := tr.session.Context(t.Context())
	var q Sequence
	for range 40 {
		step, is := g.next(true)
		if !is {
			break
		}
		if _, err := tr.do(ctx, step); err != nil {
			t.Fatal(err)
		}
		q = append(q, step)
	}
	return q
}

func TestSeedsRepeat(t *testing.T) {
	first, again, other := sequenceOf(t, 7, Options{}), sequenceOf(t, 7, Options{}), sequenceOf(t, 8, Options{})
	if !slices.Equal(first, again) {
		t.Errorf("seed 7 made %v and then %v", first, again)
	}
	if slices.Equal(first, other) || len(first) != 40 {
		t.Errorf("seeds 7 and 8 made the same %d steps", len(first))
	}
}

func TestOnlySomeOperations(t *testing.T) {
	only := []string{"ImportKeyMaterial", "DeleteImportedKeyMaterial"}
	for _, step := range sequenceOf(t, 3, Options{Operations: only}) {
		if !slices.Contains(append(only, "CreateKey", Pass, Fetch), step.Operation) {
			t.Errorf("%s", step)
		}
	}
}

// Two mistakes are told apart, each is listed once, and the second is found although the first is everywhere.
func TestRootCausesAreToldApart(t *testing.T) {
	t.Parallel()
	var both []defect.Defect
	for _, name := range []string{"delete-of-a-disabled-key-is-refused", "first-material-is-not-listed"} {
		d, err := defect.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, d)
	}
	kms, err := reference.Target(reference.Options{Defects: both})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), kms, Options{Contract: contract(t), Seed: 1, Runs: 60})
	if err != nil {
		t.Fatal(err)
	}
	var listing, refusing bool
	seen := map[Fingerprint]bool{}
	for _, f := range r.Findings {
		if seen[f.Fingerprint] {
			t.Errorf("twice: %s", f.Fingerprint)
		}
		seen[f.Fingerprint] = true
		listing = listing || f.Fingerprint.Aspect == "a material: ImportState"
		refusing = refusing || f.Fingerprint.State == "Disabled" && f.Fingerprint.Actual == "DisabledException"
	}
	if !listing || !refusing {
		t.Errorf("found only %v", seen)
	}
	var out bytes.Buffer
	if err := Print(&out, r, "kmsconform explore"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"expected  success", "actual    DisabledException", "seed 1", "again  kmsconform explore --seed 1", "Scenario: 1, "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the screen lacks %q:\n%s", want, out.String())
		}
	}
}

// A KMS that is not the suite's own: no clock to move, a bound on keys, and none left over.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	kms := server.New(server.Options{Vault: vault.New(vault.Options{}), Principals: server.DefaultPrincipals()})
	at := httptest.NewServer(kms)
	defer at.Close()
	callers := target.DefaultCallers()
	endpoint, err := target.NewEndpoint(target.EndpointOptions{URL: at.URL, Callers: callers})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), endpoint, Options{Contract: contract(t), Seed: 2, Runs: 50, Steps: 12, MaxKeys: 12})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) > 0 || len(r.Unsteady) > 0 {
		t.Errorf("found %v, %v", r.Findings, r.Unsteady)
	}
	if r.Keys != 12 || r.Stopped == "" || r.Leftover != "" {
		t.Errorf("%d keys of 12, stopped: %q, left over: %q", r.Keys, r.Stopped, r.Leftover)
	}
}
