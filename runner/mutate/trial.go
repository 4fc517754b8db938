package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kmsconform/kmsconform/runner/mutate/active"
	"github.com/kmsconform/kmsconform/runner/mutate/play"
)

// verdict is what became of a mutant.
type verdict string

const (
	killed     verdict = "killed"      // a scenario came to something else
	timedOut   verdict = "timed out"   // the contract did not end, and was ended
	survived   verdict = "survived"    // nothing noticed
	notCovered verdict = "not covered" // the contract does not execute it
	notViable  verdict = "not viable"  // it does not compile
	notTried   verdict = "not tried"   // the run ended before
)

// trial is a mutant with what became of it.
type trial struct {
	mutant
	Verdict  verdict `json:"verdict"`
	Scenario string  `json:"scenario,omitempty"` // that noticed first
	Said     string  `json:"said,omitempty"`     // by that scenario, or by the compiler
	Seconds  float64 `json:"seconds"`
}

// bench is where one mutant at a time is tried.
type bench struct {
	*workshop
	folder string // for its files
	limit  time.Duration
}

func (c *workshop) bench(n int, limit time.Duration) (*bench, error) {
	b := &bench{workshop: c, folder: filepath.Join(c.scratch, fmt.Sprintf("bench-%d", n)), limit: limit}
	if err := os.MkdirAll(b.folder, 0o750); err != nil {
		return nil, fmt.Errorf("make a bench: %w", err)
	}
	return b, nil
}

// try plays the contract on a mutant, the scenarios named first.
func (b *bench) try(ctx context.Context, m mutant, first []string) (trial, error) {
	began := time.Now()
	t := trial{mutant: m}
	binary, err := b.many, error(nil)
	if m.Number == 0 {
		binary, t.Said, err = b.single(ctx, &m)
	}
	switch {
	case err != nil:
	case t.Said != "":
		t.Verdict = notViable
	default:
		err = b.play(ctx, &t, binary, first)
	}
	if err != nil {
		return t, fmt.Errorf("try the mutant at %s: %w", m.place(), err)
	}
	t.Seconds = time.Since(began).Seconds()
	return t, nil
}

// single builds one mutant by itself, or says why it does not compile.
func (b *bench) single(ctx context.Context, m *mutant) (binary, refused string, err error) {
	text, err := os.ReadFile(filepath.Join(b.root, filepath.FromSlash(m.File)))
	if err != nil {
		return "", "", err
	}
	if refused := hopeless(m, text); refused != "" {
		return "", refused, nil
	}
	binary = filepath.Join(b.folder, "mutant.test")
	refused, err = b.build(ctx, path.Dir(m.File), binary, b.folder, map[string][]byte{m.File: m.apply(text)})
	return binary, refused, err
}

// play runs the contract on a mutant that was built.
func (b *bench) play(ctx context.Context, t *trial, binary string, first []string) error {
	limited, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	command := exec.CommandContext(limited, binary)
	command.Dir = b.folder
	command.Env = b.environment(play.Known+"="+b.known, play.First+"="+strings.Join(first, ","), active.Variable+"="+strconv.Itoa(t.Number))
	said, err := command.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		t.Verdict = survived
	case limited.Err() != nil:
		t.Verdict = timedOut
	case !errors.As(err, &exit):
		return err
	default:
		t.Verdict = killed
		if t.Scenario, t.Said = noticed(string(said)); t.Scenario == "" && exit.ExitCode() == 1 {
			return fmt.Errorf("the contract could not be played: %w\n%s", err, said)
		}
	}
	return nil
}

// noticed reads from the output of a test which scenario noticed something, and what. Where the whole process ended, there
// is no such scenario, and what was said is the first line of why.
func noticed(output string) (scenario, said string) {
	for line := range strings.Lines(output) {
		if _, rest, is := strings.Cut(line, play.Noticed); is {
			scenario, said, _ = strings.Cut(strings.TrimSpace(rest), ": ")
			return scenario, said
		}
	}
	said, _, _ = strings.Cut(output, "\n")
	return "", said
}

// killers are the scenarios that noticed the last mutants. They often notice the next one, which stands nearby.
type killers struct {
	lock sync.Mutex
	ids  []string
}

const manyKillers = 12

func (k *killers) list() []string {
	k.lock.Lock()
	defer k.lock.Unlock()
	return slices.Clone(k.ids)
}

func (k *killers) add(id string) {
	if id == "" {
		return
	}
	k.lock.Lock()
	defer k.lock.Unlock()
	k.ids = slices.DeleteFunc(k.ids, func(other string) bool { return other == id })
	k.ids = append([]string{id}, k.ids...)
	k.ids = k.ids[:min(len(k.ids), manyKillers)]
}
