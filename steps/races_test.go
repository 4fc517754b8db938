package steps

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cucumber/godog"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/reference/vault"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// careless is a KMS that gives its lock away between looking and acting. It is called under the lock.
type careless struct {
	state *kms.State
	yield func(time.Duration)
	act   func(c *careless, call kms.Call, g kms.Grip) (kms.Answer, *kms.Error)

	used      *kms.Task
	usedAt    time.Time
	described kms.Answer
	turn      int
}

// Apply implements kms.Rules.
func (c *careless) Apply(call kms.Call) (kms.Answer, *kms.Error) {
	id := identifierOf(call.Request)
	g, is := c.state.Grip(call, id)
	if id == "" || !is {
		return c.state.Apply(call)
	}
	return c.act(c, call, g)
}

func identifierOf(r kms.Request) string {
	var id *string
	switch r := r.(type) {
	case *kms.DeleteImportedKeyMaterialInput:
		id = r.KeyId
	case *kms.ImportKeyMaterialInput:
		id = r.KeyId
	case *kms.EncryptInput:
		id = r.KeyId
	case *kms.DecryptInput:
		id = r.KeyId
	case *kms.GenerateDataKeyInput:
		id = r.KeyId
	case *kms.RotateKeyOnDemandInput:
		id = r.KeyId
	case *kms.ScheduleKeyDeletionInput:
		id = r.KeyId
	case *kms.EnableKeyInput:
		id = r.KeyId
	case *kms.DisableKeyInput:
		id = r.KeyId
	case *kms.DescribeKeyInput:
		id = r.KeyId
	}
	if id == nil {
		return ""
	}
	return *id
}

// gap is how long the lock is given away: about as long as a call takes.
const gap = 300 * time.Microsecond

// lookThenAct looks, gives the lock away, and then acts on what it saw.
func lookThenAct(operation string, look func(kms.Grip, kms.Call) bool, act func(kms.Grip, kms.Call) kms.Answer) func(*careless, kms.Call, kms.Grip) (kms.Answer, *kms.Error) {
	return func(c *careless, call kms.Call, g kms.Grip) (kms.Answer, *kms.Error) {
		if call.Request.Operation() != operation {
			return c.state.Apply(call)
		}
		saw := look(g, call)
		c.yield(gap)
		answer, err := c.state.Apply(call)
		if err != nil && saw {
			return act(g, call), nil
		}
		return answer, err
	}
}

// carelessness are ways not to be careful, and the scenario that tells.
var carelessness = []struct {
	name, scenario string
	act            func(*careless, kms.Call, kms.Grip) (kms.Answer, *kms.Error)
}{
	{"a delete looks whether there is something to delete, then finds nothing", "deletes-racing-each-other",
		func(c *careless, call kms.Call, g kms.Grip) (kms.Answer, *kms.Error) {
			if call.Request.Operation() != "DeleteImportedKeyMaterial" {
				return c.state.Apply(call)
			}
			there := g.Complete()
			c.yield(gap)
			if there && !g.Complete() {
				return nil, &kms.Error{Code: "KMSInternalException", Message: "gone", Status: 400}
			}
			return c.state.Apply(call)
		}},
	{"an import enables the key after it gave the lock away", "a-delete-racing-an-import",
		func(c *careless, call kms.Call, g kms.Grip) (kms.Answer, *kms.Error) {
			answer, err := c.state.Apply(call)
			if call.Request.Operation() == "ImportKeyMaterial" && err == nil {
				c.yield(gap)
				g.SetState(kms.Enabled)
			}
			return answer, err
		}},
	{"uses are allowed by what was so a moment ago", "a-delete-racing-the-use",
		func(c *careless, call kms.Call, _ kms.Grip) (kms.Answer, *kms.Error) {
			answer, err := c.state.Apply(call)
			task, is := answer.(*kms.Task)
			switch {
			case call.Request.Operation() != "Encrypt":
			case is:
				c.used, c.usedAt = task, time.Now()
			case c.used != nil && time.Since(c.usedAt) < 5*time.Millisecond:
				return c.used, nil
			}
			return answer, err
		}},
	{"two first imports both see an empty key", "imports-of-different-materials-racing",
		lookThenAct("ImportKeyMaterial", func(g kms.Grip, _ kms.Call) bool { return len(g.Materials()) == 0 }, importedAll)},
	{"two imports both see that nothing is pending", "imports-of-new-materials-racing",
		lookThenAct("ImportKeyMaterial", func(g kms.Grip, c kms.Call) bool {
			return g.Pending() == "" && c.Request.(*kms.ImportKeyMaterialInput).ImportType != nil
		}, importedAll)},
	{"two rotations both see a pending material", "rotations-racing-each-other",
		lookThenAct("RotateKeyOnDemand", func(g kms.Grip, _ kms.Call) bool { return g.Pending() != "" },
			func(g kms.Grip, c kms.Call) kms.Answer {
				g.Rotate(c.Now)
				g.SetMaterialState(g.Materials()[0], kms.Current)
				return kms.RotateKeyOnDemandOutput{KeyId: g.ARN()}
			})},
	{"a rotation goes on without the material it saw", "a-rotation-racing-the-deletion",
		lookThenAct("RotateKeyOnDemand", func(g kms.Grip, _ kms.Call) bool { return g.Pending() != "" },
			func(g kms.Grip, _ kms.Call) kms.Answer {
				g.SetMaterialState(g.Materials()[0], kms.NonCurrent)
				return kms.RotateKeyOnDemandOutput{KeyId: g.ARN()}
			})},
	{"two schedulings both see a key that stays", "deletes-racing-the-scheduling",
		lookThenAct("ScheduleKeyDeletion", func(g kms.Grip, _ kms.Call) bool { return g.State() != kms.PendingDeletion },
			func(g kms.Grip, _ kms.Call) kms.Answer {
				return kms.ScheduleKeyDeletionOutput{KeyId: g.ARN(), KeyState: kms.PendingDeletion}
			})},
	{"EnableKey enables what it saw disabled", "deletes-racing-the-enabling",
		lookThenAct("EnableKey", func(g kms.Grip, _ kms.Call) bool { return g.State() == kms.Disabled },
			func(g kms.Grip, _ kms.Call) kms.Answer { g.SetState(kms.Enabled); return nil })},
	{"DisableKey disables what it saw enabled", "deletes-racing-the-disabling",
		lookThenAct("DisableKey", func(g kms.Grip, _ kms.Call) bool { return g.State() == kms.Enabled },
			func(g kms.Grip, _ kms.Call) kms.Answer { g.SetState(kms.Disabled); return nil })},
	{"every second reader is told what was so a moment ago", "deletes-racing-each-other",
		func(c *careless, call kms.Call, g kms.Grip) (kms.Answer, *kms.Error) {
			answer, err := c.state.Apply(call)
			if call.Request.Operation() != "DescribeKey" || err != nil {
				return answer, err
			}
			if g.State() == kms.Enabled {
				c.described = answer
			} else if c.turn++; c.turn%2 == 0 && c.described != nil {
				return c.described, nil
			}
			return answer, err
		}},
}

// importedAll is the answer to an import that was not refused.
func importedAll(g kms.Grip, c kms.Call) kms.Answer {
	return kms.ImportKeyMaterialOutput{KeyId: g.ARN(), KeyMaterialId: g.IDOf(*c.Request.(*kms.ImportKeyMaterialInput).Opened.Material)}
}

type movable struct{ *server.Server }

// Advance implements target.Clock.
func (m movable) Advance(_ context.Context, by time.Duration) error { return m.Server.Advance(by) }

// carelessTarget is the reference with rules of its own.
func carelessTarget(t testing.TB, act func(*careless, kms.Call, kms.Grip) (kms.Answer, *kms.Error)) *target.Target {
	t.Helper()
	made, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := server.Options{Vault: vault.New(vault.Options{}), Principals: server.DefaultPrincipals(),
		Rules: func(state *kms.State, yield func(time.Duration)) kms.Rules {
			return &careless{state: state, yield: yield, act: act}
		}}
	made.Isolate = func() (http.RoundTripper, target.Clock) {
		kms := server.New(o)
		return reference.InProcess(kms), movable{kms}
	}
	return made
}

// played runs one scenario of the contract.
func played(t testing.TB, kms *target.Target, scenario features.Scenario, races Races) (Result, *Scenario) {
	t.Helper()
	s := New(kms.Open(scenario.ID), scenario)
	s.Race(races)
	var texts []string
	for _, step := range scenario.Steps {
		texts = append(texts, step.Text)
	}
	suite := godog.TestSuite{
		Name: scenario.ID,
		ScenarioInitializer: func(sc *godog.ScenarioContext) {
			if err := RegisterFor(sc, s, texts); err != nil {
				t.Error(err)
			}
		},
		Options: &godog.Options{Format: "progress", Output: io.Discard, NoColors: true, Strict: true, Concurrency: 1,
			DefaultContext:  t.Context(),
			FeatureContents: []godog.Feature{{Name: scenario.ID + ".feature", Contents: scenario.Document}}},
	}
	suite.Run()
	return s.Result(), s
}

// raceScenarios are those of the profile concurrency.
func raceScenarios(t testing.TB) []features.Scenario {
	t.Helper()
	contract, err := features.Load()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Clone(contract.Scenarios), func(s features.Scenario) bool { return s.Profile != features.Concurrency })
}

// Whoever is careless between looking and acting is found out, if not at once.
func TestRacesFindCarelessness(t *testing.T) {
	scenarios := raceScenarios(t)
	for _, c := range carelessness {
		t.Run(c.name, func(t *testing.T) {
			i := slices.IndexFunc(scenarios, func(s features.Scenario) bool { return strings.HasPrefix(s.ID, "concurrency/"+c.scenario) })
			if i < 0 {
				t.Fatalf("no scenario concurrency/%s", c.scenario)
			}
			kms := carelessTarget(t, c.act)
			for n := range 60 {
				r, _ := played(t, kms, scenarios[i], Races{Seed: uint32(n + 1)})
				switch r.Status {
				case Passed:
				case Failed:
					t.Logf("run %d: %s: expected %s, got %s; %v", n+1, r.Step, r.Expected, r.Actual, r.Notes)
					if r.Seed != uint32(n+1) || r.Decisive == nil {
						t.Errorf("seed %d, and the exchange that shows it: %v", r.Seed, r.Decisive)
					}
					return
				default:
					t.Fatalf("%s: %s", r.Status, r.Reason)
				}
			}
			t.Error("never found")
		})
	}
}

// A careful KMS is never accused, whatever the order.
func TestRacesAccuseNobody(t *testing.T) {
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	runs := 2
	if testing.Short() {
		runs = 1
	}
	assertions := map[string]int{}
	for n := range runs {
		for _, scenario := range raceScenarios(t) {
			r, s := played(t, kms, scenario, Races{Seed: uint32(n + 1), Times: n%2 + 1})
			if r.Status != Passed {
				t.Errorf("%s, seed %d: %s: %s; %v", scenario.ID, n+1, r.Status, r.Reason, r.Notes)
			}
			if len(s.rounds) < leastRounds || len(r.Notes) != 1 || r.Seed != uint32(n+1) {
				t.Errorf("%s: %d rounds, notes %q, seed %d", scenario.ID, len(s.rounds), r.Notes, r.Seed)
			}
			// How many rounds there were must not show in the count of assertions, which runs are compared by.
			if before, seen := assertions[scenario.ID]; seen && before != r.Assertions {
				t.Errorf("%s: %d assertions, and %d before", scenario.ID, r.Assertions, before)
			}
			assertions[scenario.ID] = r.Assertions
		}
	}
}

func TestARaceEndsInTime(t *testing.T) {
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, s := played(t, kms, raceScenarios(t)[0], Races{Seed: 1, Times: 1000, Within: time.Nanosecond})
	if r.Status != Passed || len(s.rounds) != leastRounds {
		t.Errorf("%s after %d rounds: %s", r.Status, len(s.rounds), r.Reason)
	}
}

func TestStarters(t *testing.T) {
	tests := []struct {
		list string
		want string // kind times count; empty: refused
	}{
		{"8 deletes", "delete*8"},
		{"a delete and 6 uses", "delete*1 use*6"},
		{"2 rotations, a delete of the pending material and an import of the same material", "rotation*2 delete*1 import*1"},
		{"3 imports of different materials as NEW_KEY_MATERIAL", "import/NEW_KEY_MATERIAL*3"},
		{"2 calls of EnableKey", "call of %s/EnableKey*2"},
		{"0 deletes", ""}, {"65 deletes", ""}, {"60 deletes and 5 uses", ""}, {"99999999999999999999 deletes", ""},
		{"deletes", ""}, {"2 nothings", ""}, {"2 deletes,", ""}, {"2 deletes of", ""},
	}
	for _, test := range tests {
		all, err := startersOf(test.list)
		var got []string
		for _, one := range all {
			text := one.kind
			if one.operation != "" {
				text += "/" + one.operation
			}
			got = append(got, text+"*"+strconv.Itoa(one.count))
		}
		if (err == nil) != (test.want != "") || strings.Join(got, " ") != test.want {
			t.Errorf("%q: %q, %v; want %q", test.list, got, err, test.want)
		}
	}
}

// The same seed makes the same callers hesitate.
func TestTheSeedDecidesWhoHesitates(t *testing.T) {
	s := opened(t)
	s.exchanges = []*target.Exchange{{Duration: time.Millisecond}}
	drawn := func(seed uint64) []time.Duration {
		dice := rand.New(rand.NewPCG(seed, 1))
		return append(s.hesitations(9, dice), s.hesitations(9, dice)...)
	}
	if one, same, other := drawn(7), drawn(7), drawn(8); !slices.Equal(one, same) || slices.Equal(one, other) {
		t.Errorf("%v, again %v, with another seed %v", one, same, other)
	}
	late := 0
	for _, d := range s.hesitations(9, rand.New(rand.NewPCG(1, 1))) {
		if d > time.Millisecond {
			t.Errorf("%s is longer than any answer took", d)
		}
		if d > 0 {
			late++
		}
	}
	if late != 4 {
		t.Errorf("%d of 9 start late", late)
	}
}

// Where changes show late, answers of one moment say nothing.
func TestOnlySettledStatesAreJudgedWhereChangesShowLate(t *testing.T) {
	kms := carelessTarget(t, func(c *careless, call kms.Call, _ kms.Grip) (kms.Answer, *kms.Error) {
		answer, err := c.state.Apply(call)
		if task, is := answer.(*kms.Task); is && call.Request.Operation() == "Encrypt" {
			c.used, c.usedAt = task, time.Now()
		} else if call.Request.Operation() == "Encrypt" && c.used != nil && time.Since(c.usedAt) < 20*time.Millisecond {
			return c.used, nil
		}
		return answer, err
	})
	kms.Consistency = target.Consistency{Reads: 2, Every: 5 * time.Millisecond, Within: 2 * time.Second}
	for _, scenario := range raceScenarios(t) {
		if !strings.HasPrefix(scenario.ID, "concurrency/a-delete-racing-the-use") {
			continue
		}
		if r, s := played(t, kms, scenario, Races{Seed: 1}); r.Status != Passed || len(s.rounds[0].readings) > 0 {
			t.Errorf("%s: %s; %d readers", r.Status, r.Reason, len(s.rounds[0].readings))
		}
	}
}

func TestSentencesAboutRoundsNeedARace(t *testing.T) {
	s := opened(t)
	for name, err := range map[string]error{
		"every": s.everyOf("delete", ""), "exactly one": s.exactlyOne("delete", "X"), "none after": s.noneAfter(),
		"readers": s.readersAgree(), "state": s.keyEnds(t.Context(), "Enabled", ""), "winner": s.onlyTheWinner(t.Context()),
	} {
		if err == nil || isMismatch(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
