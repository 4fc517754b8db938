package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/baseline"
	"github.com/kmsconform/kmsconform/runner/page"
	"github.com/kmsconform/kmsconform/runner/report"
)

// screen prints what a run found.
type screen struct {
	contract *features.Contract
	printer  report.Printer
}

func newScreen(w world, r *running, contract *features.Contract) *screen {
	return &screen{contract: contract, printer: report.Printer{Colour: w.terminal && !r.noColor && w.env("NO_COLOR") == "", Contract: contract}}
}

// scenario is what is said of a scenario as soon as it ended: a divergence, or an error.
func (s *screen) scenario(x *report.Scenario) string {
	switch x.Status {
	case report.Failed, report.Changed, report.Blocked, report.Error:
	default:
		return ""
	}
	var text strings.Builder
	s.printer.Scenario(&text, x)
	return text.String()
}

// awsChanged is the file of a report that says what AWS does otherwise than the contract, as the text of an issue.
const awsChanged = "aws-changed.md"

// finish writes what a run leaves: the report, a new baseline, the summary, and the exit code.
func (r *running) finish(w world, s *screen, known *baseline.Baseline, result *report.Report) error {
	if !r.quiet {
		s.printer.Summary(w.out, result)
	}
	if !r.noReport {
		if err := writeReport(r.report, result, s.contract); err != nil {
			return err
		}
		if !r.quiet {
			fmt.Fprintf(w.out, "report: %s\n", filepath.Join(r.report, "report.html"))
		}
	}
	if r.writeBaseline != "" {
		if err := updateBaseline(r.writeBaseline, result); err != nil {
			return err
		}
		if !r.quiet {
			fmt.Fprintf(w.out, "baseline: %s\n", r.writeBaseline)
		}
	}
	stale := checkBaseline(known, result, s.contract)
	c := tallyOf(result)
	if r.quiet {
		fmt.Fprintln(w.out, c.line(result.Interrupted))
	}
	switch {
	case result.Interrupted:
		fmt.Fprintf(w.errs, "kmsconform: interrupted after %s; the report holds what ran.\n", page.Plural(len(result.Scenarios), "scenario"))
		return verdict(exitCouldNotRun)
	case c.fresh > 0 && result.Target.Kind == target.AWS:
		fmt.Fprintf(w.errs, "kmsconform: %s on AWS answered otherwise than the contract says; %s says what to do.\n",
			page.Plural(c.fresh, "scenario"), filepath.Join(r.report, awsChanged))
		return verdict(exitChanged)
	case c.fresh > 0 && r.writeBaseline == "":
		if stale != nil {
			fmt.Fprintf(w.errs, "kmsconform: %s\n", stale)
		}
		return verdict(exitDivergent)
	case stale != nil:
		return stale
	case c.of[report.Error] > 0:
		fmt.Fprintf(w.errs, "kmsconform: %s could not be run; the report says why.\n", page.Plural(c.of[report.Error], "scenario"))
		return verdict(exitCouldNotRun)
	case result.Lacks(report.TheOperation) > 0:
		fmt.Fprintf(w.errs, "kmsconform: the target does not implement %s, which the contract is about: nothing failed, and %s could not be tried.\n",
			report.TheOperation, page.Plural(result.Lacks(report.TheOperation), "scenario"))
		return verdict(exitCouldNotRun)
	case c.decided() == 0:
		fmt.Fprintln(w.errs, "kmsconform: nothing was tried: every scenario is unsupported or skipped, so this says nothing about the target.")
		return verdict(exitCouldNotRun)
	default:
		return nil
	}
}

// counts are how many scenarios came to what.
type counts struct {
	of    map[report.Status]int
	known int
	fresh int // divergences that are neither known nor advisory
}

func tallyOf(r *report.Report) counts {
	c := counts{of: map[report.Status]int{}}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		c.of[s.Status]++
		if s.Known {
			c.known++
		}
		if runner.New(s) {
			c.fresh++
		}
	}
	return c
}

// decided counts the scenarios of which something was learnt.
func (c counts) decided() int {
	return c.of[report.Passed] + c.of[report.Failed] + c.of[report.Changed] + c.of[report.Blocked] + c.of[report.Answered]
}

// line is all that --quiet prints.
func (c counts) line(interrupted bool) string {
	word := "conformant"
	switch {
	case interrupted:
		word = "interrupted"
	case c.of[report.Changed] > 0:
		word = "outdated"
	case c.fresh > 0:
		word = "nonconformant"
	case c.of[report.Error]+c.of[report.Blocked]+c.of[report.Unsupported]+c.of[report.Skipped] > 0:
		word = "partial"
	}
	parts := []string{}
	for _, status := range []report.Status{
		report.Passed, report.Failed, report.Changed, report.Blocked, report.Unsupported, report.Skipped, report.Answered, report.Error,
	} {
		if n := c.of[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	if c.known > 0 {
		parts = append(parts, fmt.Sprintf("%d of them known", c.known))
	}
	return word + ": " + strings.Join(parts, ", ")
}

// writeReport writes the files of a report. Each is complete or absent.
func writeReport(dir string, result *report.Report, contract *features.Contract) error {
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"report.json", func(w io.Writer) error { return report.WriteJSON(w, result) }},
		{"junit.xml", func(w io.Writer) error { return report.WriteJUnit(w, result) }},
		{"report.html", func(w io.Writer) error { return report.WriteHTML(w, result, contract) }},
		{"summary.md", func(w io.Writer) error { return report.WriteMarkdown(w, result, contract) }},
		{"badge.svg", func(w io.Writer) error { return report.WriteBadge(w, result, "") }},
		{awsChanged, func(w io.Writer) error { return report.WriteChanges(w, result, contract) }},
	} {
		if file.name == awsChanged && len(result.Changes) == 0 || file.name == "badge.svg" && result.Target.Kind == target.AWS {
			continue // nothing to say; and AWS wears no badge for being like itself
		}
		if err := writeFile(filepath.Join(dir, file.name), file.write); err != nil {
			return fmt.Errorf("write the report: %w.\n  %s, or name another folder with --report, and run again", err, room(err))
		}
	}
	return nil
}

// room is what to do first about a file that could not be written.
func room(err error) string {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return "Make room on its disk"
	}
	return "See that the folder is there and can be written"
}

// writeFile writes a file of a whole, or leaves what was there.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	err = write(f)
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644) //nolint:gosec // a report is for everybody to read
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// writableDir makes the folder of the report, before anything runs for it.
func writableDir(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return &runner.UsageError{Problem: fmt.Sprintf("--report %s is a file, and a folder is needed.", dir), Advice: "Name a folder; it is made where there is none."}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return &runner.UsageError{Problem: fmt.Sprintf("--report %s cannot be used: %v.", dir, err), Advice: "Name a folder that can be written.", Err: err}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a report is for everybody to read
		return &runner.UsageError{Problem: fmt.Sprintf("--report %s cannot be made: %v.", dir, err), Advice: "Name a folder that can be written, or add --no-report.", Err: err}
	}
	probe, err := os.CreateTemp(dir, ".writable.*")
	if err != nil {
		return &runner.UsageError{Problem: fmt.Sprintf("--report %s cannot be written: %v.", dir, err), Advice: "Name a folder that can be written, or add --no-report.", Err: err}
	}
	_ = probe.Close()
	return os.Remove(probe.Name())
}

// loadBaseline reads known divergences; without a path there are none.
func loadBaseline(path string) (*baseline.Baseline, error) {
	if path == "" {
		return nil, nil
	}
	b, err := baseline.Load(path)
	if err != nil {
		return nil, &runner.UsageError{Problem: err.Error(), Err: err}
	}
	return b, nil
}

// oldBaseline reads the baseline that a run is going to write anew, so that one that is none is refused before the run. It is
// nil where there is no file, and where no path is given.
func oldBaseline(path string) (*baseline.Baseline, error) {
	if path == "" {
		return nil, nil
	}
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("write the baseline: %w", err)
	}
	old, err := baseline.Load(path)
	if err != nil {
		return nil, &runner.UsageError{
			Problem: fmt.Sprintf("--write-baseline %s would overwrite a file that is no baseline: %v.", path, err),
			Advice:  "Mend it, or name another file; it was left as it is.",
			Err:     err,
		}
	}
	return old, nil
}

// updateBaseline writes a baseline. What people wrote in the one that is there stays; a file that is none is left alone.
func updateBaseline(path string, result *report.Report) error {
	old, err := oldBaseline(path) // again: people edit it while a run goes on
	if err != nil {
		return err
	}
	if err := writeFile(path, func(to io.Writer) error { return baseline.Update(to, old, result) }); err != nil {
		return fmt.Errorf("write the baseline: %w.\n  %s, or name another file, and run again", err, room(err))
	}
	return nil
}

// checkBaseline says what is stale in a baseline, and what to do about it.
func checkBaseline(b *baseline.Baseline, result *report.Report, contract *features.Contract) error {
	if b == nil {
		return nil
	}
	var ids []string
	for i := range contract.Scenarios {
		ids = append(ids, contract.Scenarios[i].ID)
	}
	if err := b.Check(result, ids); err != nil {
		return &runner.UsageError{Problem: err.Error(), Err: err}
	}
	return nil
}
