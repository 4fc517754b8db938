package steps

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// withKey returns a scenario that has a multi-Region key with imported material, on a reference KMS of its own.
func withKey(t *testing.T, change func(*target.Target)) *Scenario {
	t.Helper()
	system, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(system)
	}
	s := New(system.Open(t.Name()), features.Scenario{ID: t.Name()})
	if err := s.keyInSituation(t.Context(), "a", "multi-Region symmetric", "with imported material", "", ""); err != nil {
		t.Fatal(err)
	}
	return s
}

// Scenarios about a second Region are skipped, with the reason, where there is none or where it is the first one again.
func TestASecondRegionIsNeeded(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*target.Target)
		reason string
	}{
		"no Region of that name": {func(t *target.Target) { delete(t.Regions, "replica") }, `no Region named "replica"`},
		"Regions not told apart": {func(t *target.Target) { t.Capabilities.Regions = 1 }, "does not tell eu-west-1 from us-east-1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := withKey(t, test.change)
			for sentence, err := range map[string]error{
				"Given a replica of the key":            s.replicaInSituation(t.Context(), "without material"),
				"When ReplicateKey is called":           s.calledOn(t.Context(), "ReplicateKey", "the key", options{}),
				"When UpdatePrimaryRegion is called":    s.calledOn(t.Context(), "UpdatePrimaryRegion", "the key", options{}),
				"Given its primary Region is changing":  s.primaryChanging(t.Context()),
				"Given a replica of it in the making":   s.replicaInSituation(t.Context(), "in the making"),
				"Given a replica with its own material": s.replicaInSituation(t.Context(), "with the same material"),
			} {
				var absent *Absent
				if !errors.As(err, &absent) || !strings.Contains(absent.Reason, test.reason) {
					t.Errorf("%s: got %v, want an Absent whose reason says %q", sentence, err, test.reason)
				}
			}
			if s.replica != nil {
				t.Error("the scenario has a replica")
			}
		})
	}
}

// A replica carries the tags that sweeping looks for, and knows the materials that the key got before and after it.
func TestAReplica(t *testing.T) {
	s := withKey(t, nil)
	ctx := s.session.Context(t.Context())
	if err := s.replicaInSituation(ctx, "with the same material"); err != nil {
		t.Fatal(err)
	}
	if s.background {
		t.Error("the replica is made, and the scenario still waits as if it were not")
	}
	shot, err := s.snapshotOf(ctx, s.replica)
	if err != nil {
		t.Fatal(err)
	}
	if want := "kmsconform-scenario=" + t.Name() + ", kmsconform=true"; shot["ListResourceTags"] != want {
		t.Errorf("the replica has the tags %q, want %q", shot["ListResourceTags"], want)
	}
	if err := s.pendingRotation(ctx, "second", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.wasImportedIntoReplica(ctx, "second"); err != nil {
		t.Fatal(err)
	}
	replica, err := s.key("the replica")
	if err != nil {
		t.Fatal(err)
	}
	second, err := replica.nth("second")
	if err != nil {
		t.Fatal(err)
	}
	if len(second.materialID) != 64 || second.materialID != s.keys[0].later[0].materialID {
		t.Errorf("the replica's import names the second material %q, the key's %q", second.materialID, s.keys[0].later[0].materialID)
	}
}

// A replica in the making is seen while it is, and one that cannot be made blocks the scenario instead of failing it.
func TestAReplicaInTheMaking(t *testing.T) {
	s := withKey(t, nil)
	ctx := s.session.Context(t.Context())
	if _, err := s.key("the replica"); err == nil {
		t.Error("there is a replica before one was made")
	}
	if err := s.replicaInSituation(ctx, "in the making"); err != nil {
		t.Fatal(err)
	}
	if err := s.keyState(ctx, "the replica", "is", string(types.KeyStateCreating)); err != nil {
		t.Error(err)
	}
	var blocked *Mismatch
	if err := s.replicaInSituation(ctx, "in the making"); !errors.As(err, &blocked) || blocked.Requirement != "DIKM-MRK-02" {
		t.Errorf("a second replica in the same Region: got %v, want a Mismatch of DIKM-MRK-02", err)
	}
}

// The Updating of a key is seen while it lasts, and the scenario then has the patience to see its end.
func TestAPrimaryRegionThatChanges(t *testing.T) {
	s := withKey(t, nil)
	ctx := s.session.Context(t.Context())
	if err := s.replicaInSituation(ctx, "with the same material"); err != nil {
		t.Fatal(err)
	}
	if err := s.primaryChanging(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.keyState(ctx, "the key", "is", string(types.KeyStateUpdating)); err != nil {
		t.Error(err)
	}
	if err := s.keyState(ctx, "the key", "becomes", string(types.KeyStateEnabled)); err != nil {
		t.Error(err)
	}
}

func TestAThirdRegionIsNoneOfTheTargets(t *testing.T) {
	for _, regions := range []map[string]string{
		{"primary": "us-west-2", "replica": "eu-west-1"}, {"primary": "us-east-1", "replica": "us-west-2"}, {"primary": "eu-north-1"},
	} {
		s := New((&target.Target{Regions: regions}).Open(t.Name()), features.Scenario{})
		if got := s.thirdRegion(); got == "" || got == regions["primary"] || got == regions["replica"] {
			t.Errorf("a third Region beside %v: got %q", regions, got)
		}
	}
}
