package runner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/report"
)

// Test runs the selected scenarios as parallel subtests named Feature/Scenario, or Feature/Scenario/row for a row of
// examples, so that go test -run selects among them. How many run at a time is go test's -parallel, or fewer where
// Options.Workers says so; Options.FailFast is go test's -failfast.
//
// A new divergence and whatever the suite could not run fail a subtest; what the target does not implement, or lacks a
// caller, Region or clock for, skips it with the reason; advisory and known divergences and recorded answers are logged.
// A contract that is not sound, a selection of nothing and a target that cannot be reached fail the test.
func Test(t *testing.T, kms *target.Target, o Options) {
	t.Helper()
	plan, err := NewPlan(kms, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := kms.Probe(t.Context()); err != nil {
		t.Fatal(&TargetError{Target: kms.Name, Err: err})
	}
	if o.Again == nil {
		o.Again = againByGoTest(t.Name(), plan)
	}
	r := newRun(kms, plan, o)
	if o.Observer != nil {
		o.Observer.Planned(plan)
	}
	var slots places // go test's own cannot be given away
	if o.Workers > 0 || kms.SharedClock() {
		slots = make(places, plan.Workers)
	}
	for _, group := range byFeature(plan.Scenarios) {
		t.Run(group[0].Feature, func(t *testing.T) {
			t.Parallel()
			for _, scenario := range group {
				t.Run(subtest(scenario), func(t *testing.T) {
					t.Parallel()
					ctx := t.Context()
					if slots != nil {
						p := slots.take(ctx)
						if p == nil {
							t.Fatalf("could not run: %v", ctx.Err())
						}
						defer p.leave()
						ctx = r.placed(ctx, p)
					}
					r.show(t, r.one(ctx, scenario))
				})
			}
		})
	}
}

// byFeature groups scenarios by the name of their feature, each in the order of the contract.
func byFeature(scenarios []features.Scenario) [][]*features.Scenario {
	var groups [][]*features.Scenario
	at := map[string]int{}
	for i := range scenarios {
		s := &scenarios[i]
		g, known := at[s.Feature]
		if !known {
			g = len(groups)
			at[s.Feature] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], s)
	}
	return groups
}

// subtest names a scenario below its feature. The row of an outline is the third part of the id.
func subtest(s *features.Scenario) string {
	if parts := strings.SplitN(s.ID, "/", 3); len(parts) == 3 {
		return s.Name + "/" + parts[2]
	}
	return s.Name
}

// againByGoTest returns the go test command that selects one subtest.
func againByGoTest(test string, plan *Plan) func(*report.Scenario) string {
	names := make(map[string]string, len(plan.Scenarios))
	for i := range plan.Scenarios {
		s := &plan.Scenarios[i]
		names[s.ID] = test + "/" + s.Feature + "/" + subtest(s)
	}
	return func(scenario *report.Scenario) string {
		elements := strings.Split(names[scenario.ID], "/")
		for i, element := range elements {
			elements[i] = "^" + quoteRun(element) + "$"
		}
		return "go test -run '" + strings.Join(elements, "/") + "'"
	}
}

// quoteRun writes a subtest's name as a pattern of -run, in single quotes of a shell.
func quoteRun(name string) string {
	var s strings.Builder
	for _, r := range name {
		switch {
		case r == ' ':
			s.WriteByte('_')
		case strings.ContainsRune(`\.+*?()|[]{}^$`, r):
			s.WriteString(`\` + string(r))
		case r == '\'':
			s.WriteByte('.')
		default:
			s.WriteRune(r)
		}
	}
	return s.String()
}

// show tells go test what a scenario came to.
func (r *run) show(t *testing.T, f *finished) {
	t.Helper()
	s := f.scenario
	for _, a := range f.execution.result.Answers {
		t.Logf("%s is answered: %s", a.Question, a.Answer)
	}
	switch s.Status {
	case report.Passed, report.Answered:
	case report.Skipped, report.Unsupported:
		t.Skipf("%s: %s", s.Status, s.Reason)
	case report.Failed, report.Changed, report.Blocked:
		block := r.block(f)
		switch {
		case s.Known:
			t.Log("known divergence: " + block)
		case s.Advisory:
			t.Log("advisory, because nobody recorded what AWS does: " + block)
		default:
			t.Error(block)
		}
	default:
		t.Errorf("could not run: %s", s.Reason)
	}
	if f.execution.leftovers != nil {
		t.Logf("left behind: %v", f.execution.leftovers)
	}
}

// block says what must hold, what came, and how to see it again.
func (r *run) block(f *finished) string {
	d := f.scenario.Divergence
	var s strings.Builder
	s.WriteString(d.Requirement)
	if requirement, is := r.judge.requirements[d.Requirement]; is {
		fmt.Fprintf(&s, " (%s): %s", requirement.Evidence, requirement.Statement)
	}
	s.WriteByte('\n')
	if f.scenario.Status == report.Blocked {
		fmt.Fprintf(&s, "  blocked   %s\n", f.scenario.Reason)
	}
	fmt.Fprintf(&s, "  expected  %s\n  actual    %s\n", d.Expected, d.Actual)
	if e := f.execution.result.Decisive; e != nil {
		fmt.Fprintf(&s, "  call      %s\n", e)
	}
	fmt.Fprintf(&s, "  again     %s", f.scenario.Again)
	if f.scenario.Seed != 0 {
		fmt.Fprintf(&s, "\n  seed      %d, for Options.Races", f.scenario.Seed)
	}
	return s.String()
}
