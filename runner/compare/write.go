package compare

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/kmsconform/kmsconform/runner/report"
)

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of the comparison as JSON.
func Schema() []byte { return slices.Clone(schema) }

// WriteJSON writes a comparison as JSON. Two equal comparisons give equal bytes.
func WriteJSON(w io.Writer, c *Comparison) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // it is no HTML, and commands stay readable
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(c); err != nil {
		return fmt.Errorf("encode the comparison: %w", err)
	}
	return nil
}

// marks are the statuses at a glance.
var marks = map[report.Status]string{
	report.Passed: "✓", report.Failed: "✗", report.Changed: "≠", report.AdvisoryOnly: "~", report.Blocked: "…", report.Unsupported: "–",
	report.Skipped: "·", report.Answered: "?", report.Error: "!", report.Untested: " ", Absent: " ",
}

// Mark is a cell in a mark and a word.
func (c Cell) Mark() string {
	mark := marks[c.Status]
	if mark == "" {
		mark = " "
	}
	text := mark + " " + string(c.Status)
	if c.Known {
		text += " (known)"
	}
	return text
}

// Settled is how many scenarios passed or were answered, of how many that the contract has.
func (p ProfileCell) Settled() string {
	return fmt.Sprintf("%d/%d", p.Passed+p.Answered, max(p.InContract, p.Scenarios))
}

// says is a profile's verdict with its counts, or nothing where none of it ran.
func (p ProfileCell) says() string {
	if p.Verdict == "" {
		return "not run"
	}
	return fmt.Sprintf("%s, %s", p.Verdict, p.Settled())
}

// profilesSay explains the figures beside a verdict.
const profilesSay = "the verdict, and how many of the contract's scenarios passed or were answered"

// separating lists the requirements that tell the targets apart in one way.
func (c *Comparison) separating(how Separation) []*Requirement {
	var all []*Requirement
	for i := range c.Requirements {
		if c.Requirements[i].Separates == how {
			all = append(all, &c.Requirements[i])
		}
	}
	return all
}

// differing is how many questions are answered differently.
func (c *Comparison) differing() int {
	n := 0
	for i := range c.Questions {
		if c.Questions[i].Differs {
			n++
		}
	}
	return n
}

// describe is a run in a line.
func (r *Run) describe() string {
	text := fmt.Sprintf("%s %s, %s, %d scenarios, %s", r.Kind, r.Endpoint, r.Started.Format("2006-01-02 15:04 UTC"), r.Scenarios, version(r.Tool))
	if r.Interrupted {
		text += ", interrupted"
	}
	return text
}
