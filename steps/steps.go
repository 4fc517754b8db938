// Package steps is what each sentence of a feature file does: calls on a target, and checks of what came back.
package steps

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/cucumber/godog"
)

// Definition is a sentence that feature files can use.
type Definition struct {
	// Pattern matches the whole text of a step.
	Pattern *regexp.Regexp
	// Sentence shows the pattern as people write it, with its choices in angle brackets.
	Sentence string
	// Help says in a line what the sentence does.
	Help string

	bind func(*Scenario) any
}

// kinds and situations of a key, as sentences name them.
const (
	aKind      = `(?:multi-Region )?(?:symmetric|[A-Z][A-Z0-9_]+(?: signing)?)`
	aState     = `Enabled|Disabled|PendingImport|PendingDeletion|PendingReplicaDeletion|Creating|Updating`
	aSpan      = `\d+ (?:second|minute|hour|day)s?`
	aWhich     = `the key|the other key|the replica`
	aNth       = `first|second|third`
	aMaterial  = `the same|other|new|a (?:second|third)|the (?:` + aNth + `)`
	aQuestion  = `(?:OQ|C)-\d+`
	aCallable  = `[a-z][a-z-]*`
	aSituation = `with imported material(?: that expires in (` + aSpan + `))?|with the same material|without material|` +
		`whose material was deleted|whose material expired|with material made by AWS KMS`
)

// definitions is the language of the features: every sentence, each pattern anchored and compiled once, in the order in which
// people meet them.
var definitions = slices.Concat(situations, callings, findings, rotating, relating, racings, askings)

func define(pattern, sentence, help string, bind func(*Scenario) any) Definition {
	return Definition{Pattern: regexp.MustCompile(pattern), Sentence: sentence, Help: help, bind: bind}
}

// Definitions returns every sentence, in the order of the language: situations, calls, outcomes.
func Definitions() []Definition { return append([]Definition(nil), definitions...) }

// Match returns the sentences that a step's text matches. A feature is sound when that is exactly one for every step.
func Match(text string) []string {
	var matches []string
	for _, d := range definitions {
		if d.Pattern.MatchString(text) {
			matches = append(matches, d.Sentence)
		}
	}
	return matches
}

// Register gives a godog scenario the whole language, for feature files that are run by godog directly. Everything is
// registered per scenario, because godog's suite-level and scenario-level registrations share memory.
func Register(sc *godog.ScenarioContext, s *Scenario) {
	s.hooks(sc)
	for _, d := range definitions {
		sc.Step(d.Pattern, d.bind(s))
	}
}

// RegisterFor gives a godog scenario only the sentences that its steps use: godog tries every definition twice for
// every step, which would cost more than the steps themselves. It refuses a step that matches none or several.
func RegisterFor(sc *godog.ScenarioContext, s *Scenario, texts []string) error {
	s.hooks(sc)
	registered := map[int]bool{}
	for _, text := range texts {
		i, err := find(text)
		if err != nil {
			return err
		}
		if !registered[i] {
			registered[i] = true
			sc.Step(definitions[i].Pattern, definitions[i].bind(s))
		}
	}
	return nil
}

func find(text string) (int, error) {
	found := -1
	for i, d := range definitions {
		if !d.Pattern.MatchString(text) {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("the step %q matches %q and %q: reword one of them", text, definitions[found].Sentence, d.Sentence)
		}
		found = i
	}
	if found < 0 {
		return 0, fmt.Errorf("the step %q matches no sentence; %s", text, "kmsconform steps lists them")
	}
	return found, nil
}

// calledOn is the When of a call by who made the key.
func (s *Scenario) calledOn(ctx context.Context, operation, which string, o options) error {
	k, err := s.key(which)
	if err != nil {
		return err
	}
	return s.record(s.operate(ctx, operation, k, k.from, o))
}
