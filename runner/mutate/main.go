// Command mutate judges the contract by mutants of the reference: small changes to its source, one at a time, of which each
// has to make some scenario come to something else.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// mutated are the packages that hold the rules of the reference.
var mutated = []string{"fixtures/reference/kms", "fixtures/reference/policy"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	code, err := command(ctx, os.Args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "mutate:", err)
	}
	os.Exit(code) //nolint:gocritic // nothing is left to be undone
}

// command returns the exit code: 0 when all is as it should be, 1 when something is to be done about survivors, 2 for wrong
// usage, 3 when the mutants could not be tried.
func command(ctx context.Context, args []string) (int, error) {
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	packages := flags.String("package", "", "only this package: kms or policy")
	only := flags.String("only", "", "only these files or lines, such as paging.go,grants.go:33")
	o := &options{folders: mutated, log: os.Stderr}
	flags.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "mutants at a time")
	flags.DurationVar(&o.limit, "limit", 2*time.Minute, "how long the contract may take on one mutant")
	flags.DurationVar(&o.within, "within", 0, "start no trial later than this; -resume goes on")
	flags.BoolVar(&o.resume, "resume", false, "take over the mutants that the last run saw killed")
	flags.StringVar(&o.out, "out", filepath.Join("bin", "mutate"), "the folder for the results")
	if err := flags.Parse(args); err != nil {
		return 2, err
	}
	if *packages != "" {
		o.folders = nil
		for _, f := range mutated {
			if filepath.Base(f) == *packages {
				o.folders = []string{f}
			}
		}
		if o.folders == nil {
			return 2, fmt.Errorf("-package %s: there is no such package; give kms or policy, or leave it out", *packages)
		}
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	if o.workers < 1 || flags.NArg() > 0 {
		return 2, fmt.Errorf("at least one worker is needed, and arguments without a flag mean nothing here; see mutate -help")
	}
	return mutate(ctx, o)
}

func mutate(ctx context.Context, o *options) (int, error) {
	list, err := parseSurvivors(survivors)
	if err != nil {
		return 3, err
	}
	if err := os.MkdirAll(o.out, 0o750); err != nil {
		return 3, fmt.Errorf("make the folder for the results: %w", err)
	}
	scratch, err := os.MkdirTemp("", "kmsconform-mutate-")
	if err != nil {
		return 3, fmt.Errorf("make a folder for the mutants: %w", err)
	}
	defer os.RemoveAll(scratch)
	began := time.Now()
	trials, err := run(ctx, ".", scratch, o)
	if err != nil {
		return 3, err
	}
	j := judge(trials, list, len(o.only) > 0 || len(o.folders) < len(mutated))
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s, %s, %d processors, %s\n\n", commit(ctx), time.Since(began).Round(time.Second), runtime.GOMAXPROCS(0), runtime.Version())
	if err := j.write(&text); err != nil {
		return 3, fmt.Errorf("write the figures: %w", err)
	}
	if _, err := os.Stdout.Write(text.Bytes()); err != nil {
		return 3, fmt.Errorf("write the figures: %w", err)
	}
	for _, file := range []struct {
		name string
		text func() ([]byte, error)
	}{
		{"mutants.txt", func() ([]byte, error) { return text.Bytes(), nil }},
		{"mutants.json", func() ([]byte, error) { return json.MarshalIndent(trials, "", " ") }},
	} {
		content, err := file.text()
		if err == nil {
			err = os.WriteFile(filepath.Join(o.out, file.name), content, 0o600)
		}
		if err != nil {
			return 3, fmt.Errorf("write the results: %w", err)
		}
	}
	if j.failed() {
		return 1, nil
	}
	return 0, nil
}

// commit names the state of the source.
func commit(ctx context.Context) string {
	said, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--exclude=*").Output()
	if err != nil {
		return "no commit"
	}
	return "commit " + strings.TrimSpace(string(said))
}
