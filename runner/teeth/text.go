package teeth

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// firstKillers is how many killers of a defect a line names.
const firstKillers = 2

// WriteText writes the matrix for a screen: a line for each defect, what is wrong, and a summary.
func (m *Matrix) WriteText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DEFECT\tVERDICT\tKILLS\tPLAYED\tSECONDS\tFIRST KILLERS")
	for i := range m.Defects {
		d := &m.Defects[i]
		var killers []string
		for n, k := range d.Kills {
			if n == firstKillers {
				killers = append(killers, "…")
				break
			}
			killers = append(killers, k.Scenario)
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%.2f\t%s\n", d.Name, d.Verdict, len(d.Kills), d.Played, d.Seconds, strings.Join(killers, ", "))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the kill matrix: %w", err)
	}
	if len(m.Problems) > 0 {
		if _, err := fmt.Fprintf(w, "\n%s\n", strings.Join(m.Problems, "\n")); err != nil {
			return fmt.Errorf("print the kill matrix: %w", err)
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", m.line())
	if err != nil {
		return fmt.Errorf("print the kill matrix: %w", err)
	}
	return nil
}

// line is the summary.
func (m *Matrix) line() string {
	s := m.Summary
	return fmt.Sprintf("%d of %d defects killed, %d of them by advisory differences only; %d scenarios judge, %d of them without a defect, and %d probe; "+
		"%d assertions; %d plays in %.0f s", s.Killed, s.Defects, s.Advisory, s.Scenarios, s.Toothless, s.Probes, s.Assertions, m.Plays, m.DurationSeconds)
}
