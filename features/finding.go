package features

import (
	"fmt"
	"slices"
	"strings"
)

// Finding is a fault of the contract, at the place where it is mended.
type Finding struct {
	File    string
	Line    int
	Problem string // what is wrong, without a full stop
	Advice  string // what to do about it, in whole sentences; may be empty
}

// String is file:line: problem, and the advice after it.
func (f Finding) String() string {
	text := fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Problem)
	if f.Advice != "" {
		text += ". " + f.Advice
	}
	return text
}

// LoadError says that feature files or requirements cannot be read as what they are meant to be.
type LoadError struct {
	Findings []Finding // at least one
}

// Error lists the faults, a line each.
func (e *LoadError) Error() string {
	if len(e.Findings) == 1 {
		return e.Findings[0].String()
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%d faults:", len(e.Findings))
	for _, f := range e.Findings {
		s.WriteString("\n  " + f.String())
	}
	return s.String()
}

// findings collects faults; its methods take them in any order.
type findings []Finding

func (f *findings) add(file string, line int, problem, advice string) {
	*f = append(*f, Finding{File: file, Line: max(line, 1), Problem: problem, Advice: advice})
}

// sorted returns the faults by file and line, each once: the rows of an outline share most of theirs.
func (f findings) sorted() []Finding {
	all := slices.Clone(f)
	slices.SortStableFunc(all, func(a, b Finding) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	seen := make(map[Finding]bool, len(all))
	return slices.DeleteFunc(all, func(x Finding) bool {
		again := seen[x]
		seen[x] = true
		return again
	})
}
