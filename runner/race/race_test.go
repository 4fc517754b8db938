package race

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference"
)

// The reference explains everything that it answers, whatever races.
func TestReferenceIsLinearizable(t *testing.T) {
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	got, err := Run(context.Background(), kms, Options{Seed: 1, Rounds: 200})
	if err != nil {
		t.Fatal(err)
	}
	if got.Violation != nil {
		_ = got.Violation.Print(os.Stderr)
		t.Fatal("the reference is not linearizable")
	}
	t.Logf("%+v in %s", *got, time.Since(began))
	if got.Rounds != 200 || got.Undecided > 0 || got.Lost > 0 || len(got.Open) > 0 || got.Calls < 200*20 {
		t.Errorf("%+v: want 200 rounds, all decided, nothing lost and nothing open", *got)
	}
}
