package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Switches nest, keep the order of evaluation, and leave alone what is constant, text or no operator between two values.
func TestSwitches(t *testing.T) {
	const file, before, after = "fixtures/reference/kms/kms.go", `package kms

import "strings"

const wide = 1 + 4

func All(a, b int, u uint8, p *int, s string) bool {
	for i := 0; i < a; i++ {
		s += "x" + s
	}
	return a+b*2 <= wide && p != nil ||
		!(strings.Contains(s, "a") && u|1 == -u)
}
`, `package kms; import "` + activePackage + `"

import "strings"

const wide = 1 + 4

func All(a, b int, u uint8, p *int, s string) bool {
	for i := 0; ((active.LSS(1, i , a)) != active.On(2)); i++ {
		s += "x" + s
	}
	return active.LOR(3, active.LAND(4, ((active.LEQ(5, active.ADD(7, a,active.MUL(8, b,2)) , wide)) != active.On(6)) , func() bool { return ( ((p != nil) != active.On(9))) }) , func() bool { return (
		!(active.LAND(10, strings.Contains(s, "a") , func() bool { return ( ((active.OR(12, u,1) == -u) != active.On(11))) }))) })
}
`
	c := workshopOf(t, map[string]string{"go.mod": small["go.mod"], file: before})
	all, err := mutantsOf(file, []byte(before), operators(t, before))
	if err != nil {
		t.Fatal(err)
	}
	number, mutants := 0, []*mutant{}
	for i := range all {
		mutants = append(mutants, &all[i])
	}
	files, err := c.switches(t.Context(), "fixtures/reference/kms", mutants, &number)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(after, string(files[file])); diff != "" {
		t.Errorf("the file with switches (-want +got):\n%s", diff)
	}
	if number != 12 {
		t.Errorf("%d mutants are switched, want 12", number)
	}
}

// operators finds what gremlins finds in the operators of a text.
func operators(t *testing.T, text string) []mutation {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "kms.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []mutation
	ast.Inspect(file, func(n ast.Node) bool {
		b, is := n.(*ast.BinaryExpr)
		if !is {
			return true
		}
		at := set.Position(b.OpPos)
		for _, kind := range slices.Sorted(maps.Keys(mutations)) {
			if _, is := mutations[kind][b.Op]; is {
				found = append(found, mutation{Type: kind, Status: runnable, Line: at.Line, Column: at.Column})
			}
		}
		return true
	})
	return found
}
