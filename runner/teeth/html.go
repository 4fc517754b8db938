package teeth

import (
	_ "embed"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/runner/page"
)

//go:embed teeth.html
var htmlText string

var htmlPage = page.New("teeth", htmlText, map[string]any{"mark": mark, "is": kindOf})

// WriteHTML writes the matrix as one page that needs nothing else.
func (m *Matrix) WriteHTML(w io.Writer) error {
	h := htmlMatrix{Matrix: m, Kinds: []string{string(Killed), string(KilledMildly), string(Misnamed), string(Survived), "judges", "toothless", "probe"}}
	for _, p := range features.Profiles() {
		h.Profiles = append(h.Profiles, string(p))
	}
	feature, profile := map[string]string{}, map[string]features.Profile{}
	for i := range m.Scenarios {
		s := &m.Scenarios[i]
		feature[s.ID], profile[s.ID] = s.Feature, s.Profile
		if s.Kills > 0 && !slices.ContainsFunc(h.Features, func(f htmlFeature) bool { return f.Name == s.Feature }) {
			h.Features = append(h.Features, htmlFeature{Name: s.Feature, Short: short(s.Feature)})
		}
	}
	for i := range m.Defects {
		row := htmlRow{Defect: &m.Defects[i], Cells: make([]int, len(h.Features))}
		for n, k := range row.Kills {
			if n == 0 {
				row.Profile = profile[k.Scenario]
			}
			row.Cells[slices.IndexFunc(h.Features, func(f htmlFeature) bool { return f.Name == feature[k.Scenario] })]++
		}
		h.Rows = append(h.Rows, row)
	}
	return page.Write(w, htmlPage, h)
}

// htmlMatrix is what the template shows.
type htmlMatrix struct {
	*Matrix
	Profiles []string
	Kinds    []string // boxes of the filter
	Features []htmlFeature
	Rows     []htmlRow
}

type htmlFeature struct{ Name, Short string }

// htmlRow is a defect with the number of its killers in each feature.
type htmlRow struct {
	*Defect
	Profile features.Profile // of its first killer
	Cells   []int
}

// short heads a narrow column: the initials of several words, or the beginning of one.
func short(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' })
	if len(words) == 1 {
		return string([]rune(words[0])[:min(3, len([]rune(words[0])))])
	}
	var initials strings.Builder
	for _, word := range words {
		initials.WriteRune(unicode.ToUpper([]rune(word)[0]))
	}
	return initials.String()
}

// mark is how the shared style colours a verdict.
func mark(v Verdict) string {
	switch v {
	case Killed:
		return "passed"
	case KilledMildly:
		return "answered"
	case Misnamed:
		return "advisory"
	default:
		return "failed"
	}
}

// kindOf is what the filter knows a scenario as.
func kindOf(s Scenario) string {
	switch {
	case s.Probe:
		return "probe"
	case s.Toothless:
		return "toothless"
	default:
		return "judges"
	}
}
