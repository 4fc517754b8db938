package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
)

// Most mutants are built together: each stands behind a switch in one program, and a process is told which one it is. The
// others are built one by one, which takes a hundred times as long.

// activePackage is what the switches are.
const activePackage = module + "/runner/mutate/active"

// calls are the changes that a function of package active makes.
var calls = map[string]string{
	"< to <=": "LSS", "<= to <": "LEQ", "> to >=": "GTR", ">= to >": "GEQ",
	"+ to -": "ADD", "- to +": "SUB", "* to /": "MUL", "/ to *": "QUO", "% to *": "REM", "& to |": "AND", "| to &": "OR",
}

// switcher rewrites one file.
type switcher struct {
	info    *types.Info
	file    *token.File
	at      map[int][]*mutant // by the offset of the token
	next    *int              // the number of the next mutant
	before  map[int]string    // what is put before an offset
	after   map[int]string    // what is put there to end what came before
	instead map[int]instead   // what is put there in place of a token
}

type instead struct {
	token token.Token
	text  string
}

// switches numbers those mutants of a package that can be built together, and returns the files with all of them.
func (c *workshop) switches(ctx context.Context, folder string, mutants []*mutant, next *int) (map[string][]byte, error) {
	set, files, info, err := c.check(ctx, folder)
	if err != nil {
		return nil, fmt.Errorf("read the types of %s: %w", folder, err)
	}
	switched := map[string][]byte{}
	for name, file := range files {
		first := *next
		s := &switcher{
			info: info, file: set.File(file.Pos()), at: map[int][]*mutant{}, next: next,
			before: map[int]string{}, after: map[int]string{}, instead: map[int]instead{},
		}
		for _, m := range mutants {
			if m.File == name {
				s.at[m.offset] = append(s.at[m.offset], m)
			}
		}
		s.walk(file)
		text, err := os.ReadFile(filepath.Join(c.root, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("switch the mutants of %s: %w", name, err)
		}
		if *next > first {
			switched[name] = s.rewrite(text, s.file.Offset(file.Name.End()))
		}
	}
	return switched, nil
}

// walk puts switches into a node and what is within it: the outer ones begin first and end last.
func (s *switcher) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		b, is := n.(*ast.BinaryExpr)
		if !is {
			return true
		}
		begin, end := s.enter(b)
		s.before[s.file.Offset(b.Pos())] += begin
		s.walk(b.X)
		s.walk(b.Y)
		s.after[s.file.Offset(b.End())] += end
		return false
	})
}

// enter numbers the mutants of an operator, and returns what begins and ends their switches.
func (s *switcher) enter(b *ast.BinaryExpr) (begin, end string) {
	offset := s.file.Offset(b.OpPos)
	if s.info.Types[b].Value != nil { // what is constant has to stay so
		return "", ""
	}
	alike := types.Identical(s.info.Types[b.X].Type, s.info.Types[b.Y].Type)
	for _, m := range s.at[offset] {
		switch call := calls[m.Change]; {
		case m.Mutator == "INVERT_LOGICAL":
			m.Number = s.number()
			begin, end = fmt.Sprintf("active.%s(%d, ", map[token.Token]string{token.LAND: "LAND", token.LOR: "LOR"}[m.from], m.Number), ") })"
			s.instead[offset] = instead{m.from, ", func() bool { return ("}
		case call != "" && alike && !s.text(b):
			m.Number = s.number()
			begin, end = fmt.Sprintf("active.%s(%d, ", call, m.Number), ")"
			s.instead[offset] = instead{m.from, ","}
		}
	}
	for _, m := range s.at[offset] {
		if m.Mutator == "CONDITIONALS_NEGATION" { // around the change of a boundary, where there is one
			m.Number = s.number()
			begin, end = "(("+begin, end+fmt.Sprintf(") != active.On(%d))", m.Number)
		}
	}
	return begin, end
}

func (s *switcher) number() int {
	*s.next++
	return *s.next
}

// text reports whether an operator makes a text, which has no difference.
func (s *switcher) text(b *ast.BinaryExpr) bool {
	basic, is := s.info.Types[b].Type.Underlying().(*types.Basic)
	return is && basic.Info()&types.IsString != 0
}

// rewrite puts everything where it belongs, and imports the switches behind the package clause.
func (s *switcher) rewrite(text []byte, clause int) []byte {
	var out bytes.Buffer
	for i := 0; i <= len(text); i++ {
		out.WriteString(s.after[i])
		if i == clause {
			fmt.Fprintf(&out, "; import %q", activePackage)
		}
		out.WriteString(s.before[i])
		if i == len(text) {
			break
		}
		if other, is := s.instead[i]; is {
			out.WriteString(other.text)
			i += len(other.token.String()) - 1
			continue
		}
		out.WriteByte(text[i])
	}
	return out.Bytes()
}

// check parses a package and finds the types of its expressions. Its files are named within the module.
func (c *workshop) check(ctx context.Context, folder string) (*token.FileSet, map[string]*ast.File, *types.Info, error) {
	type listed struct {
		ImportPath, Export string
		GoFiles            []string
	}
	command := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-json=ImportPath,Export,GoFiles", "./"+folder) //nolint:gosec // the folder is this program's
	command.Dir, command.Env = c.root, c.environment()
	said, err := command.Output()
	if err != nil {
		return nil, nil, nil, err
	}
	exports, names := map[string]string{}, []string(nil)
	for decoder := json.NewDecoder(bytes.NewReader(said)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, nil, err
		}
		exports[p.ImportPath], names = p.Export, p.GoFiles // the package itself comes last
	}
	set, files, list := token.NewFileSet(), map[string]*ast.File{}, []*ast.File(nil)
	for _, name := range names {
		file, err := parser.ParseFile(set, filepath.Join(c.root, folder, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, nil, err
		}
		files[path.Join(folder, name)] = file
		list = append(list, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: importer.ForCompiler(set, "gc", func(p string) (io.ReadCloser, error) { return os.Open(exports[p]) })}
	_, err = config.Check(module+"/"+folder, set, list, info)
	return set, files, info, err
}

// hopeless says why a mutant cannot compile, where that needs no compiler; empty: perhaps it can.
func hopeless(m *mutant, text []byte) string {
	if _, err := parser.ParseFile(token.NewFileSet(), m.File, m.apply(text), parser.SkipObjectResolution); err != nil {
		return err.Error()
	}
	return ""
}
