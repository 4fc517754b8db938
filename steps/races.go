package steps

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/material"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

// Races say how the scenarios about concurrent callers are run.
type Races struct {
	// Seed decides who starts first and who hesitates, and for what share of an answer's time. The same seed gives the
	// same start, not the same interleaving: that is up to the scheduler and the target.
	Seed uint32
	// Times is how many times as many rounds are run as the sentences say; zero: once. The sentences ask for as many as
	// find a race in the embedded reference in little time.
	Times int
	// Within bounds one race where answers are slow: no round begins later, but for the first leastRounds. Zero: RaceTime.
	Within time.Duration
}

// RaceTime is how long the rounds of one race may take unless somebody says otherwise.
const RaceTime = 5 * time.Second

// The bounds of a race that a sentence can ask for.
const (
	leastRounds = 3
	maxRounds   = 100_000
	maxCallers  = 64
)

// readersOfARound is how many callers look at the key when a round has ended.
const readersOfARound = 4

// Race fixes how the scenario's races are run. Call it before godog runs the scenario.
func (s *Scenario) Race(r Races) { s.racing = r }

// round is one race, on a key of its own.
type round struct {
	number   int
	key      *key
	bouts    []*bout
	readings []string // what the readers saw when it had ended; none on a target whose changes show late
	repeated bool     // the client sent a call again, so that the answer does not tell which sending did what
}

// bout is one call of a race.
type bout struct {
	kind     string // as sentences say it: "delete", "import", "use", "rotation", "call of EnableKey"
	material *material.Material
	outcome  *outcome
}

func (b *bout) won() bool          { return b.outcome.refusal == nil }
func (b *bout) started() time.Time { return b.outcome.exchange.Started }
func (b *bout) ended() time.Time   { return b.started().Add(b.outcome.exchange.Duration) }

// race is the When of concurrent callers: the calls are sent at the same time, in as many rounds as the sentence says, and
// every round has a key of its own that is where the Given left the first one.
func (s *Scenario) race(ctx context.Context, list string, times int) error {
	starters, err := startersOf(list)
	if err != nil {
		return err
	}
	first, err := s.key("the key")
	if err != nil {
		return err
	}
	rounds, within := times*max(s.racing.Times, 1), s.racing.Within
	if within <= 0 {
		within = RaceTime
	}
	if times < 1 || rounds > maxRounds {
		return fmt.Errorf("%d rounds of a race: give 1 to %d", rounds, maxRounds)
	}
	at, err := s.stageOf(ctx, first)
	if err != nil {
		return err
	}
	defer func() {
		s.result.Seed = s.racing.Seed
		s.result.Notes = append(s.result.Notes, fmt.Sprintf("%d of %d rounds of the race of %s", len(s.rounds), rounds, list))
	}()
	name := fnv.New64a()
	_, _ = name.Write([]byte(s.scenario.ID))                           // a hash takes everything
	dice := rand.New(rand.NewPCG(uint64(s.racing.Seed), name.Sum64())) //nolint:gosec // it decides who starts first; nothing secret
	began := time.Now()
	for n := 1; n <= rounds && (n <= leastRounds || time.Since(began) < within); n++ {
		err := s.oneRound(ctx, n, n > 1, at, starters, dice)
		for tries := 0; unsure(err) && tries < s.session.Target().Patience.Restarts; tries++ {
			err = s.oneRound(ctx, n, true, at, starters, dice)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stage is where a race begins: what the Given did to the key.
type stage struct{ imported, pending, disabled bool }

func (s *Scenario) stageOf(ctx context.Context, k *key) (stage, error) {
	if k.spec != types.KeySpecSymmetricDefault || k.multi {
		return stage{}, fmt.Errorf("only single-Region symmetric keys can be raced on: begin with \"Given a symmetric key\"")
	}
	state, err := s.state(ctx, k)
	return stage{imported: k.has, pending: len(k.later) > 0, disabled: state == types.KeyStateDisabled}, err
}

// another makes a key that is where the first one was, and makes it "the key".
func (s *Scenario) another(ctx context.Context, at stage) error {
	o, k, err := s.createKey(ctx, "symmetric", types.OriginTypeExternal)
	if _, err = s.need(o, err, "DIKM-ORIG-04"); err != nil {
		return err
	}
	s.keys[0], s.placed["key ARN"] = k, k.arn
	if at.imported {
		if err := s.bring(ctx, k, "with imported material", ""); err != nil {
			return err
		}
	}
	if at.pending {
		if err := s.pendingRotation(ctx, "second", ""); err != nil {
			return err
		}
	}
	if at.disabled {
		return s.put(ctx, k, "disabled")
	}
	return nil
}

// oneRound prepares all calls, on another key where it is told so, sends them at the same time, and looks at the key when
// all are answered.
func (s *Scenario) oneRound(ctx context.Context, n int, anew bool, at stage, starters []starter, dice *rand.Rand) error {
	r, calls, err := s.prepared(ctx, n, anew, at, starters)
	if err != nil {
		return err
	}
	before := len(s.session.Exchanges())
	outcomes, err := s.together(ctx, calls, s.hesitations(len(calls), dice))
	if err != nil {
		return err
	}
	r.repeated = len(s.session.Exchanges())-before > len(calls)
	for i, o := range outcomes {
		r.bouts[i].outcome = o
		s.calls = append(s.calls, o)
	}
	s.rounds = append(s.rounds, r)
	if s.showsLate() {
		return nil
	}
	return s.look(ctx, r)
}

// prepared is all that comes before a round: its key and its calls. It is a Given, whatever the sentence is.
func (s *Scenario) prepared(ctx context.Context, n int, anew bool, at stage, starters []starter) (*round, []aCall, error) {
	kind := s.kind
	s.kind = features.Given
	defer func() { s.kind = kind }()
	if anew {
		if err := s.another(ctx, at); err != nil {
			return nil, nil, err
		}
	}
	r := &round{number: n, key: s.keys[0]}
	var calls []aCall
	for _, of := range starters {
		for i := range of.count {
			b := &bout{kind: of.kind}
			if strings.Contains(b.kind, "%s") {
				b.kind = fmt.Sprintf(b.kind, of.operation)
			}
			call, err := of.prepare(ctx, s, r.key, i, of.operation, b)
			if err != nil {
				return nil, nil, err
			}
			calls, r.bouts = append(calls, call), append(r.bouts, b)
		}
	}
	return r, calls, nil
}

// showsLate reports whether the target may answer from an older state: what is left to hold it to is the settled state.
func (s *Scenario) showsLate() bool {
	c := s.session.Target().Consistency
	return c.Within > 0 || c.Reads > 1
}

// hesitations lets about every second caller start late: by up to as long as the last answer took, or as the slowest of
// those that led to the round, so that quick calls also meet slow ones.
func (s *Scenario) hesitations(callers int, dice *rand.Rand) []time.Duration {
	var last, slowest time.Duration
	for _, e := range s.exchanges[max(0, len(s.exchanges)-2*callers-8):] {
		last = e.Duration
		slowest = max(slowest, last)
	}
	longest := min([]time.Duration{last, slowest}[dice.IntN(2)], 20*time.Millisecond)
	delays := make([]time.Duration, callers)
	for _, i := range dice.Perm(callers)[:callers/2] {
		delays[i] = time.Duration(dice.Float64() * float64(longest))
	}
	return delays
}

// together sends calls at the same time and waits for all answers, which come in the order of the calls. Each call has a
// Scenario of its own; what they learnt is merged afterwards, in the goroutine that this one belongs to.
func (s *Scenario) together(ctx context.Context, calls []aCall, delays []time.Duration) ([]*outcome, error) {
	outcomes, failures := make([]*outcome, len(calls)), make([]error, len(calls))
	owns := make([]*Scenario, len(calls))
	start := make(chan struct{})
	var running sync.WaitGroup
	for i, call := range calls {
		own := &Scenario{session: s.session, scenario: s.scenario, racer: true}
		owns[i] = own
		running.Go(func() {
			<-start
			if err := target.Pause(ctx, delays[i]); err != nil {
				failures[i] = err
				return
			}
			outcomes[i], failures[i] = call(ctx, own)
		})
	}
	close(start)
	running.Wait()
	for _, own := range owns {
		s.exchanges = append(s.exchanges, own.exchanges...)
		s.background = s.background || own.background
	}
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// look has several readers describe the key at once.
func (s *Scenario) look(ctx context.Context, r *round) error {
	readers := make([]aCall, readersOfARound)
	for i := range readers {
		readers[i] = calling("DescribeKey", r.key, options{})
	}
	seen, err := s.together(ctx, readers, make([]time.Duration, len(readers)))
	if err != nil {
		return err
	}
	for _, o := range seen {
		if o.refusal != nil {
			r.readings = append(r.readings, o.String())
			continue
		}
		m := o.answer.(*kms.DescribeKeyOutput).KeyMetadata
		if m == nil {
			m = &types.KeyMetadata{}
		}
		r.readings = append(r.readings, fmt.Sprintf("%s with Enabled %t", orAbsent(string(m.KeyState)), m.Enabled))
	}
	return nil
}

// idOf is the id that an import answered with.
func (b *bout) idOf() string {
	answer, is := b.outcome.answer.(*kms.ImportKeyMaterialOutput)
	if !is {
		return ""
	}
	return aws.ToString(answer.KeyMaterialId)
}
