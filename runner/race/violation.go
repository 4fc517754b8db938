package race

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/anishathalye/porcupine"
)

// Violation is a round whose answers no order of its calls explains.
type Violation struct {
	Round   int    // 0: before the first round, while open questions were asked
	Opening string // where the race began
	// Alone says that it took no race: the target answered so to one call at a time.
	Alone bool
	// Calls are the smallest part that cannot be explained, in the order in which they began.
	Calls []Call
	// Whatever are the steps of more calls that changed the key, or may have: the contradiction stands whatever they did.
	Whatever []Step
	// Meanwhile are the calls that changed the key, or may have, while these were under way: one of them may be what went
	// wrong, although its own answer can be explained.
	Meanwhile []Call
	// Fits is the longest order of calls that the contract explains, each with the state it leaves the key in.
	Fits []Fit
	// Misfits are the calls that can then not have answered as they did.
	Misfits []Misfit

	spec    *spec
	history []Call
	limit   time.Duration
}

// Fit is a call in an order that the contract explains.
type Fit struct {
	Call  Call
	State string // of the key afterwards
}

// Misfit is a call that has no place after the Fits.
type Misfit struct {
	Call     Call
	Expected []string // what it could have come to there
}

// explain shrinks a history that cannot be explained, and says what does not fit.
func explain(s *spec, r round, calls []Call, limit time.Duration) *Violation {
	c := shrink(s, calls, limit)
	v := &Violation{
		Round: r.number, Opening: r.opening.name, Alone: !concurrent(calls), Calls: c.calls, Meanwhile: meanwhile(calls, c.calls),
		spec: s, history: calls, limit: limit,
	}
	for _, call := range c.free {
		v.Whatever = append(v.Whatever, call.Step)
	}
	all := c.all()
	_, info := check(s, all, limit)
	v.Fits, v.Misfits = reasons(s, all, info)
	return v
}

// concurrent reports whether any two calls were under way at the same time.
func concurrent(calls []Call) bool {
	for i := range calls {
		for j := range i {
			if calls[i].overlaps(calls[j]) {
				return true
			}
		}
	}
	return false
}

// meanwhile are the calls of a history that changed something while some of it were under way, and are none of these.
func meanwhile(calls, some []Call) []Call {
	window := Call{Began: some[0].Began}
	known := map[time.Duration]int{}
	for _, c := range some {
		window.Ended = max(window.Ended, c.Ended)
		known[c.Began] = c.Caller
	}
	var others []Call
	for _, c := range calls {
		if c.Step.reads() || c.Outcome.Refusal != "" || !c.overlaps(window) {
			continue
		}
		if by, is := known[c.Began]; !is || by != c.Caller {
			others = append(others, c)
		}
	}
	return others
}

// reasons follows the longest order that fits, and says what does not follow it. The calls are those that info is about.
func reasons(s *spec, calls []Call, info *porcupine.LinearizationInfo) (fits []Fit, misfits []Misfit) {
	var longest []porcupine.Operation
	for _, partition := range info.PartialLinearizationsOperations() {
		for _, order := range partition {
			if placed(order) > placed(longest) || longest == nil {
				longest = order
			}
		}
	}
	at, within := s.first, map[*Call]bool{}
	for _, o := range longest {
		call := o.Input.(*Call)
		at, within[call] = s.step(at, call.Step, call.Outcome), true
		fits = append(fits, Fit{*call, at.String()})
	}
	for i := range calls {
		call := &calls[i]
		if within[call] || call.Outcome.Lost || s.step(at, call.Step, call.Outcome) != nil {
			continue
		}
		m := Misfit{Call: *call}
		for _, o := range s.expected(at, call.Step) {
			m.Expected = append(m.Expected, o.String())
		}
		misfits = append(misfits, m)
	}
	return fits, misfits
}

// placed counts the calls of an order whose answers are known.
func placed(order []porcupine.Operation) int {
	n := 0
	for _, o := range order {
		if !o.Input.(*Call).Outcome.Lost {
			n++
		}
	}
	return n
}

// mostShown bounds how many calls are shown that a contradiction does not need.
const mostShown = 12

// Print writes the violation for a reader.
func (v *Violation) Print(w io.Writer) error {
	var b strings.Builder
	switch {
	case v.Alone:
		fmt.Fprintf(&b, "✗ One call at a time, the answers to %s cannot be explained: it takes no race.\n", v.where())
	case len(v.Calls) == 1:
		fmt.Fprintf(&b, "✗ No order of %s explains this answer.\n", v.where())
	default:
		fmt.Fprintf(&b, "✗ No order of %s explains these %d answers.\n", v.where(), len(v.Calls))
	}
	fmt.Fprintf(&b, "    began at    %s\n", v.Opening)
	table(&b, v.Calls)
	if len(v.Whatever) > 0 {
		fmt.Fprintf(&b, "    and         whatever %s did, and whenever: %s\n", more(len(v.Whatever)), tally(v.Whatever))
	}
	label, last := "this fits", ""
	for _, f := range v.Fits {
		did := f.Call.Step.String()
		if f.Call.Outcome.Lost {
			if f.State == last { // as if it had not been done
				continue
			}
			did += " (if it was done)"
		}
		fmt.Fprintf(&b, "    %-11s %s → %s\n", label, did, f.State)
		label, last = "then", f.State
	}
	for _, m := range v.Misfits {
		fmt.Fprintf(&b, "    but not     %s: %s\n", m.Call.Step, m.Call.Outcome)
		if len(m.Expected) > 0 {
			fmt.Fprintf(&b, "      expected  %s\n", strings.Join(m.Expected, ", or "))
		}
	}
	if n := len(v.Meanwhile); n > 0 {
		fmt.Fprintf(&b, "    Meanwhile:\n")
		table(&b, v.Meanwhile[:min(n, mostShown)])
		if n > mostShown {
			fmt.Fprintf(&b, "    and %s.\n", more(n-mostShown))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteHTML writes the whole history and what was tried to explain it as a page to look at in a browser.
func (v *Violation) WriteHTML(w io.Writer) error {
	_, info := check(v.spec, v.history, v.limit)
	return porcupine.Visualize(model(v.spec), *info, w)
}

func (v *Violation) where() string {
	if v.Round == 0 {
		return "the calls before the first round"
	}
	return fmt.Sprintf("the calls of round %d", v.Round)
}

func more(n int) string {
	if n == 1 {
		return "one more call"
	}
	return fmt.Sprintf("%d more calls", n)
}

// tally lists steps, each once and how often.
func tally(steps []Step) string {
	var order []Step
	times := map[Step]int{}
	for _, s := range steps {
		if times[s] == 0 {
			order = append(order, s)
		}
		times[s]++
	}
	texts := make([]string, len(order))
	for i, s := range order {
		texts[i] = s.String()
		if times[s] > 1 {
			texts[i] += fmt.Sprintf(" ×%d", times[s])
		}
	}
	return strings.Join(texts, ", ")
}

func callerText(n int) string {
	if n == 0 {
		return "alone"
	}
	return fmt.Sprintf("caller %d", n)
}

func span(c Call) string {
	return fmt.Sprintf("%.2f–%.2f ms", float64(c.Began)/1e6, float64(c.Ended)/1e6)
}

// table writes calls in columns.
func table(b *strings.Builder, calls []Call) {
	var rows [][]string
	var widths [3]int
	for _, c := range calls {
		row := []string{callerText(c.Caller), span(c), c.Step.String(), c.Outcome.String()}
		for i := range widths {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		line := "   "
		for i, width := range widths {
			line += " " + row[i] + strings.Repeat(" ", width-utf8.RuneCountInString(row[i])+1)
		}
		b.WriteString(line + " " + row[3] + "\n")
	}
}
