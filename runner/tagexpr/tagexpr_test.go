package tagexpr

import (
	"errors"
	"strings"
	"testing"
)

// The examples of the grammar's own test data (github.com/cucumber/tag-expressions, testdata).
func TestParseReadsTheGrammar(t *testing.T) {
	tests := []struct{ text, want string }{
		{``, ``},
		{`  `, ``},
		{`@a`, `@a`},
		{`@a and @b`, `( @a and @b )`},
		{`@a or @b`, `( @a or @b )`},
		{`not @a`, `not ( @a )`},
		{`not not @a`, `not ( not ( @a ) )`},
		{`@a and @b and @c`, `( ( @a and @b ) and @c )`},
		{`( @a and @b ) or ( @c and @d )`, `( ( @a and @b ) or ( @c and @d ) )`},
		{
			`not @a or @b and not @c or not @d or @e and @f`,
			`( ( ( not ( @a ) or ( @b and not ( @c ) ) ) or not ( @d ) ) or ( @e and @f ) )`,
		},
		{
			`not @a\(\) or @b and not @c or not @d or @e and @f`,
			`( ( ( not ( @a\(\) ) or ( @b and not ( @c ) ) ) or not ( @d ) ) or ( @e and @f ) )`,
		},
		{`not (@a and @b)`, `not ( @a and @b )`},
		{`not (@a and @b) and @c or not (@d or @f)`, `( ( not ( @a and @b ) and @c ) or not ( @d or @f ) )`},
		{`@a\\ and @b`, `( @a\\ and @b )`},
		{`( @a and @b\\\\)`, `( @a and @b\\\\ )`},
		{`@a\\\( and @b\\\)`, `( @a\\\( and @b\\\) )`},
		{`(@a and @\\b)`, `( @a and @\\b )`},
		{`@x or(@y) `, `( @x or @y )`},
		{`@x\(1\) or(@y\(2\))`, `( @x\(1\) or @y\(2\) )`},
		{`@x\\ or(@y\\\)) or(@z\\)`, `( ( @x\\ or @y\\\) ) or @z\\ )`},
		{`@x\  or @y`, `( @x\  or @y )`},
		{"@a\tand\n@b", `( @a and @b )`},
		{`@android or @order`, `( @android or @order )`},
	}
	for _, test := range tests {
		e, err := Parse(test.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.text, err)
			continue
		}
		if got := e.String(); got != test.want {
			t.Errorf("Parse(%q) reads %s, want %s", test.text, got, test.want)
		}
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		text string
		yes  []string // sets of tags, joined by spaces
		no   []string
	}{
		{``, []string{``, `@x`}, nil},
		{`not @x`, []string{`@y`, ``}, []string{`@x`, `@x @y`}},
		{`@x and @y`, []string{`@x @y`}, []string{`@x`, `@y`, ``}},
		{`@x or @y`, []string{`@x @y`, `@x`, `@y`}, []string{``, `@z`}},
		{`@x\(1\) or @y\(2\)`, []string{`@x(1)`, `@y(2)`}, []string{`@x`, `@x\(1\)`}},
		{`@x\\ or @y\\\) or @z\\`, []string{`@x\`, `@y\)`, `@z\`}, []string{`@x`, `@y)`, `@z`}},
		{`not @x and @y`, []string{`@y`}, []string{`@x`, `@x @y`, ``}},
		{`@x or @y and @z`, []string{`@x`, `@y @z`}, []string{`@y`, `@z`}},
		{`(@x or @y) and @z`, []string{`@x @z`, `@y @z`}, []string{`@x`, `@x @y`}},
	}
	for _, test := range tests {
		e, err := Parse(test.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.text, err)
			continue
		}
		for _, tags := range test.yes {
			if !e.Match(strings.Fields(tags)) {
				t.Errorf("%q does not match %q", test.text, tags)
			}
		}
		for _, tags := range test.no {
			if e.Match(strings.Fields(tags)) {
				t.Errorf("%q matches %q", test.text, tags)
			}
		}
	}
}

func TestParseShowsWhere(t *testing.T) {
	tests := []struct {
		text    string
		offset  int
		problem string // a part of it
	}{
		{`@a @b or`, 3, `expected "and" or "or" before "@b"`},
		{`@a and (@b not)`, 11, `expected "and", "or" or ")" before "not"`},
		{`@a and (@b @c) or`, 11, `expected "and", "or" or ")" before "@c"`},
		{`@a and or`, 7, `expected a tag, "not" or "(", found "or"`},
		{`@a,@b`, 2, `not by a comma`},
		{`(@a ,@b)`, 4, `not by a comma`},
		{`or or`, 0, `found "or"`},
		{`@a and`, 6, `found the end`},
		{`not`, 3, `found the end`},
		{`( @a and @b ) )`, 14, `closes nothing`},
		{`( ( @a and @b )`, 0, `never closed`},
		{`()`, 1, `found ")"`},
		{`@x or @\y or @z`, 7, `a backslash may only stand before`},
		{`@x\`, 2, `a backslash may only stand before`},
		{`@x\ or @y`, 7, `before "@y"`},
		{`core`, 0, `tags begin with "@"`},
		{`@a AND @b`, 3, `operators are in lower case: and`},
		{`~@a`, 0, `write "not @…"`},
		{`@a && @b`, 3, `write "and"`},
		{`@a || @b`, 3, `write "or"`},
		{`@`, 0, `tags begin with "@"`},
		{"@a and \xff", 7, `not UTF-8`},
		{strings.Repeat("(", 2000) + "@a", 1000, `nested more than 1000 deep`},
	}
	for _, test := range tests {
		_, err := Parse(test.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("Parse(%q): got %v, want a *SyntaxError", test.text, err)
			continue
		}
		if syntax.Offset != test.offset || !strings.Contains(syntax.Problem, test.problem) {
			t.Errorf("Parse(%q) fails at %d: %s; want at %d: %s", test.text, syntax.Offset, syntax.Problem, test.offset, test.problem)
		}
	}
}

func TestSyntaxErrorPutsTheCaretUnderThePlace(t *testing.T) {
	_, err := Parse("@größe\tor @b @c")
	want := "expected \"and\" or \"or\" before \"@c\"\n    @größe or @b @c\n                 ^"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{``, `@a and not (@b or @c)`, `@a\ b`, `((`, `@a,@b`, "\xff", `@x\\ or(@y\\\))`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(text) || syntax.Error() == "" {
				t.Fatalf("Parse(%q) fails with %#v", text, err)
			}
			return
		}
		written := e.String()
		again, err := Parse(written)
		if err != nil || again.String() != written {
			t.Fatalf("%q is written %q, which reads as %v (%v)", text, written, again, err)
		}
		for _, tags := range [][]string{nil, {"@a"}, {"@a", "@b"}} {
			if e.Match(tags) != again.Match(tags) {
				t.Fatalf("%q and %q match %q differently", text, written, tags)
			}
		}
	})
}
