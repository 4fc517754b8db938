package features

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Gherkin takes whatever it does not know between a title and the first step for a description. That swallows steps and
// titles with a slip of the pen in them, and a scenario that lost a step can pass for the wrong reason.

var (
	stepKeywords  = []string{"Given", "When", "Then", "And", "But"}
	titleKeywords = []string{"Feature", "Rule", "Background", "Scenario", "Scenario Outline", "Scenario Template", "Scenarios", "Example", "Examples"}
	allKeywords   = slices.Concat(stepKeywords, titleKeywords)
)

// honest are English words that are one letter away from a step keyword and begin honest sentences.
var honest = map[string]bool{
	"the": true, "them": true, "they": true, "than": true, "thin": true, "hen": true, "ten": true, "wen": true,
	"an": true, "any": true, "add": true, "ad": true, "ant": true, "hand": true, "land": true, "end": true, "band": true,
	"sand": true, "aid": true, "by": true, "bit": true, "bet": true, "bat": true, "put": true, "cut": true, "buy": true, "out": true, "bus": true, "bug": true,
	"give": true, "gives": true, "giver": true, "giving": true, "gave": true, "green": true, "even": true, "driven": true, "role": true, "roles": true,
}

var title = regexp.MustCompile(`^([A-Za-z]+(?: [A-Za-z]+)?) ?:`)

// prose checks the description of a feature or a rule. Sentences there may well begin with When; steps come in company.
func (l *linter) prose(d *document, line int, description string) {
	seen := map[string]bool{}
	lines := descriptionLines(d, line, description)
	for _, text := range lines {
		if first, rest, _ := strings.Cut(text.text, " "); rest != "" && slices.Contains(stepKeywords, first) {
			seen[first] = true
		}
	}
	for _, text := range lines {
		first, rest, _ := strings.Cut(text.text, " ")
		switch {
		case l.titlelike(d, text):
		case len(seen) > 1 && seen[first], rest != "" && len(l.match(rest)) > 0:
			l.found.add(d.file, text.line, fmt.Sprintf("%q is part of a description, not a step", text.text), "Is the line \"Scenario:\" missing?")
		}
	}
}

// steplike checks the description of what has steps.
func (l *linter) steplike(d *document, line int, description string) {
	fresh := true // at the beginning of a paragraph
	for _, text := range descriptionLines(d, line, description) {
		first, rest, _ := strings.Cut(text.text, " ")
		keyword := nearKeyword(first)
		switch {
		case l.titlelike(d, text):
		case text.text == "":
		case strings.HasPrefix(text.text, "|"):
			l.found.add(d.file, text.line, "a table is part of a description", "Put it below the step, or below \"Examples:\".")
		case rest == "":
		case keyword != "" && (fresh || !strings.EqualFold(first, keyword)):
			l.found.add(d.file, text.line, fmt.Sprintf("%q is part of a description, not a step", text.text), fmt.Sprintf("Did you mean %q?", keyword))
		case len(l.match(rest)) > 0 || len(l.match(text.text)) > 0:
			l.found.add(d.file, text.line, fmt.Sprintf("%q is part of a description, not a step", text.text),
				"Begin it with Given, When, Then, And or But.")
		}
		fresh = text.text == ""
	}
}

// titlelike reports, and finds, a line that looks like a title.
func (l *linter) titlelike(d *document, text numbered) bool {
	m := title.FindStringSubmatch(text.text)
	if m == nil || honest[strings.ToLower(m[1])] {
		return false
	}
	// Rule is so short that half of all words of four letters are near it.
	keyword := nearest(m[1], titleKeywords, func(keyword string) int { return min(2, len(keyword)/4) })
	if keyword == "" {
		return false
	}
	l.found.add(d.file, text.line, fmt.Sprintf("%q is part of a description", text.text), fmt.Sprintf("Did you mean \"%s:\"?", keyword))
	return true
}

// nearKeyword returns the step keyword that a word is, or was most likely meant to be.
func nearKeyword(word string) string {
	word = strings.ToLower(strings.TrimRightFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }))
	if honest[word] || len(word) < 2 {
		return ""
	}
	return nearest(word, stepKeywords, func(keyword string) int {
		if keyword == "Given" && word[0] == 'g' {
			return 2
		}
		return 1
	})
}

// nearest returns the keyword that is fewest slips away from a word and no more than it allows; or nothing.
func nearest(word string, keywords []string, allowed func(keyword string) int) string {
	best, least := "", 0
	for _, keyword := range keywords {
		if d := distance(strings.ToLower(word), strings.ToLower(keyword)); d <= allowed(keyword) && (best == "" || d < least) {
			best, least = keyword, d
		}
	}
	return best
}

// numbered is a line of a file.
type numbered struct {
	line int
	text string // without the spaces around it
}

// descriptionLines finds the lines of a description again, which the parser gives as one text. It stands below a title;
// comments may part it.
func descriptionLines(d *document, below int, description string) []numbered {
	if description == "" {
		return nil
	}
	var all []numbered
	at := below // the index of the line after the title
	for text := range strings.SplitSeq(description, "\n") {
		text = strings.TrimSpace(text)
		for next := at; next < len(d.lines); next++ {
			if strings.TrimSpace(d.lines[next]) == text {
				at = next + 1
				break
			}
		}
		all = append(all, numbered{max(at, 1), text})
	}
	return all
}
