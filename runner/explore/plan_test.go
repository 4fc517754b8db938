package explore

import "testing"

// Plans are tried in turn, and each is for every kind of key that it names: whatever they say must be a sequence, and be
// done on the reference as it stands there.
func TestPlans(t *testing.T) {
	rounds := uint64(len(plans) + unplanned)
	kinds := map[string]bool{}
	for seed := range 3 * rounds {
		q := planned(seed, true)
		if seed%rounds >= uint64(len(plans)) {
			if q != nil {
				t.Errorf("seed %d is left to chance, and begins with %v", seed, q)
			}
			continue
		}
		if len(q) == 0 || q[0].Operation != "CreateKey" || q[0].Key != TheKey {
			t.Fatalf("seed %d begins with %v", seed, q)
		}
		kinds[q[0].Kind] = true
		if len(q) > DefaultSteps/2 {
			t.Errorf("seed %d: %d steps leave no room", seed, len(q))
		}
		for _, s := range q {
			if s.Operation == using || s.Operation == Make && s.Product == "" || s.Operation == "CreateKey" && s.Kind == "" {
				t.Errorf("seed %d: %v is not expanded", seed, s)
			}
		}
	}
	if len(kinds) < 12 {
		t.Errorf("plans are for %d kinds of keys", len(kinds))
	}
	for n, p := range plans {
		if p.clock && planned(uint64(n), false) != nil {
			t.Errorf("plan %d lets time pass where it cannot", n)
		}
	}
}
