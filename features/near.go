package features

import (
	"fmt"
	"strings"
)

// didYouMean asks about the candidate that is nearest to what was written, or says what else helps.
func didYouMean(written string, candidates []string, otherwise string) string {
	best, least := "", len(written)/3+1
	for _, candidate := range candidates {
		if d := distance(strings.ToLower(written), strings.ToLower(candidate)); d <= least && (best == "" || d < least) {
			best, least = candidate, d
		}
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("Did you mean %q?", best)
}

// distance counts the bytes that must be inserted, removed, replaced or swapped with their neighbour to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			replaced := last[j]
			if a[i] != b[j] {
				replaced++
			}
			row[j+1] = min(replaced, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
