package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/report"
)

// progress shows how a run goes on. Done ends it, whether or not the run did.
type progress interface {
	runner.Observer
	Done()
}

// render is what is printed of a scenario as soon as it ended; empty for one that needs no words.
type render func(*report.Scenario) string

// newProgress returns a bar on a terminal, lines elsewhere, and silence when quiet.
func newProgress(w world, quiet bool, show render) progress {
	switch {
	case quiet:
		return silence{}
	case w.terminal:
		return &bar{out: w.out, show: show}
	default:
		return &lines{out: w.out, errs: w.errs, show: show}
	}
}

type silence struct{}

func (silence) Planned(*runner.Plan)       {}
func (silence) Started(*features.Scenario) {}
func (silence) Finished(*report.Scenario)  {}
func (silence) Done()                      {}

// tally counts what has ended.
type tally struct{ ended, failed, changed, blocked, errors int }

func (t *tally) add(s *report.Scenario) {
	t.ended++
	switch {
	case s.Known || s.Advisory:
	case s.Status == report.Failed:
		t.failed++
	case s.Status == report.Changed:
		t.changed++
	case s.Status == report.Blocked:
		t.blocked++
	case s.Status == report.Error:
		t.errors++
	}
}

func (t tally) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{t.failed, "failed"}, {t.changed, "changed"}, {t.blocked, "blocked"}, {t.errors, "in error"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	if len(parts) == 0 {
		return "no divergence"
	}
	return strings.Join(parts, ", ")
}

// bar is for terminals: one line that moves, and divergences above it in the order they come.
type bar struct {
	out       io.Writer
	show      render
	container *mpb.Progress
	bar       *mpb.Bar

	mu    sync.Mutex // the bar draws from a goroutine of its own
	tally tally
}

// Planned implements runner.Observer.
func (b *bar) Planned(plan *runner.Plan) {
	b.container = mpb.New(mpb.WithOutput(b.out), mpb.WithWidth(32))
	b.bar = b.container.AddBar(int64(len(plan.Scenarios)),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersNoUnit("%d of %d scenarios ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			b.mu.Lock()
			defer b.mu.Unlock()
			return " " + b.tally.String()
		})),
	)
}

// Started implements runner.Observer.
func (*bar) Started(*features.Scenario) {}

// Finished implements runner.Observer.
func (b *bar) Finished(s *report.Scenario) {
	b.mu.Lock()
	b.tally.add(s)
	b.mu.Unlock()
	if text := b.show(s); text != "" {
		_, _ = io.WriteString(b.container, text) // a terminal that went away must not stop the run
	}
	b.bar.Increment()
}

// Done removes the bar.
func (b *bar) Done() {
	if b.container == nil {
		return
	}
	b.bar.Abort(true)
	b.container.Wait()
}

// lines is for everything that is no terminal: divergences in the order of the contract, whatever the order of ending,
// so that two runs can be compared; and, apart from them, a line for every tenth of the way.
type lines struct {
	out   io.Writer // divergences
	errs  io.Writer // how far it is
	show  render
	tally tally
	tenth int

	order   map[string]int // scenario id -> place in the plan
	waiting map[int]string // rendered, until all before it have ended
	next    int
	total   int
}

// Planned implements runner.Observer.
func (l *lines) Planned(plan *runner.Plan) {
	l.total = len(plan.Scenarios)
	l.order = make(map[string]int, l.total)
	l.waiting = make(map[int]string)
	for i := range plan.Scenarios {
		l.order[plan.Scenarios[i].ID] = i
	}
	fmt.Fprintf(l.errs, "%s, %s\n", page.Plural(l.total, "scenario"), page.Plural(plan.Workers, "worker"))
}

// Started implements runner.Observer.
func (*lines) Started(*features.Scenario) {}

// Finished implements runner.Observer.
func (l *lines) Finished(s *report.Scenario) {
	l.tally.add(s)
	l.waiting[l.order[s.ID]] = l.show(s)
	for text, ended := l.waiting[l.next]; ended; text, ended = l.waiting[l.next] {
		_, _ = io.WriteString(l.out, text)
		delete(l.waiting, l.next)
		l.next++
	}
	if tenth := l.tally.ended * 10 / l.total; tenth > l.tenth && l.total >= 20 && tenth < 10 {
		l.tenth = tenth
		fmt.Fprintf(l.errs, "%d of %d scenarios, %s\n", l.tally.ended, l.total, l.tally)
	}
}

// Done prints what waited for scenarios that never ended.
func (l *lines) Done() {
	for ; l.next < l.total; l.next++ {
		_, _ = io.WriteString(l.out, l.waiting[l.next])
	}
}
