// Package page is what the pages that people read have in common: the look and filter of HTML, and harmless Markdown.
package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"
)

//go:embed style.css
var style string

//go:embed filter.js
var script string

// head opens a page. Its policy allows nothing but the one style and the one script of this package, so that whatever a
// target wrote into a report stays text, even where escaping failed, and nothing is ever fetched.
const head = `{{define "head"}}<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{{.}}</title>
<style>{{style}}</style>
</head>
{{end}}
{{define "foot"}}<script>{{script}}</script>
</body>
</html>
{{end}}`

// New returns the template of a page: text, which begins with {{template "head" "its title"}} and a body tag and ends
// with {{template "foot"}}. It panics when text is no template, as a constant of this program would be at fault.
func New(name, text string, functions template.FuncMap) *template.Template {
	t := template.New(name).Funcs(template.FuncMap{
		"policy": policy,
		"style":  func() template.CSS { return template.CSS(style) }, //nolint:gosec // a constant of this package
		"script": func() template.JS { return template.JS(script) },  //nolint:gosec // a constant of this package
		"plain":  Plain,
		"plural": Plural,
	}).Funcs(functions)
	return template.Must(template.Must(t.Parse(head)).Parse(text))
}

// Write writes a page.
func Write(w io.Writer, t *template.Template, data any) error {
	if err := t.Execute(w, data); err != nil {
		return fmt.Errorf("write the page %s: %w", t.Name(), err)
	}
	return nil
}

func policy() string {
	return fmt.Sprintf("default-src 'none'; base-uri 'none'; form-action 'none'; style-src '%s'; script-src '%s'", hash(style), hash(script))
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Plain makes text from a target fit for one line: no line breaks, no control characters, nothing that turns the
// direction of writing.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(text, "�"))
}

// Plural is a number of things in words.
func Plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
