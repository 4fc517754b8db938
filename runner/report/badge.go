package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/kmsconform/kmsconform/features"
)

// The colours of a badge.
const (
	badgeGreen  = "#2e7d32"
	badgeYellow = "#946200"
	badgeRed    = "#c62828"
	badgeGrey   = "#57606a"
)

// WriteBadge writes a badge as SVG: the verdict on a profile or, where profile is empty, on all of the contract. It says
// conformant only where all of the contract's scenarios ran, and gives no verdict on a run that was interrupted. A profile of
// which nothing ran is an error.
func WriteBadge(w io.Writer, r *Report, profile features.Profile) error {
	label := "kmsconform"
	says, colour := overallBadge(r)
	if profile != "" {
		p, there := r.Profiles[profile]
		if !there {
			return fmt.Errorf("no scenario of the profile %s ran; take a report of a run that has it", profile)
		}
		label += " " + string(profile)
		says, colour = profileBadge(p)
	}
	if r.Interrupted {
		says, colour = "interrupted, no verdict", badgeGrey
	}
	_, err := io.WriteString(w, badge(label, says, colour))
	return err
}

func profileBadge(p Profile) (says, colour string) {
	switch {
	case p.Verdict == Nonconformant:
		return fmt.Sprintf("nonconformant, %d of %d pass", p.Passed, p.judged()), badgeRed
	case p.Verdict == Conformant && p.Whole():
		return string(Conformant), badgeGreen
	default:
		return fmt.Sprintf("partial, %d of %d pass", p.Passed, max(p.judged(), p.InContract-p.Answered)), badgeYellow
	}
}

// judged is how many scenarios could have passed: answers are neither right nor wrong.
func (p Profile) judged() int { return p.Total() - p.Answered }

func overallBadge(r *Report) (says, colour string) {
	whole := 0
	for _, p := range r.Profiles {
		if p.Verdict == Conformant && p.Whole() {
			whole++
		}
	}
	all := len(features.Profiles())
	switch verdict := r.Overall(); {
	case verdict == Nonconformant:
		return fmt.Sprintf("%s, %d of %d profiles conform", verdict, whole, all), badgeRed
	case verdict == Conformant && whole == all:
		return string(verdict), badgeGreen
	case verdict == Conformant && whole == len(r.Profiles):
		return fmt.Sprintf("%d of %d profiles conform", whole, all), badgeGreen
	default:
		return fmt.Sprintf("%s, %d of %d profiles conform", Partial, whole, all), badgeYellow
	}
}

// badge draws two words beside each other, as badges do.
func badge(label, says, colour string) string {
	left, right := textWidth(label)+12, textWidth(says)+12
	label, says = xmlText(label), xmlText(says)
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="20" role="img" aria-label="%s: %s">`+"\n", left+right, label, says)
	fmt.Fprintf(&s, "<title>%s: %s</title>\n", label, says)
	fmt.Fprintf(&s, `<clipPath id="r"><rect width="%d" height="20" rx="3"/></clipPath>`+"\n", left+right)
	fmt.Fprintf(&s, `<g clip-path="url(#r)"><rect width="%d" height="20" fill="#444c56"/><rect x="%d" width="%d" height="20" fill="%s"/></g>`+"\n", left, left, right, colour)
	s.WriteString(`<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">` + "\n")
	for _, part := range []struct {
		text      string
		x, length int
	}{{label, left / 2, left - 12}, {says, left + right/2, right - 12}} {
		fmt.Fprintf(&s, `<text x="%d" y="14" textLength="%d">%s</text>`+"\n", part.x, part.length, part.text)
	}
	s.WriteString("</g>\n</svg>\n")
	return s.String()
}

// textWidth is about how wide a text is in Verdana 11; textLength then makes it exactly so.
func textWidth(text string) int {
	tenths := 0
	for _, r := range text {
		switch {
		case strings.ContainsRune("fijlrt .,:-", r):
			tenths += 44
		case strings.ContainsRune("mwMW", r):
			tenths += 98
		default:
			tenths += 68
		}
	}
	return (tenths + 9) / 10
}

func xmlText(text string) string {
	var s strings.Builder
	_ = xml.EscapeText(&s, []byte(clean(text))) // a strings.Builder takes everything
	return s.String()
}
