package explore

import (
	"fmt"
	"io"
	"strings"

	"github.com/kmsconform/kmsconform/runner/page"
)

// Print writes what was found for people: each finding once, both answers side by side, and the scenario that shows it.
// Again is the command that explores the same way, up to its seed.
func Print(w io.Writer, r *Result, again string) error {
	var b strings.Builder
	for i := range r.Findings {
		r.Findings[i].print(&b, i+1)
	}
	if len(r.Answers) > 0 {
		b.WriteString("Open questions that the target answers otherwise than the reference KMS; none of these is a divergence.\n")
		for _, a := range r.Answers {
			fmt.Fprintf(&b, "  %-6s %-30s %s; %s\n", a.Question, a.Answer, a.Situation, times(a.Count))
		}
		b.WriteString("\n")
	}
	for _, u := range r.Unsteady {
		fmt.Fprintf(&b, "not shown again on fresh keys: %s\n", u)
	}
	if len(r.Unimplemented) > 0 {
		fmt.Fprintf(&b, "the target does not have %s\n", strings.Join(r.Unimplemented, ", "))
	}
	if r.Leftover != "" {
		fmt.Fprintf(&b, "keys are left over: %s\n", r.Leftover)
	}
	fmt.Fprintf(&b, "%s on %s: %s of %s on %s, seed %d\n", r.verdict(), r.Target, page.Plural(r.Runs, "sequence"), page.Plural(r.Steps, "step"),
		page.Plural(r.Keys, "key"), r.Seed)
	if r.Stopped != "" {
		fmt.Fprintf(&b, "the search ended early: %s\n", r.Stopped)
	}
	if len(r.Findings) > 0 && again != "" {
		fmt.Fprintf(&b, "again  %s --seed %d\n", again, r.Seed)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Divergences is how many findings gate, and how many only advise.
func (r *Result) Divergences() (gating, advisory int) {
	for i := range r.Findings {
		if r.Findings[i].Advisory() {
			advisory++
		} else {
			gating++
		}
	}
	return gating, advisory
}

func (r *Result) verdict() string {
	gating, advisory := r.Divergences()
	switch {
	case gating+advisory == 0:
		return "no divergence"
	case advisory == 0:
		return page.Plural(gating, "divergence")
	default:
		return fmt.Sprintf("%s and %d advisory", page.Plural(gating, "divergence"), advisory)
	}
}

func (f *Finding) print(b *strings.Builder, number int) {
	s := Situation{Operation: f.Fingerprint.Operation, Variant: f.Fingerprint.Variant, Caller: f.Fingerprint.Caller, State: f.Fingerprint.State, Role: f.Fingerprint.Role}
	mark := "✗"
	if f.Advisory() {
		mark = "~"
	}
	fmt.Fprintf(b, "%s %d  %s   %s  %s\n", mark, number, s, f.Requirement, f.Evidence)
	d := f.Differences[0]
	what := d.Aspect
	if d.Aspect != outcome {
		what += " of " + string(d.On)
	}
	message := ""
	if d.Message != "" {
		message = ": " + d.Message
	}
	fmt.Fprintf(b, "      about     %s\n      expected  %s\n      actual    %s%s\n", what, d.Expected, d.Actual, message)
	for _, also := range f.Differences[1:] {
		fmt.Fprintf(b, "      also      %s\n", also)
	}
	fmt.Fprintf(b, "      seen      %s; first with seed %d, %s into its sequence, shrunk to %d\n", times(f.Count), f.Seed, page.Plural(f.Length, "step"), len(f.Sequence))
	if f.Scenario == "" {
		fmt.Fprintf(b, "      %s; step by step:\n", f.Unsaid)
		for i, step := range f.Sequence {
			fmt.Fprintf(b, "      %2d. %s\n", i+1, step)
		}
		b.WriteString("\n")
		return
	}
	b.WriteString("\n")
	for _, line := range strings.Split(strings.TrimRight(f.Scenario, "\n"), "\n") {
		b.WriteString("    " + line + "\n")
	}
	b.WriteString("\n")
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
