// Package active says which mutant a process is. Mutants that are compiled into one program stand behind its functions,
// which are named after the tokens that they change.
package active

import (
	"cmp"
	"os"
	"strconv"
	"sync/atomic"
)

// Variable is the environment variable that names the mutant, by its number. Without it, the process is none.
const Variable = "KMSCONFORM_MUTATE_ACTIVE"

// most is how many mutants a program can hold.
const most = 4096

var (
	mutant  = number()
	reached [most]atomic.Bool
)

func number() int {
	n, err := strconv.Atoi(os.Getenv(Variable))
	if err != nil {
		return 0 // mutants are counted from 1
	}
	return n
}

// On reports whether the process is a mutant, and remembers that somebody asked.
func On(n int) bool {
	if mutant == 0 {
		reached[n].Store(true)
	}
	return n == mutant
}

// Mutant is the number of the mutant that the process is; zero: it is none.
func Mutant() int { return mutant }

// Reached returns the mutants that were asked for since the last call: whatever happened since cannot depend on others.
func Reached() []int {
	var all []int
	for n := range reached {
		if reached[n].Swap(false) {
			all = append(all, n)
		}
	}
	return all
}

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type arithmetic interface {
	integer | ~float32 | ~float64
}

// LSS is a < b, or a <= b.
func LSS[T cmp.Ordered](n int, a, b T) bool {
	if On(n) {
		return a <= b
	}
	return a < b
}

// LEQ is a <= b, or a < b.
func LEQ[T cmp.Ordered](n int, a, b T) bool {
	if On(n) {
		return a < b
	}
	return a <= b
}

// GTR is a > b, or a >= b.
func GTR[T cmp.Ordered](n int, a, b T) bool {
	if On(n) {
		return a >= b
	}
	return a > b
}

// GEQ is a >= b, or a > b.
func GEQ[T cmp.Ordered](n int, a, b T) bool {
	if On(n) {
		return a > b
	}
	return a >= b
}

// ADD is a + b, or a - b.
func ADD[T arithmetic](n int, a, b T) T {
	if On(n) {
		return a - b
	}
	return a + b
}

// SUB is a - b, or a + b.
func SUB[T arithmetic](n int, a, b T) T {
	if On(n) {
		return a + b
	}
	return a - b
}

// MUL is a * b, or a / b.
func MUL[T arithmetic](n int, a, b T) T {
	if On(n) {
		return a / b
	}
	return a * b
}

// QUO is a / b, or a * b.
func QUO[T arithmetic](n int, a, b T) T {
	if On(n) {
		return a * b
	}
	return a / b
}

// REM is a % b, or a * b.
func REM[T integer](n int, a, b T) T {
	if On(n) {
		return a * b
	}
	return a % b
}

// AND is a & b, or a | b.
func AND[T integer](n int, a, b T) T {
	if On(n) {
		return a | b
	}
	return a & b
}

// OR is a | b, or a & b.
func OR[T integer](n int, a, b T) T {
	if On(n) {
		return a & b
	}
	return a | b
}

// LAND is a && b, or a || b.
func LAND(n int, a bool, b func() bool) bool {
	if On(n) {
		return a || b()
	}
	return a && b()
}

// LOR is a || b, or a && b.
func LOR(n int, a bool, b func() bool) bool {
	if On(n) {
		return a && b()
	}
	return a || b()
}
