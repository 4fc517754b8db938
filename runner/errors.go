package runner

import (
	"fmt"
	"strings"

	"github.com/kmsconform/kmsconform/features"
)

// UsageError says that a run cannot begin because of what was asked for: a name that does not exist, a file that cannot
// be used, a selection of nothing. The command answers it with exit code 2.
type UsageError struct {
	Problem string // what is wrong
	Advice  string // what to do; may be empty
	Err     error  // the cause; may be nil
}

// Error implements the error interface: the problem, and on a line of its own what to do.
func (e *UsageError) Error() string {
	if e.Advice == "" {
		return e.Problem
	}
	return e.Problem + "\n  " + e.Advice
}

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// LintError says that the contract is not sound: it could not be loaded, or it breaks its own rules. The command answers it
// with exit code 2.
type LintError struct {
	Findings []features.Finding
	Err      error // why it could not be loaded; nil when it could
}

// Error lists what was found, a line each.
func (e *LintError) Error() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	var s strings.Builder
	fmt.Fprintf(&s, "the contract has %d faults:", len(e.Findings))
	if len(e.Findings) == 1 {
		s.Reset()
		s.WriteString("the contract has a fault:")
	}
	for _, f := range e.Findings {
		fmt.Fprintf(&s, "\n  %s", f)
	}
	return s.String()
}

// Unwrap returns the cause.
func (e *LintError) Unwrap() error { return e.Err }

// TargetError says that the target could not be probed, so that no scenario ran. The command answers it with exit code 3.
type TargetError struct {
	Target string // its name
	Err    error
}

// Error implements the error interface.
func (e *TargetError) Error() string { return fmt.Sprintf("%s: %v", e.Target, e.Err) }

// Unwrap returns the cause.
func (e *TargetError) Unwrap() error { return e.Err }

// Nearest returns the candidate that somebody most likely meant, or nothing when none is close: it may differ in a third
// of its letters, and it may be one that begins with, or contains, what was written.
func Nearest(written string, candidates []string) string {
	best, distance := "", len(written)/3+2
	folded := strings.ToLower(written)
	for _, candidate := range candidates {
		// The commonest slip with ids: DIKM-STATE-7 is DIKM-STATE-07.
		if strings.ReplaceAll(strings.ToLower(candidate), "-0", "-") == strings.ReplaceAll(folded, "-0", "-") {
			return candidate
		}
	}
	for _, candidate := range candidates {
		if d := editDistance(folded, strings.ToLower(candidate), distance); d < distance {
			best, distance = candidate, d
		}
	}
	if best != "" || len(written) < 3 {
		return best
	}
	for _, candidate := range candidates {
		if strings.Contains(strings.ToLower(candidate), folded) {
			return candidate
		}
	}
	return ""
}

// editDistance counts how many characters must be inserted, removed or replaced, up to a limit that it never exceeds.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], limit)
}

// didYouMean is a question about a near name, or what else helps.
func didYouMean(written string, candidates []string, otherwise string) string {
	if near := Nearest(written, candidates); near != "" {
		return fmt.Sprintf("Did you mean %q? %s", near, otherwise)
	}
	return otherwise
}
