package page

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Columns returns a table for a screen, without lines. The columns with these numbers, counted from 1, hold numbers and stand
// on the right.
func Columns(numbers ...int) table.Writer {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	configs := make([]table.ColumnConfig, len(numbers))
	for i, n := range numbers {
		configs[i] = table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight}
	}
	t.SetColumnConfigs(configs)
	return t
}

// Lines returns a table line by line, each with its end, and nothing at the ends of lines that nobody sees.
func Lines(t table.Writer) string {
	var s strings.Builder
	for line := range strings.Lines(t.Render()) {
		s.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return s.String()
}
