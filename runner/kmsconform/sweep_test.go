package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/fixtures/aws/ledger"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// asCommand makes the test binary the command itself, so that a test can kill it, or give it an environment of its own; quick,
// with less patience than AWS needs.
const asCommand = "KMSCONFORM_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	switch os.Getenv(asCommand) {
	case "":
	case "quick":
		patience := quick
		patience.Within = 2 * time.Second
		os.Exit(execute(context.Background(), world{out: os.Stdout, errs: os.Stderr, environ: os.Environ(), consistency: &patience}, os.Args[1:]))
	default:
		main()
		return
	}
	os.Exit(m.Run())
}

// yard is a KMS that listens, and whose keys can be looked at.
type yard struct {
	t      *testing.T
	url    string
	target *target.Target

	mu     sync.Mutex
	came   func() // before each request is served; nil: nothing
	served func() // after
}

// watch sets what happens around each request.
func (y *yard) watch(came, served func()) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.came, y.served = came, served
}

func (y *yard) happens(what *func()) {
	y.mu.Lock()
	do := *what
	y.mu.Unlock()
	if do != nil {
		do()
	}
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{t: t}
	system, err := reference.New(server.Options{Wire: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			y.happens(&y.came)
			next.ServeHTTP(w, r)
			y.happens(&y.served)
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	y.url = listening(t, system)
	if y.target, err = target.NewEndpoint(target.EndpointOptions{URL: y.url, Callers: target.DefaultCallers()}); err != nil {
		t.Fatal(err)
	}
	return y
}

// make makes a key of primary with tags, each "name=value".
func (y *yard) make(tags ...string) string {
	y.t.Helper()
	s := y.target.Open("a/test")
	c, err := s.ClientIn("primary", "us-east-1")
	if err != nil {
		y.t.Fatal(err)
	}
	in := &kms.CreateKeyInput{}
	for _, tag := range tags {
		name, value, _ := strings.Cut(tag, "=")
		in.Tags = append(in.Tags, types.Tag{TagKey: &name, TagValue: &value})
	}
	made, err := c.CreateKey(s.Context(y.t.Context()), in)
	if err != nil {
		y.t.Fatal(err)
	}
	return *made.KeyMetadata.Arn
}

// alive are the keys that are not pending deletion.
func (y *yard) alive() []string {
	y.t.Helper()
	var alive []string
	for _, caller := range []string{"primary", "second-account"} {
		for _, region := range []string{"us-east-1", "eu-west-1", "us-west-2"} {
			s := y.target.Open("a/test")
			c, err := s.ClientIn(caller, region)
			if err != nil {
				y.t.Fatal(err)
			}
			ctx := s.Context(y.t.Context())
			pages := kms.NewListKeysPaginator(c, &kms.ListKeysInput{})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					y.t.Fatal(err)
				}
				for _, k := range page.Keys {
					about, err := c.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: k.KeyId})
					if err != nil {
						y.t.Fatal(err)
					}
					if s := about.KeyMetadata.KeyState; s != types.KeyStatePendingDeletion && s != types.KeyStatePendingReplicaDeletion {
						alive = append(alive, *k.KeyArn)
					}
				}
			}
		}
	}
	return alive
}

func TestSweep(t *testing.T) {
	y := newYard(t)
	mine, theirs := y.make("kmsconform=true", "kmsconform-scenario=key-states/one"), y.make()
	if code, out, errs := command(t, "sweep", "--endpoint", y.url); code != exitConformant || !strings.Contains(out, mine) ||
		!strings.Contains(out, "2 keys looked at, 1 left, because a run may use them\n") || len(y.alive()) != 2 {
		t.Errorf("a young key: %d %s %s", code, out, errs)
	}
	if code, out, errs := command(t, "sweep", "--endpoint", y.url, "--older-than", "0", "--dry-run"); code != exitConformant ||
		!strings.Contains(out, "1 would be scheduled for deletion, nothing was done\n") || len(y.alive()) != 2 {
		t.Errorf("a dry run: %d %s %s", code, out, errs)
	}
	code, out, errs := command(t, "sweep", "--endpoint", y.url, "--older-than", "0", "--all-regions")
	if code != exitConformant || !strings.Contains(out, "key-states/one") || !strings.Contains(out, "1 scheduled for deletion\n") || strings.Contains(out, theirs) {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if left := y.alive(); len(left) != 1 || left[0] != theirs {
		t.Errorf("left are %q", left)
	}
	if code, out, _ := command(t, "sweep", "--endpoint", y.url); code != exitConformant || out != "2 keys looked at, 1 pending deletion before\n" {
		t.Errorf("once more: %d %q", code, out)
	}
}

func TestSweepByTheLedger(t *testing.T) {
	y := newYard(t)
	mine, trap := y.make("kmsconform=true", "kmsconform-run=run-1"), y.make("Owner=somebody")
	path := filepath.Join(t.TempDir(), "keys.jsonl")
	l, err := ledger.Open(path, ledger.Run{ID: "run-1", Endpoint: y.url})
	if err != nil {
		t.Fatal(err)
	}
	k := target.NewKey{Operation: "CreateKey", Scenario: "key-states/one", Caller: "primary", Region: "us-east-1"}
	if err := errors.Join(l.Making(k), l.Made(k, mine), l.Making(k), l.Made(k, trap)); err != nil {
		t.Fatal(err)
	}
	args := []string{"sweep", "--endpoint", y.url, "--ledger", path}
	if code, _, errs := command(t, args...); code != exitUsage || !strings.Contains(errs, "another run or sweep is using the ledger") {
		t.Errorf("while the run goes on: %d %s", code, errs)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, "garbage\n{\"entry\":\"ma"...), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := command(t, args...)
	for _, want := range []string{mine, "scheduled for deletion\n", trap, "left: not tagged: the ledger has it", "damaged in line 6", "the ledger's line 7"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if left := y.alive(); code != exitCouldNotRun || len(left) != 1 || left[0] != trap {
		t.Errorf("%d, left are %q: %s", code, left, errs)
	}
}

// A run keeps a ledger of another endpoint where it is asked to, and leaves nothing open in it.
func TestARunKeepsALedger(t *testing.T) {
	y := newYard(t)
	path := filepath.Join(t.TempDir(), "keys.jsonl")
	code, out, errs := command(t, "run", "--endpoint", y.url, "--ledger", path, "--no-report", "--requirement", "DIKM-STATE-02")
	if code != exitConformant {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	record, err := ledger.Read(path)
	if err != nil || len(record.Open) != 0 || len(record.Runs) != 1 || record.Entries < 7 || len(record.Damaged) > 0 {
		t.Errorf("%+v, %v", record, err)
	}
	if left := y.alive(); len(left) > 0 {
		t.Errorf("left are %q", left)
	}
}

// On AWS, here the reference in its place, the ledger of the folder is used where it is.
func TestSweepAWS(t *testing.T) {
	s := playAWS(t)
	y := &yard{t: t, url: s.url}
	var err error
	if y.target, err = target.NewEndpoint(target.EndpointOptions{URL: s.url, Callers: target.DefaultCallers()}); err != nil {
		t.Fatal(err)
	}
	mine, young := y.make("kmsconform=true", "kmsconform-run=run-1"), y.make("kmsconform=true", "kmsconform-run=run-2")
	allowed := []string{"sweep", "--aws", "--allow-account", "111122223333"}
	if code, out, errs := s.run(t, allowed...); code != exitConformant || strings.Contains(out, "scheduled") || !strings.Contains(out, "2 left") {
		t.Errorf("without a ledger: %d %s %s", code, out, errs)
	}
	l, err := ledger.Open(defaultLedger, ledger.Run{ID: "run-1", Endpoint: s.url})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	code, out, errs := s.run(t, append(allowed, "--profile-second", "second", "--allow-account", "444455556666", "--all-regions")...)
	if left := y.alive(); code != exitConformant || !strings.Contains(out, mine) || len(left) != 1 || left[0] != young {
		t.Errorf("%d, left are %q: %s %s", code, left, out, errs)
	}
	if code, _, errs := s.run(t, "sweep", "--aws", "--allow-account", "444455556666"); code != exitUsage || !strings.Contains(errs, "--allow-account") {
		t.Errorf("an account that is not allowed: %d %s", code, errs)
	}
}

func TestSweepRefuses(t *testing.T) {
	for _, test := range []struct {
		args string
		says []string
	}{
		{"sweep", []string{"nothing says what to sweep", "--endpoint URL"}},
		{"sweep --endpoint http://127.0.0.1:1 --older-than -1h", []string{"-1h0m0s old", "2h"}},
		{"sweep --endpoint http://127.0.0.1:1 --ledger none.jsonl", []string{"none.jsonl", "by their tags"}},
		{"sweep --endpoint http://127.0.0.1:1 --ledger /", []string{"no file"}},
		{"sweep --endpoint http://127.0.0.1:1 --run=", []string{"names no run", "kmsconform-run"}},
		{"sweep --aws", []string{"--allow-account"}},
		{"sweep --aws --endpoint http://127.0.0.1:1", []string{"aws", "endpoint"}},
		{"sweep --endpoint http://127.0.0.1:1 --replica-region eu-west-1", []string{"--replica-region", "--aws"}},
	} {
		code, _, errs := command(t, strings.Fields(test.args)...)
		for _, say := range test.says {
			if code != exitUsage || !strings.Contains(errs, say) {
				t.Errorf("%s: %d %s", test.args, code, errs)
			}
		}
	}
	if code, out, _ := command(t, "sweep", "--endpoint", "http://127.0.0.1:1"); code != exitCouldNotRun || !strings.Contains(out, "was not searched") {
		t.Errorf("an endpoint that is not there: %d %s", code, out)
	}
}

// TestSweepAfterSIGKILL kills the command, as a process of its own, in the middle of a request of its run, and sweeps.
func TestSweepAfterSIGKILL(t *testing.T) {
	y := newYard(t)
	theirs := y.make()
	path := filepath.Join(t.TempDir(), "keys.jsonl")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rounds := 4
	if testing.Short() {
		rounds = 1
	}
	left := 0
	for round := range rounds {
		at := 60 + rand.Int64N(400)
		var calls atomic.Int64
		var errs bytes.Buffer
		child := exec.CommandContext(t.Context(), self, "run", "--endpoint", y.url, "--ledger", path, "--no-report", "--quiet",
			"--profile", "core", "--profile", "multi-region")
		child.Env, child.Stderr = append(os.Environ(), asCommand+"=1"), &errs
		started := make(chan struct{})
		count := func() {
			if calls.Add(1) == at {
				<-started
				_ = child.Process.Signal(syscall.SIGKILL)
			}
		}
		if round%2 == 0 {
			y.watch(count, nil)
		} else {
			y.watch(nil, count)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		close(started)
		ended := child.Wait()
		y.watch(nil, nil)
		if status, is := child.ProcessState.Sys().(syscall.WaitStatus); !is || status.Signal() != syscall.SIGKILL {
			t.Fatalf("it ended by itself after %d calls: %v %s", calls.Load(), ended, errs.String())
		}
		time.Sleep(50 * time.Millisecond) // what was under way is served
		left += len(y.alive()) - 1
		code, out, said := command(t, "sweep", "--endpoint", y.url, "--ledger", path)
		if alive := y.alive(); code != exitConformant || len(alive) != 1 || alive[0] != theirs {
			t.Fatalf("killed at call %d: exit code %d, left are %q\n%s%s", at, code, alive, out, said)
		}
		record, err := ledger.Read(path)
		if err != nil || len(record.Open) != 0 || len(record.Runs) != round+1 {
			t.Errorf("killed at call %d: the ledger has %+v, %v", at, record, err)
		}
	}
	if left == 0 {
		t.Error("no kill left a key: that proves nothing")
	}
	t.Logf("%d kills left %d keys, and none is left", rounds, left)
}
