package race

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
)

// alsoAlone are the racing defects that one caller meets, too, where a material that waits for a rotation is deleted, or
// one that the key has is imported again. That they take no race is then the right answer.
var alsoAlone = []string{
	"racing-delete-overwrites-the-schedule", "racing-delete-shows-a-state-in-between", "racing-import-enables-what-was-deleted",
}

// Every racing defect of the catalogue is found.
func TestRacingDefectsAreFound(t *testing.T) {
	racing := 0
	for _, d := range defect.All() {
		if !strings.HasPrefix(d.Name, "racing-") {
			continue
		}
		racing++
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			k, err := reference.Target(reference.Options{Defects: []defect.Defect{d}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := Run(context.Background(), k, Options{Seed: 1, Rounds: 400})
			if err != nil {
				t.Fatal(err)
			}
			var text bytes.Buffer
			if v := got.Violation; v != nil {
				_ = v.Print(&text)
			}
			t.Logf("%s\n%d rounds\n%s", d.Sentence, got.Rounds, text.String())
			switch v := got.Violation; {
			case v == nil:
				t.Errorf("not found in %d rounds", got.Rounds)
			case v.Alone && !slices.Contains(alsoAlone, d.Name):
				t.Error("it takes no race, it says")
			}
		})
	}
	if racing < 6 {
		t.Errorf("the catalogue has %d racing defects, want at least 6", racing)
	}
}
