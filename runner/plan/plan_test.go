package plan_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/aws/budget"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/plan"
)

const (
	home    = "us-east-1"
	replica = "eu-west-1"
)

// everybody is who there is where nothing is missing.
var everybody = []string{
	"primary", "second-account", "second-account-allowed", "restricted", "iam-allowed", "iam-denied", "iam-by-alias", "iam-by-tag", "role-session",
}

func contract(t *testing.T) *features.Contract {
	t.Helper()
	c, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// chosen are the scenarios with these ids, or all.
func chosen(t *testing.T, c *features.Contract, ids ...string) []features.Scenario {
	t.Helper()
	if len(ids) == 0 {
		return c.Scenarios
	}
	var all []features.Scenario
	for _, id := range ids {
		for i := range c.Scenarios {
			if c.Scenarios[i].ID == id {
				all = append(all, c.Scenarios[i])
			}
		}
	}
	if len(all) != len(ids) {
		t.Fatalf("%d of %q are in the contract", len(all), ids)
	}
	return all
}

func options(t *testing.T, callers []string, ids ...string) plan.Options {
	t.Helper()
	c := contract(t)
	return plan.Options{
		Contract: c, Scenarios: chosen(t, c, ids...), Callers: callers,
		Regions:     map[string]string{"primary": home, "replica": replica},
		Consistency: target.EventualConsistency, Patience: target.Eventually, Share: 0.5, Workers: 64,
	}
}

func made(t *testing.T, callers []string, ids ...string) *plan.Plan {
	t.Helper()
	p, err := plan.Make(t.Context(), options(t, callers, ids...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The counts of scenarios whose sentences tell how often each operation is called: one key each, one import for every
// Region that imports, one delete, and the deletion of every key. How often is read depends on the target's consistency.
func TestCountsByHand(t *testing.T) {
	type lane struct{ account, region, operation string }
	for _, test := range []struct {
		id    string
		keys  map[budget.Lot]int
		calls map[lane]int // but for reads
		left  map[string]int
	}{
		{
			"key-states/nothing-was-ever-imported",
			map[budget.Lot]int{{Kind: budget.Symmetric, Account: "primary", Region: home}: 1},
			map[lane]int{{"primary", home, "CreateKey"}: 1, {"primary", home, "DeleteImportedKeyMaterial"}: 1, {"primary", home, "ScheduleKeyDeletion"}: 1},
			map[string]int{home: 7},
		},
		{
			"multi-region-keys/a-multi-region-key-is-imported-in-both-regions/rsa-2048-encrypt",
			map[budget.Lot]int{{Kind: budget.Primary, Account: "primary", Region: home}: 1, {Kind: budget.Replica, Account: "primary", Region: replica}: 1},
			map[lane]int{
				{"primary", home, "CreateKey"}: 1, {"primary", home, "ReplicateKey"}: 1,
				{"primary", home, "GetParametersForImport"}: 1, {"primary", home, "ImportKeyMaterial"}: 1, {"primary", home, "ScheduleKeyDeletion"}: 1,
				{"primary", replica, "GetParametersForImport"}: 1, {"primary", replica, "ImportKeyMaterial"}: 1, {"primary", replica, "ScheduleKeyDeletion"}: 1,
			},
			map[string]int{home: 14, replica: 7}, // the primary waits for its replica first
		},
		{
			"other-accounts/the-delete-by-key-arn",
			map[budget.Lot]int{{Kind: budget.Symmetric, Account: "primary", Region: home}: 1},
			map[lane]int{
				{"primary", home, "CreateKey"}: 1, {"primary", home, "GetParametersForImport"}: 1, {"primary", home, "ImportKeyMaterial"}: 1,
				{"second-account", home, "DeleteImportedKeyMaterial"}: 1, {"primary", home, "ScheduleKeyDeletion"}: 1,
			},
			map[string]int{home: 7},
		},
	} {
		t.Run(test.id, func(t *testing.T) {
			p := made(t, everybody, test.id)
			keys := map[budget.Lot]int{}
			for _, k := range p.Keys {
				keys[budget.Lot{Kind: k.Kind, Account: k.Account, Region: k.Region}] += k.Keys
			}
			same(t, "keys", keys, test.keys)
			calls := map[lane]int{}
			for _, c := range p.Calls {
				switch {
				case strings.HasPrefix(c.Operation, "Describe"), strings.HasPrefix(c.Operation, "List"), c.Operation == "GetKeyPolicy", c.Operation == "Encrypt":
				default:
					calls[lane{c.Account, c.Region, c.Operation}] += c.Calls
				}
			}
			same(t, "calls", calls, test.calls)
			left := map[string]int{}
			for _, l := range p.Left {
				left[l.Region] += l.Days
			}
			same(t, "days left", left, test.left)
			if len(p.Skipped) > 0 || p.Scenarios != 1 || len(p.Parts) != 1 || p.Parts[0].Keys != p.KeysMade() || p.Parts[0].Calls != p.CallsMade() {
				t.Errorf("%d scenarios, skipped %v, parts %+v", p.Scenarios, p.Skipped, p.Parts)
			}
			if want := float64(p.KeysMade()) / 672; math.Abs(p.Cost.Keys-want) > 1e-9 || p.Cost.Materials != 0 {
				t.Errorf("keys cost %v, want %v", p.Cost.Keys, want)
			}
		})
	}
}

func same[K comparable](t *testing.T, what string, got, want map[K]int) {
	t.Helper()
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%s: %d of %v, want %d", what, got[k], k, n)
		}
	}
	for k, n := range got {
		if want[k] == 0 {
			t.Errorf("%s: %d of %v, want none", what, n, k)
		}
	}
}

// The scarce calls of two scenarios, one each, take two seconds each at half of the quota.
func TestBoundByHand(t *testing.T) {
	p := made(t, everybody, "other-accounts/the-delete-by-key-arn", "other-accounts/the-delete-by-alias-arn")
	if p.BoundSeconds != 4 || p.Scarce == nil || p.Scarce.Quota != "GetParametersForImport" || p.Scarce.Units != 2 || p.Scarce.Pace != 0.5 || p.Scarce.Region != home {
		t.Errorf("bound %v, scarce %+v", p.BoundSeconds, p.Scarce)
	}
	if p.ExpectedSeconds < p.BoundSeconds || p.ExpectedSeconds > 60 {
		t.Errorf("it is expected to take %v s", p.ExpectedSeconds)
	}
	one := made(t, everybody, "other-accounts/the-delete-by-key-arn")
	o := options(t, everybody, "other-accounts/the-delete-by-key-arn", "other-accounts/the-delete-by-alias-arn")
	o.Workers = 1
	inTurn, err := plan.Make(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if inTurn.ExpectedSeconds < 1.8*one.ExpectedSeconds {
		t.Errorf("one after another they take %v s, and one alone %v s", inTurn.ExpectedSeconds, one.ExpectedSeconds)
	}
}

// What nobody can do on AWS is skipped in the plan, for the reason that the run will give.
func TestWhatIsSkipped(t *testing.T) {
	p := made(t, []string{"primary"}, "other-accounts/the-delete-by-key-arn", "key-states/nothing-was-ever-imported")
	if len(p.Skipped) != 1 || len(p.Skipped[0].Scenarios) != 1 || !strings.Contains(p.Skipped[0].Reason, "second-account") || len(p.Accounts) != 1 {
		t.Errorf("skipped %+v, accounts %q", p.Skipped, p.Accounts)
	}
	var text bytes.Buffer
	if err := p.WriteText(&text, budget.Limits{Keys: 1}); err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{
		"--profile-second", "1 scenario will be skipped", "2 scenarios on AWS in us-east-1 and eu-west-1, in one account", "Nothing was sent to AWS",
		"--max-keys 1 is less than the 2 keys that it makes", "pending deletion for 7 days, free of charge", "USD at most", budget.PriceSource,
	} {
		if !strings.Contains(text.String(), says) {
			t.Errorf("it does not say %q:\n%s", says, text.String())
		}
	}
}

// The whole contract is planned in seconds, and all that it says agrees with itself.
func TestWholeContract(t *testing.T) {
	if testing.Short() {
		t.Skip("it rehearses the whole contract")
	}
	began := time.Now()
	p := made(t, everybody)
	if took := time.Since(began); took > 90*time.Second { // 4 s on two cores that do nothing else
		t.Errorf("it took %s", took)
	}
	documented(t, p)
	keys, calls, left, usd := 0, 0, 0, 0.0
	for _, part := range p.Parts {
		keys, calls, usd = keys+part.Keys, calls+part.Calls, usd+part.USD
	}
	for _, l := range p.Left {
		left += l.Keys
	}
	if p.KeysMade() != keys || left != keys || p.CallsMade() != calls || math.Abs(usd-p.Cost.Total()) > 1e-6 || len(p.Parts) != p.Scenarios {
		t.Errorf("%d keys, %d of parts, %d left; %d calls, %d of parts; %v USD, %v of parts", p.KeysMade(), keys, left, p.CallsMade(), calls, p.Cost.Total(), usd)
	}
	if p.Cost.Total() > 5 || p.Scarce == nil || p.Scarce.Quota != "GetParametersForImport" {
		t.Errorf("it costs %v, and %+v is scarce", p.Cost, p.Scarce)
	}
	if p.ExpectedSeconds < p.BoundSeconds || p.ExpectedSeconds > 1.25*p.BoundSeconds {
		t.Errorf("%v s expected, bound %v s", p.ExpectedSeconds, p.BoundSeconds)
	}
	for _, skip := range p.Skipped { // nothing is missing but time
		if !strings.Contains(skip.Reason, "clock") {
			t.Errorf("%d scenarios are skipped: %s", len(skip.Scenarios), skip.Reason)
		}
	}
	scheduled := 0
	for _, c := range p.Calls {
		if c.Operation == "ScheduleKeyDeletion" {
			scheduled += c.Calls
		}
	}
	if scheduled < keys {
		t.Errorf("%d keys, and %d calls that schedule deletions", keys, scheduled)
	}
}

func TestJSON(t *testing.T) {
	var text bytes.Buffer
	if err := made(t, everybody, "key-states/nothing-was-ever-imported").WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Regions   map[string]string
		Scenarios int
		Keys      []struct {
			Kind, Account, Region string
			Keys                  int
		}
		Calls []struct {
			Operation string
			Calls     int
			Quota     *struct{ PerSecond, Pace, Seconds float64 }
		}
		Cost struct{ Keys, Requests float64 }
		Left []struct{ Keys, Days int }
	}
	if err := json.Unmarshal(text.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Scenarios != 1 || got.Regions["replica"] != replica || len(got.Keys) != 1 || got.Keys[0].Kind != "symmetric" || got.Cost.Keys == 0 ||
		len(got.Left) != 1 || got.Left[0].Days != 7 || len(got.Calls) == 0 || got.Calls[0].Quota == nil || got.Calls[0].Quota.Pace == 0 {
		t.Errorf("%s", text.String())
	}
}
