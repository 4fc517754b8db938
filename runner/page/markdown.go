package page

import "strings"

// special are the characters that mean something to Markdown, or to the HTML in it, wherever they stand.
var special = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "|", "\\|", "~", "\\~", "#", "\\#", "!", "\\!", "@", "&#64;",
	"://", ":&#47;/", "www.", "www&#46;",
)

// Markdown writes text so that GitHub's Markdown shows it as it is, on one line, also in a cell of a table. Nothing in it
// becomes a link, a mention or a tag.
func Markdown(text string) string { return special.Replace(Plain(text)) }

// Code writes text as code, in Markdown.
func Code(text string) string {
	if text == "" {
		return ""
	}
	return "<code>" + Markdown(text) + "</code>"
}

// Row is a row of a table. Its cells are Markdown already.
func Row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// Table begins a table: its head, and the line below it. A column whose name begins with > has its text on the right.
func Table(columns ...string) string {
	rules, names := make([]string, len(columns)), make([]string, len(columns))
	for i, name := range columns {
		rules[i], names[i] = "---", name
		if right, is := strings.CutPrefix(name, ">"); is {
			rules[i], names[i] = "---:", right
		}
	}
	return Row(names...) + Row(rules...)
}
