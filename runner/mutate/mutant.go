package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// mutant is a change to one token of a source file.
type mutant struct {
	File     string `json:"file"` // within the module, with slashes
	Line     int    `json:"line"`
	Column   int    `json:"column"` // of the token, in bytes, from 1
	Mutator  string `json:"mutator"`
	Function string `json:"function"` // that holds it, such as Error.Unwrap; empty: none does
	Text     string `json:"text"`     // of the line, without the space around it
	Change   string `json:"change"`   // such as "< to <="
	Nth      int    `json:"nth"`      // of the same changes to such a line of this function, from 1
	Digest   string `json:"digest"`   // of the whole file before the change
	Covered  bool   `json:"covered"`  // the contract executes it

	// Number is that of its switch in the program that holds many mutants; zero: it is built by itself.
	Number int `json:"-"`

	offset   int
	from, to token.Token
	operands [4]int // where those of a binary operator begin and end
}

// place is where a mutant stands, for people.
func (m *mutant) place() string { return fmt.Sprintf("%s:%d:%d", m.File, m.Line, m.Column) }

// key tells a mutant from all others, and still does when lines have moved.
func (m *mutant) key() string {
	return fmt.Sprintf("%s %s %q %s %d", m.File, m.Function, m.Text, m.Change, m.Nth)
}

// mutations are what gremlins makes of each token, by the type that it calls them; its source has the same two tables in
// internal/engine/mappings.go, and its output says only the type.
var mutations = map[string]map[token.Token]token.Token{
	"ARITHMETIC_BASE": {
		token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL,
	},
	"CONDITIONALS_BOUNDARY": {
		token.GEQ: token.GTR, token.GTR: token.GEQ, token.LEQ: token.LSS, token.LSS: token.LEQ,
	},
	"CONDITIONALS_NEGATION": {
		token.EQL: token.NEQ, token.NEQ: token.EQL,
		token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR, token.LSS: token.GEQ,
	},
	"INCREMENT_DECREMENT": {token.DEC: token.INC, token.INC: token.DEC},
	"INVERT_ASSIGNMENTS": {
		token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN,
		token.MUL_ASSIGN: token.QUO_ASSIGN, token.QUO_ASSIGN: token.MUL_ASSIGN, token.REM_ASSIGN: token.REM_ASSIGN,
	},
	"INVERT_BITWISE": {
		token.AND: token.OR, token.OR: token.AND, token.XOR: token.AND, token.AND_NOT: token.AND,
		token.SHL: token.SHR, token.SHR: token.SHL,
	},
	"INVERT_BITWISE_ASSIGNMENTS": {
		token.AND_ASSIGN: token.OR_ASSIGN, token.OR_ASSIGN: token.AND_ASSIGN, token.XOR_ASSIGN: token.AND_ASSIGN,
		token.AND_NOT_ASSIGN: token.AND_ASSIGN, token.SHL_ASSIGN: token.SHR_ASSIGN, token.SHR_ASSIGN: token.SHL_ASSIGN,
	},
	"INVERT_LOGICAL":   {token.LAND: token.LOR, token.LOR: token.LAND},
	"INVERT_LOOPCTRL":  {token.BREAK: token.CONTINUE, token.CONTINUE: token.BREAK},
	"INVERT_NEGATIVES": {token.SUB: token.ADD},
	"REMOVE_SELF_ASSIGNMENTS": {
		token.ADD_ASSIGN: token.ASSIGN, token.SUB_ASSIGN: token.ASSIGN, token.MUL_ASSIGN: token.ASSIGN,
		token.QUO_ASSIGN: token.ASSIGN, token.REM_ASSIGN: token.ASSIGN, token.AND_ASSIGN: token.ASSIGN,
		token.OR_ASSIGN: token.ASSIGN, token.XOR_ASSIGN: token.ASSIGN, token.AND_NOT_ASSIGN: token.ASSIGN,
		token.SHL_ASSIGN: token.ASSIGN, token.SHR_ASSIGN: token.ASSIGN,
	},
}

// mutantsOf completes what gremlins found in one file from its text, in the order of the text. What two types of
// mutation make the same of is one mutant.
func mutantsOf(file string, text []byte, found []mutation) ([]mutant, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("find the mutants of %s: %w", file, err)
	}
	lines := bytes.Split(text, []byte("\n"))
	operands := map[int][4]int{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if b, is := n.(*ast.BinaryExpr); is {
			at := set.File(parsed.Pos()).Offset
			operands[at(b.OpPos)] = [4]int{at(b.X.Pos()), at(b.X.End()), at(b.Y.Pos()), at(b.Y.End())}
		}
		return true
	})
	digest := sha256.Sum256(text)
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b mutation) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	var all []mutant
	type change struct {
		offset int
		to     token.Token
	}
	known, nth := map[change]bool{}, map[string]int{}
	for _, f := range found {
		m := mutant{
			File: file, Line: f.Line, Column: f.Column, Mutator: f.Type, Digest: hex.EncodeToString(digest[:]), Covered: f.Status == runnable,
		}
		if err := m.read(f, set.File(parsed.Pos()), lines, text); err != nil {
			return nil, err
		}
		m.operands = operands[m.offset]
		same := change{m.offset, m.to}
		if known[same] {
			continue
		}
		known[same] = true
		var is bool
		if m.Function, is = functionAt(parsed, set.File(parsed.Pos()).Pos(m.offset)); !is {
			m.Covered = true // a coverage profile leaves out what is outside of functions, which every process executes
		}
		like := m.Function + "\n" + m.Text + "\n" + m.Change
		nth[like]++
		m.Nth = nth[like]
		all = append(all, m)
	}
	return all, nil
}

// read finds the token in the text.
func (m *mutant) read(f mutation, file *token.File, lines [][]byte, text []byte) error {
	if f.Line < 1 || f.Line > len(lines) || f.Column < 1 || f.Column > len(lines[f.Line-1]) {
		return fmt.Errorf("gremlins names %s, which is not in that file; is its text the one that gremlins read?", m.place())
	}
	m.Text = strings.TrimSpace(string(lines[f.Line-1]))
	m.offset = file.Offset(file.LineStart(f.Line)) + f.Column - 1
	length := 0
	for from, to := range mutations[f.Type] {
		// The longest that fits: < stands also at the beginning of <=.
		if n := len(from.String()); n > length && bytes.HasPrefix(text[m.offset:], []byte(from.String())) {
			m.from, m.to, length = from, to, n
		}
	}
	if length == 0 {
		return fmt.Errorf("gremlins names %s for %s, and this program knows no such mutation of %q; compare the table in mutant.go with that of this version of gremlins",
			m.place(), f.Type, m.Text)
	}
	m.Change = m.from.String() + " to " + m.to.String()
	return nil
}

// apply returns the text of the file with the change. The operands stay what they are: an operator that would bind them
// more or less tightly gets parentheses.
func (m *mutant) apply(text []byte) []byte {
	before, after := text[:m.offset], text[m.offset+len(m.from.String()):]
	if o := m.operands; o[3] > 0 && m.from.Precedence() != m.to.Precedence() {
		before = slices.Concat(text[:o[0]], []byte("(("), text[o[0]:o[1]], []byte(")"), text[o[1]:m.offset])
		after = slices.Concat(text[m.offset+len(m.from.String()):o[2]], []byte("("), text[o[2]:o[3]], []byte("))"), text[o[3]:])
	}
	return slices.Concat(before, []byte(m.to.String()), after)
}

// functionAt names the function that holds a position, with its receiver.
func functionAt(file *ast.File, at token.Pos) (name string, is bool) {
	for _, d := range file.Decls {
		f, is := d.(*ast.FuncDecl)
		if !is || at < f.Pos() || at >= f.End() {
			continue
		}
		if f.Recv == nil || len(f.Recv.List) != 1 {
			return f.Name.Name, true
		}
		receiver := f.Recv.List[0].Type
		for {
			switch r := receiver.(type) {
			case *ast.StarExpr:
				receiver = r.X
				continue
			case *ast.IndexExpr:
				receiver = r.X
				continue
			case *ast.Ident:
				return r.Name + "." + f.Name.Name, true
			}
			return f.Name.Name, true
		}
	}
	return "", false
}
