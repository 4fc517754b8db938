package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// options say which mutants are tried, and how.
type options struct {
	folders []string // of the packages, within the module
	only    []string // names of files or FILE:LINE; none: all
	workers int
	limit   time.Duration // of one trial
	within  time.Duration // start no trial later than this; zero: whenever
	resume  bool          // take over what an earlier run saw killed
	out     string        // the folder for the results
	log     io.Writer
}

// run finds the mutants and tries them. An interrupted run can be resumed.
func run(ctx context.Context, root, scratch string, o *options) ([]trial, error) {
	began := time.Now()
	c, err := newWorkshop(root, scratch, o.folders)
	if err != nil {
		return nil, err
	}
	var all []trial
	for _, folder := range o.folders {
		fmt.Fprintln(o.log, "finding the mutants of", folder)
		found, err := c.find(ctx, folder)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			if o.wants(&m) {
				all = append(all, trial{mutant: m, Verdict: notTried})
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no mutant is in %v; name a file such as paging.go, or a line such as paging.go:21", o.only)
	}
	fmt.Fprintln(o.log, "playing the contract without a mutation")
	if err := c.learn(ctx, all); err != nil {
		return nil, err
	}
	journal, err := openJournal(filepath.Join(o.out, "trials.jsonl"), o.resume)
	if err != nil {
		return nil, err
	}
	defer journal.file.Close()
	taken := journal.takeOver(all)
	fmt.Fprintf(o.log, "%d mutants, %d of them taken over from the last run\n", len(all), taken)

	trying := ctx
	if o.within > 0 {
		var cancel context.CancelFunc
		trying, cancel = context.WithDeadline(ctx, began.Add(o.within))
		defer cancel()
	}
	err = try(trying, c, all, journal, o)
	if err == nil {
		err = ctx.Err()
	}
	return all, err
}

// wants reports whether a mutant is among those that were asked for.
func (o *options) wants(m *mutant) bool {
	name := path.Base(m.File)
	return len(o.only) == 0 || slices.ContainsFunc(o.only, func(asked string) bool {
		return asked == name || asked == m.File || asked == fmt.Sprintf("%s:%d", name, m.Line) || asked == fmt.Sprintf("%s:%d", m.File, m.Line)
	})
}

// try tries the mutants that have no verdict yet.
func try(ctx context.Context, c *workshop, all []trial, journal *journal, o *options) error {
	var (
		workers sync.WaitGroup
		lock    sync.Mutex
		next    int
		failed  error
		last    killers
	)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	take := func() int {
		lock.Lock()
		defer lock.Unlock()
		for ; next < len(all); next++ {
			if t := &all[next]; t.Verdict == notTried && !t.Covered {
				t.Verdict = notCovered
			}
			if all[next].Verdict == notTried {
				next++
				return next - 1
			}
		}
		return -1
	}
	for n := range o.workers {
		b, err := c.bench(n, o.limit)
		if err != nil {
			return err
		}
		workers.Go(func() {
			for ctx.Err() == nil {
				i := take()
				if i < 0 {
					return
				}
				t, err := b.try(ctx, all[i].mutant, last.list())
				lock.Lock()
				switch {
				case err == nil:
					all[i] = t
					last.add(t.Scenario)
					failed = errors.Join(failed, journal.add(&t))
					fmt.Fprintf(o.log, "%d of %d: %s: %s: %s %s\n", i+1, len(all), t.place(), t.Change, t.Verdict, t.Scenario)
				case ctx.Err() == nil:
					failed = errors.Join(failed, err)
				}
				if failed != nil {
					stop()
				}
				lock.Unlock()
			}
		})
	}
	workers.Wait()
	return failed
}

// journal keeps each trial as soon as it is over, a line each, so that a run can go on where another ended.
type journal struct {
	file *os.File
	kept map[string]trial
}

func openJournal(at string, resume bool) (*journal, error) {
	j := &journal{kept: map[string]trial{}}
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if resume {
		text, err := os.ReadFile(at)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("read the trials of the last run: %w", err)
		}
		if j.kept, err = parseJournal(text); err != nil {
			return nil, fmt.Errorf("read the trials of the last run: %s: %w; run without -resume", at, err)
		}
	} else {
		flags |= os.O_TRUNC
	}
	file, err := os.OpenFile(at, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep the trials: %w", err)
	}
	j.file = file
	return j, nil
}

// takeOver gives those mutants their verdicts that an earlier run saw killed in the same text of their file: scenarios
// that came since do not let them live. Survivors are tried again.
func (j *journal) takeOver(all []trial) (taken int) {
	for i := range all {
		old, is := j.kept[all[i].key()]
		if is && old.Digest == all[i].Digest && (old.Verdict == killed || old.Verdict == timedOut || old.Verdict == notViable) {
			old.mutant = all[i].mutant
			all[i] = old
			taken++
		}
	}
	return taken
}

func (j *journal) add(t *trial) error {
	line, err := json.Marshal(t)
	if err == nil {
		_, err = j.file.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep the trial of %s: %w", t.place(), err)
	}
	return nil
}
