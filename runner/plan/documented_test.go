package plan_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/kmsconform/kmsconform/runner/plan"
)

// documented holds what the pages say of a run of the whole contract to its plan. They need not follow every new scenario.
func documented(t *testing.T, p *plan.Plan) {
	t.Helper()
	const apart = 0.05
	calls := map[string]int{}
	for i := range p.Calls {
		if c := &p.Calls[i]; c.Account == "primary" && c.Region == home {
			calls[c.Operation] = c.Calls
		}
	}
	for page, says := range map[string]map[string]float64{
		"../../docs/aws.md": {
			`contract, (\d+) scenarios, makes`:    float64(p.Scenarios),
			`makes (\d+) keys and`:                float64(p.KeysMade()),
			`takes (\d+) minutes at half`:         p.ExpectedSeconds / 60,
			`most ([0-9.]+) USD a run`:            p.Cost.Total(),
			"`GetParametersForImport` \\| (\\d+)": float64(calls["GetParametersForImport"]),
			"`CreateKey` \\| (\\d+)":              float64(calls["CreateKey"]),
			"`ImportKeyMaterial` \\| (\\d+)":      float64(calls["ImportKeyMaterial"]),
			"`ScheduleKeyDeletion` \\| (\\d+)":    float64(calls["ScheduleKeyDeletion"]),
		},
		"../../README.md": {
			`without credentials: (\d+) keys`: float64(p.KeysMade()),
			`keys, (\d+) minutes at half`:     p.ExpectedSeconds / 60,
			`at most\s([0-9.]+) USD`:          p.Cost.Total(),
		},
	} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for pattern, want := range says {
			found := regexp.MustCompile(pattern).FindSubmatch(text)
			if found == nil {
				t.Errorf("%s does not say %s", page, pattern)
				continue
			}
			if said, err := strconv.ParseFloat(string(found[1]), 64); err != nil || math.Abs(said/want-1) > apart {
				t.Errorf("%s says %q, and the plan %.2f: `kmsconform plan --aws --profile-second other --assume-callers kmsconform` has the figures", page, found[0], want)
			}
		}
	}
}
