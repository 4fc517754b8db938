package runner_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/aws/ledger"
	"github.com/kmsconform/kmsconform/fixtures/aws/sweep"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/fault"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
)

// doomed are the scenarios of the run that is killed: keys in one Region and in two, of two accounts' callers, deletion
// within the scenario, several materials.
var doomed = runner.Selection{Scenarios: []string{
	"key-states/the-material-of-an-enabled-key-is-deleted",
	"key-states/the-material-of-a-key-pending-deletion-is-deleted",
	"multi-region-keys/deleting-the-material-of-a-replica-of-a-multi-region-key-leaves-the-primary-key/hmac-256",
}}

// death is when a run is killed. The zero value: never.
type death struct {
	call  int64 // at which call of all
	made  int64 // at which of those that make keys, after it was carried out
	after bool  // after the call was carried out, and nobody has heard of it; else before it is sent
}

// mortal carries the calls of a run until it is killed, at a certain call: before that is sent, or when it was carried out
// and nobody has heard of it. Of what is under way then no answer arrives, and nothing is sent any more. Before, it loses
// the answers to some calls, so that the run has keys that it knows by their tags only.
type mortal struct {
	next http.RoundTripper
	death
	kill func()
	died chan struct{} // closed when it dies

	calls atomic.Int64
	dead  atomic.Bool
	lost  atomic.Int64
	lose  map[int64]string // by how often the operation was called: that answer is lost

	mu    sync.Mutex
	asked map[string]int64
}

var errKilled = errors.New("the process is dead")

func (m *mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.dead.Load() {
		return nil, errKilled
	}
	n := m.calls.Add(1)
	last := n == m.call
	if last && !m.after {
		m.die()
		return nil, errKilled
	}
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "TrentService.")
	m.mu.Lock()
	m.asked[operation]++
	last = last || m.made > 0 && (operation == "CreateKey" || operation == "ReplicateKey") && m.asked["CreateKey"]+m.asked["ReplicateKey"] == m.made
	lose := m.lose[m.asked[operation]] == operation
	m.mu.Unlock()
	// What is under way when the run is killed is carried out before anybody counts: the reference goes on with a call whose
	// context ended.
	answer, err := m.next.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
	if last {
		m.die()
	}
	switch {
	case m.dead.Load():
		return nil, errKilled
	case lose:
		m.lost.Add(1)
		return nil, io.ErrUnexpectedEOF
	default:
		return answer, err
	}
}

func (m *mortal) die() {
	m.dead.Store(true)
	m.kill()
	close(m.died)
}

// mourned is a ledger that takes nothing once its process is dead.
type mourned struct {
	*ledger.Ledger
	of *mortal
}

func (l mourned) alive(write func() error) error {
	if l.of.dead.Load() {
		return errKilled
	}
	return write()
}

func (l mourned) Making(k target.NewKey) error {
	return l.alive(func() error { return l.Ledger.Making(k) })
}
func (l mourned) Made(k target.NewKey, arn string) error {
	return l.alive(func() error { return l.Ledger.Made(k, arn) })
}
func (l mourned) NotMade(k target.NewKey) error {
	return l.alive(func() error { return l.Ledger.NotMade(k) })
}
func (l mourned) Removed(arn, region string) error {
	return l.alive(func() error { return l.Ledger.Removed(arn, region) })
}

// scene is a system that somebody else uses, too, and the ledger of a run that is to die there.
type scene struct {
	t      *testing.T
	target *target.Target
	late   time.Duration
	ledger string
	theirs map[string]types.KeyState // keys of somebody else, and the state in which they have to stay
}

// sharedOptions have what is dear to make anew: wrapping keys and signing keys.
var sharedOptions = sync.OnceValue(func() server.Options { return reference.Filled(server.Options{}) })

// wholeContract is loaded once.
var wholeContract = sync.OnceValue(func() *features.Contract {
	contract, err := features.Load()
	if err != nil {
		panic(err)
	}
	return contract
})

const doomedRun = "run-that-dies"

// newScene is a system whose changes show so late; zero: at once.
func newScene(t *testing.T, late time.Duration) *scene {
	t.Helper()
	made, err := reference.Shared(reference.Options{Faults: fault.Set{Eventual: late}, FaultSeed: 1, Install: func(o server.Options) server.Options {
		o.Vault, o.Principals = sharedOptions().Vault, sharedOptions().Principals
		o.Replication = 20 * time.Millisecond
		return o
	}})
	if err != nil {
		t.Fatal(err)
	}
	made.Patience = target.Patience{Retries: 3, Pause: time.Microsecond, Longest: time.Millisecond, Restarts: 3}
	s := &scene{t: t, target: made, late: late, ledger: filepath.Join(t.TempDir(), "ledger.jsonl"), theirs: map[string]types.KeyState{}}
	if late > 0 {
		made.Consistency, made.Patience = target.EventualConsistency, target.Eventually
	}
	s.somebody("primary", "us-east-1")
	s.somebody("second-account", "eu-west-1", "kmsconform=false", "kmsconform-run="+doomedRun)
	s.somebody("primary", "eu-west-1", "Owner=somebody", "kmsconform-scenario=key-states")
	trap := s.somebody("primary", "us-east-1", "Owner=somebody")
	l, err := ledger.Open(s.ledger, ledger.Run{ID: "run-with-a-trap", Endpoint: made.Endpoint})
	if err != nil {
		t.Fatal(err)
	}
	k := target.NewKey{Operation: "CreateKey", Scenario: "a/trap", Caller: "primary", Account: made.Callers["primary"].Account, Region: "us-east-1", Mark: "trap"}
	if err := errors.Join(l.Making(k), l.Made(k, trap), l.Close()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(late)
	return s
}

// somebody makes a key that is not the tool's.
func (s *scene) somebody(caller, region string, tags ...string) string {
	s.t.Helper()
	in := &kms.CreateKeyInput{}
	for _, tag := range tags {
		name, value, _ := strings.Cut(tag, "=")
		in.Tags = append(in.Tags, types.Tag{TagKey: &name, TagValue: &value})
	}
	session := s.target.Open("somebody/else")
	c, err := session.ClientIn(caller, region)
	if err != nil {
		s.t.Fatal(err)
	}
	made, err := c.CreateKey(session.Context(s.t.Context()), in)
	if err != nil {
		s.t.Fatal(err)
	}
	s.theirs[*made.KeyMetadata.Arn] = made.KeyMetadata.KeyState
	return *made.KeyMetadata.Arn
}

// run runs the doomed scenarios until they end or are killed. It returns how many calls were made, how many of them make keys,
// and how many answers were lost.
func (s *scene) run(d death) (calls, made, lost int64) {
	s.t.Helper()
	l, err := ledger.Open(s.ledger, ledger.Run{ID: doomedRun, Endpoint: s.target.Endpoint})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, kill := context.WithCancel(s.t.Context())
	defer kill()
	m := &mortal{
		next: s.target.Transport, death: d, kill: kill, died: make(chan struct{}), asked: map[string]int64{},
		lose: map[int64]string{2: "CreateKey", 1: "ReplicateKey"},
	}
	theirs := s.target // the run's own view of the system
	kms := &target.Target{
		Kind: theirs.Kind, Name: theirs.Name, Endpoint: theirs.Endpoint, Regions: theirs.Regions, Callers: theirs.Callers,
		Consistency: theirs.Consistency, Patience: theirs.Patience, Capabilities: theirs.Capabilities, Probed: theirs.Probed,
		Transport: m, Ledger: mourned{l, m}, Tags: map[string]string{
			"kmsconform-run": doomedRun, "kmsconform-expires": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
		},
	}
	ended := make(chan error, 1)
	go func() {
		_, err := runner.Run(ctx, kms, runner.Options{Contract: wholeContract(), Selection: doomed, Workers: 2})
		ended <- err
	}()
	if s.late > 0 { // nobody waits for what a dead process would still wait for
		select {
		case err = <-ended:
		case <-m.died:
		}
	} else {
		err = <-ended
	}
	if err := errors.Join(err, l.Close()); err != nil { // as the kernel does
		s.t.Fatal(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls.Load(), m.asked["CreateKey"] + m.asked["ReplicateKey"], m.lost.Load()
}

// sweep sweeps, and returns how many keys it scheduled.
func (s *scene) sweep(o sweep.Options) int {
	s.t.Helper()
	o.Target = s.target
	result, err := sweep.Run(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	if n := result.Count(sweep.Failed) + result.Count(sweep.Unclear) + result.Count(sweep.Young) + len(result.Unreached); n > 0 {
		s.t.Errorf("the sweep left something: %+v", result)
	}
	if traps := result.Count(sweep.Foreign); o.Ledger != "" && traps != 1 {
		s.t.Errorf("%d keys of the ledger were left for want of the tag, want 1", traps)
	}
	return result.Count(sweep.Scheduled)
}

// counted looks at every key there is: those of the tool that are not pending deletion are left, and those of somebody else
// have to be as they were.
func (s *scene) counted() (left []string, keys int) {
	s.t.Helper()
	found := 0
	for _, caller := range []string{"primary", "second-account"} {
		for _, region := range []string{"us-east-1", "eu-west-1", "us-west-2"} {
			session := s.target.Open("look/around")
			c, err := session.ClientIn(caller, region)
			if err != nil {
				s.t.Fatal(err)
			}
			ctx := session.Context(s.t.Context())
			listed, err := c.ListKeys(ctx, &kms.ListKeysInput{Limit: aws.Int32(1000)})
			if err != nil || listed.Truncated {
				s.t.Fatal(err)
			}
			for _, k := range listed.Keys {
				about, err := c.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: k.KeyId})
				if err != nil {
					s.t.Fatal(err)
				}
				state := about.KeyMetadata.KeyState
				if was, is := s.theirs[*k.KeyArn]; is {
					if found++; state != was {
						s.t.Errorf("%s is somebody else's, was %s and is %s", *k.KeyArn, was, state)
					}
					continue
				}
				keys++
				if state != types.KeyStatePendingDeletion && state != types.KeyStatePendingReplicaDeletion {
					left = append(left, fmt.Sprintf("%s %s", *k.KeyArn, state))
				}
			}
		}
	}
	if found != len(s.theirs) {
		s.t.Errorf("%d of %d keys of somebody else are there", found, len(s.theirs))
	}
	return left, keys
}

// killEvery is of how many call boundaries a test run tries one; with -soak it tries each.
const killEvery = 13

// TestKilledRunsLeaveNothing kills a run at every call, before the call is sent and after it was carried out, then sweeps by
// the ledger, or by the tags where the ledger is lost, and counts: nothing of the run is left, and what is somebody else's is
// as it was.
func TestKilledRunsLeaveNothing(t *testing.T) {
	whole := newScene(t, 0)
	calls, _, lost := whole.run(death{})
	if left, keys := whole.counted(); len(left) > 0 || keys < 5 || lost != 2 {
		t.Fatalf("a run that is not killed leaves %v of %d keys after %d calls and %d lost answers", left, keys, calls, lost)
	}
	record, err := ledger.Read(whole.ledger)
	if err != nil || len(record.Open) != 1 {
		t.Fatalf("its ledger has open: %+v, %v", record, err)
	}
	step := int64(killEvery)
	if *soak > 0 {
		step = 1
	}
	var kills, kept, swept atomic.Int64
	t.Run("kills", func(t *testing.T) {
		for n := int64(1); n <= calls; n += step {
			for _, after := range []bool{false, true} {
				for _, withLedger := range []bool{true, false} {
					t.Run(fmt.Sprintf("call %d, after it %t, with the ledger %t", n, after, withLedger), func(t *testing.T) {
						t.Parallel()
						left, scheduled := killed(t, n, after, withLedger)
						kills.Add(1)
						swept.Add(int64(scheduled))
						if left > 0 {
							kept.Add(1)
						}
					})
				}
			}
		}
	})
	if kept.Load() < kills.Load()/2 {
		t.Errorf("only %d of %d kills left keys: that proves little", kept.Load(), kills.Load())
	}
	t.Logf("%d kills of a run of %d calls, at every %d. of them: %d left keys, %d were swept, none is left",
		kills.Load(), calls, step, kept.Load(), swept.Load())
}

// killed kills a run, sweeps and counts. It returns how many keys the run left and how many the sweep scheduled.
func killed(t *testing.T, at int64, after, withLedger bool) (keys, scheduled int) {
	t.Helper()
	s := newScene(t, 0)
	s.run(death{call: at, after: after})
	before, _ := s.counted()
	o := sweep.Options{Ledger: s.ledger}
	if !withLedger {
		o = sweep.Options{Any: true}
	}
	scheduled = s.sweep(o)
	left, _ := s.counted()
	if len(left) > 0 || scheduled != len(before) {
		t.Errorf("%d keys were left, %d were swept, and these are left: %v", len(before), scheduled, left)
	}
	if withLedger {
		record, err := ledger.Read(s.ledger)
		if err != nil || len(record.Open) != 1 || record.Open[0].Scenario != "a/trap" || len(record.Damaged) > 0 {
			t.Errorf("the ledger has open: %+v, %v", record, err)
		}
	}
	if again := s.sweep(o); again != 0 {
		t.Errorf("a second sweep finds %d keys", again)
	}
	return len(before), scheduled
}
