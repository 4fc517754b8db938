package explore

import (
	"sync"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
)

// observed is what one sequence on the right reference would have met.
type observed struct {
	steps   int
	touched []bool // by defect
}

// observe makes the sequences of the proof on the right reference and finds out which defects each of them would have met:
// up to the first call that a defect changes, a sequence with it is the sequence without it, so that only those that meet
// it have to be made with it.
func observe(t *testing.T, defects []defect.Defect, runs int) []observed {
	t.Helper()
	c := contract(t)
	all := make([]observed, runs)
	var wait sync.WaitGroup
	const workers = 4
	for w := range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := w; i < runs; i += workers {
				all[i] = observeOne(t, c, defects, i)
			}
		}()
	}
	wait.Wait()
	return all
}

func observeOne(t *testing.T, c *features.Contract, defects []defect.Defect, run int) observed {
	watched := defect.NewObserver(defects, false)
	kms, err := reference.Target(reference.Options{Install: func(o server.Options) server.Options { return watched.Install(o) }})
	if err != nil {
		t.Error(err)
		return observed{}
	}
	r, err := Run(t.Context(), kms, Options{Contract: c, Seed: proofSeed + uint64(run), Runs: 1})
	if err != nil {
		t.Error(err)
		return observed{}
	}
	for _, f := range r.Findings {
		t.Errorf("on the right reference, seed %d: %s", f.Seed, f.Fingerprint)
	}
	return observed{r.Steps, watched.Touched()}
}
