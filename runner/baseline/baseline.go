// Package baseline is the divergences of a target that are known: each must still be there, in the same way, and is then
// no news.
package baseline

import (
	"time"

	"github.com/kmsconform/kmsconform/runner/report"
)

// Baseline is the known divergences of a target, from one file. Several goroutines may use it.
type Baseline struct {
	Path    string // of the file
	Entries []Entry

	today time.Time
	node  nodes // of the file, so that comments survive an update
}

// Entry is one known divergence.
type Entry struct {
	Scenario    string        // its id
	Status      report.Status // Failed or Blocked
	Requirement string        // that is broken, or in the way; may be empty for Blocked
	Fingerprint string        // see report.Fingerprint
	Reason      string
	Owner       string    // may be empty
	Expires     time.Time // the last day on which it counts; zero: never

	Line, LastLine int // in the file
}

// expired reports whether an entry counts no longer.
func (b *Baseline) expired(e *Entry) bool { return !e.Expires.IsZero() && b.today.After(e.Expires) }

// entry returns the entry of a scenario, or nil.
func (b *Baseline) entry(scenario string) *Entry {
	if b == nil {
		return nil
	}
	for i := range b.Entries {
		if b.Entries[i].Scenario == scenario {
			return &b.Entries[i]
		}
	}
	return nil
}

// Mark says that a divergence is known, and why, where an entry that has not expired lists it and it is still the same.
func (b *Baseline) Mark(s *report.Scenario) {
	if e := b.entry(s.ID); e != nil && diverges(s) && !b.expired(e) && e.same(s) {
		s.Known, s.KnownReason = true, e.Reason
	}
}

func diverges(s *report.Scenario) bool {
	return (s.Status == report.Failed || s.Status == report.Blocked) && s.Divergence != nil
}

// same reports whether a scenario diverges as the entry says.
func (e *Entry) same(s *report.Scenario) bool {
	return e.Status == s.Status && e.Requirement == s.Divergence.Requirement && e.Fingerprint == s.Divergence.Fingerprint
}
