// Package tagexpr reads tag expressions, such as "@core and not (@probe or @clock)", in Cucumber's grammar.
package tagexpr

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth bounds how deep parentheses and nots nest, so that no input can exhaust the stack.
const maxDepth = 1000

// Expression decides by the tags of a scenario whether it is meant.
type Expression struct{ root node }

// Match reports whether a scenario with these tags, each beginning with "@", is meant.
func (e *Expression) Match(tags []string) bool { return e.root == nil || e.root.match(tags) }

// String writes the expression with every parenthesis, which shows how it was read. Parsing it gives the same.
func (e *Expression) String() string {
	if e.root == nil {
		return ""
	}
	return e.root.String()
}

// SyntaxError says where an expression stops making sense, and why.
type SyntaxError struct {
	Text    string // the whole expression
	Offset  int    // in bytes
	Problem string // what was expected and what came
}

// Error shows the expression with a caret under the place.
func (e *SyntaxError) Error() string {
	indent := utf8.RuneCountInString(e.Text[:e.Offset])
	line := strings.Map(func(r rune) rune { // one character each, so that the caret stands right
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, e.Text)
	return fmt.Sprintf("%s\n    %s\n    %s^", e.Problem, line, strings.Repeat(" ", indent))
}

// Parse reads an expression: tags, joined by "and", "or", "not" and parentheses; "not" binds closest, then "and", then
// "or". A backslash before "(", ")", a backslash or a space makes it part of a tag. An expression of nothing but space
// matches every scenario. Its errors are *SyntaxError.
func Parse(text string) (*Expression, error) {
	p := parser{text: text}
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.token.kind == end {
		return &Expression{}, nil
	}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	switch p.token.kind {
	case end:
		return &Expression{root: root}, nil
	case closing:
		return nil, p.fail(p.token.at, `this ")" closes nothing: remove it, or open a "(" before`)
	default:
		return nil, p.fail(p.token.at, fmt.Sprintf(`expected "and" or "or" before %s`, p.token))
	}
}

type node interface {
	match(tags []string) bool
	String() string
}

type (
	tag    string
	not    struct{ operand node }
	binary struct {
		operator    string
		left, right node
	}
)

func (t tag) match(tags []string) bool { return slices.Contains(tags, string(t)) }
func (n not) match(tags []string) bool { return !n.operand.match(tags) }
func (b binary) match(tags []string) bool {
	if b.operator == "and" {
		return b.left.match(tags) && b.right.match(tags)
	}
	return b.left.match(tags) || b.right.match(tags)
}

func (t tag) String() string {
	var s strings.Builder
	for _, r := range string(t) {
		if escapable(r) {
			s.WriteByte('\\')
		}
		s.WriteRune(r)
	}
	return s.String()
}

func (n not) String() string {
	if b, is := n.operand.(binary); is {
		return "not " + b.String()
	}
	return "not ( " + n.operand.String() + " )"
}

func (b binary) String() string {
	return "( " + b.left.String() + " " + b.operator + " " + b.right.String() + " )"
}

// parser reads by recursive descent, one token ahead.
type parser struct {
	text  string
	at    int // after token
	token token
	depth int
}

func (p *parser) or() (node, error) { return p.joined("or", p.and) }

func (p *parser) and() (node, error) { return p.joined("and", p.operand) }

func (p *parser) joined(operator string, part func() (node, error)) (node, error) {
	left, err := part()
	for err == nil && p.token.kind == word && p.token.text == operator {
		if err = p.next(); err != nil {
			break
		}
		var right node
		if right, err = part(); err == nil {
			left = binary{operator, left, right}
		}
	}
	return left, err
}

func (p *parser) operand() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(p.token.at, fmt.Sprintf("nested more than %d deep", maxDepth))
	}
	defer func() { p.depth-- }()
	t := p.token
	switch {
	case t.kind == operand:
		return tag(t.text), p.next()
	case t.kind == opening:
		if err := p.next(); err != nil {
			return nil, err
		}
		inner, err := p.or()
		switch {
		case err != nil:
			return nil, err
		case p.token.kind == end:
			return nil, p.fail(t.at, `this "(" is never closed`)
		case p.token.kind != closing:
			return nil, p.fail(p.token.at, fmt.Sprintf(`expected "and", "or" or ")" before %s`, p.token))
		}
		return inner, p.next()
	case t.kind == word && t.text == "not":
		if err := p.next(); err != nil {
			return nil, err
		}
		inner, err := p.operand()
		return not{inner}, err
	default:
		return nil, p.fail(t.at, fmt.Sprintf(`expected a tag, "not" or "(", found %s`, t))
	}
}

func (p *parser) fail(at int, problem string) error {
	return &SyntaxError{Text: p.text, Offset: at, Problem: problem}
}

type kind int

const (
	end kind = iota
	opening
	closing
	word    // and, or, not
	operand // a tag
)

type token struct {
	kind kind
	text string // of a tag without its escapes
	at   int
}

func (t token) String() string {
	if t.kind == end {
		return "the end"
	}
	return fmt.Sprintf("%q", t.text)
}

func escapable(r rune) bool { return r == '(' || r == ')' || r == '\\' || unicode.IsSpace(r) }

// next reads one token.
func (p *parser) next() error {
	for _, r := range p.text[p.at:] {
		if !unicode.IsSpace(r) {
			break
		}
		p.at += utf8.RuneLen(r)
	}
	start := p.at
	var text strings.Builder
	for p.at < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		switch {
		case r == utf8.RuneError && size == 1:
			return p.fail(p.at, "this is not UTF-8")
		case unicode.IsSpace(r):
			return p.take(start, text.String())
		case r == '(' || r == ')':
			if p.at > start {
				return p.take(start, text.String())
			}
			p.at += size
			p.token = token{kind: opening, text: "(", at: start}
			if r == ')' {
				p.token = token{kind: closing, text: ")", at: start}
			}
			return nil
		case r == '\\':
			escaped, length := utf8.DecodeRuneInString(p.text[p.at+size:])
			if !escapable(escaped) {
				return p.fail(p.at, `a backslash may only stand before "(", ")", a backslash or a space`)
			}
			p.at += size + length
			text.WriteRune(escaped)
		default:
			p.at += size
			text.WriteRune(r)
		}
	}
	return p.take(start, text.String())
}

// take makes a word or a tag of what was read from start to here.
func (p *parser) take(start int, text string) error {
	p.token = token{kind: operand, text: text, at: start}
	comma := strings.IndexByte(p.text[start:p.at], ',')
	switch {
	case start == p.at:
		p.token.kind = end
	case text == "and" || text == "or" || text == "not":
		p.token.kind = word
	case comma >= 0:
		return p.fail(start+comma, `tags are joined by "and" or "or", not by a comma`)
	case !strings.HasPrefix(text, "@") || len(text) == 1:
		problem := fmt.Sprintf(`%q is no tag: tags begin with "@"`, text)
		switch lower := strings.ToLower(text); {
		case lower == "and" || lower == "or" || lower == "not":
			problem = fmt.Sprintf("%q is no tag, and operators are in lower case: %s", text, lower)
		case strings.HasPrefix(text, "~") || strings.HasPrefix(text, "!"):
			problem = fmt.Sprintf(`%q is no tag: write "not @…"`, text)
		case text == "&&":
			problem = `"&&" is no operator: write "and"`
		case text == "||":
			problem = `"||" is no operator: write "or"`
		}
		return p.fail(start, problem)
	}
	return nil
}
