package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	tclog "github.com/testcontainers/testcontainers-go/log"

	"github.com/kmsconform/kmsconform/fixtures/emulator"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
)

// emulatorLog is the file in the report's folder that keeps what the container logs.
const emulatorLog = "emulator.log"

// emulating are the flags of a run on an emulator in a container.
type emulating struct {
	emulator    string // a name or a file; empty: no emulator
	image       string
	env         []string
	readyPath   string
	readyWithin time.Duration
	keep        bool

	preset *emulator.Preset
}

func (e *emulating) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&e.emulator, "emulator", "", "start this emulator in a container: a `NAME` that `kmsconform emulators` lists, or the .yaml file of a preset")
	flags.StringVar(&e.image, "image", "", "the `IMAGE` of the emulator, instead of its preset's")
	flags.StringArrayVar(&e.env, "env", nil, "a variable of the emulator's environment, `NAME=VALUE`, or NAME to hand it through from here; may be repeated")
	flags.StringVar(&e.readyPath, "ready-path", "", "the `PATH` that answers when the emulator is ready, instead of its preset's")
	flags.DurationVar(&e.readyWithin, "ready-within", 0, "how long the emulator may take to get ready (default: its preset's)")
	flags.BoolVar(&e.keep, "keep", false, "leave the emulator's container running afterwards")
	must(c.RegisterFlagCompletionFunc("emulator", completeEmulators))
	for _, name := range []string{"image", "env", "ready-path"} {
		must(c.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
	for _, name := range []string{"endpoint", "control"} {
		c.MarkFlagsMutuallyExclusive("emulator", name)
	}
}

// completeEmulators completes names of presets, and files where a name does not fit.
func completeEmulators(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	presets, err := emulator.Presets()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, p := range presets {
		if strings.HasPrefix(p.Name, typed) {
			names = append(names, p.Name+"\t"+p.Title+", "+p.Image)
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}

// load checks the flags and reads the preset, before anything is started.
func (e *emulating) load(w world) error {
	if e.emulator == "" {
		var given []string
		for _, flag := range []struct {
			name string
			is   bool
		}{
			{"--image", e.image != ""}, {"--env", len(e.env) > 0}, {"--ready-path", e.readyPath != ""},
			{"--ready-within", e.readyWithin != 0}, {"--keep", e.keep},
		} {
			if flag.is {
				given = append(given, flag.name)
			}
		}
		if len(given) > 0 {
			return &runner.UsageError{
				Problem: strings.Join(given, ", ") + ": nothing is started without an emulator.",
				Advice:  "Add --emulator NAME; `kmsconform emulators` lists the names.",
			}
		}
		return nil
	}
	if _, err := e.environment(w); err != nil {
		return err
	}
	if e.readyWithin < 0 {
		return &runner.UsageError{Problem: fmt.Sprintf("--ready-within %s leaves no time.", e.readyWithin), Advice: "Give a duration such as 90s or 3m."}
	}
	if e.readyPath != "" && !strings.HasPrefix(e.readyPath, "/") {
		return &runner.UsageError{Problem: fmt.Sprintf("--ready-path %q is no path.", e.readyPath), Advice: "Begin it with /, such as /health."}
	}
	preset, err := emulator.Load(e.emulator)
	var unknown *emulator.UnknownPreset
	switch {
	case errors.As(err, &unknown):
		return known("emulator", []string{e.emulator}, emulator.Names())
	case err != nil:
		return &runner.UsageError{Problem: "--emulator: " + err.Error() + ".", Err: err}
	}
	e.preset = preset
	return nil
}

// environment reads --env. Its errors do not repeat values, which may be secrets.
func (e *emulating) environment(w world) (map[string]string, error) {
	variables := map[string]string{}
	for i, text := range e.env {
		name, value, given := strings.Cut(text, "=")
		if name == "" || strings.ContainsAny(name, " \t\r\n") {
			return nil, &runner.UsageError{Problem: fmt.Sprintf("--env: number %d has no name.", i+1), Advice: "Write NAME=VALUE, such as DEBUG=1."}
		}
		if !given {
			if value = w.env(name); value == "" {
				return nil, &runner.UsageError{
					Problem: fmt.Sprintf("--env %s: there is no such variable here.", name), Advice: "Export it, or write NAME=VALUE.",
				}
			}
		}
		variables[name] = value
	}
	return variables, nil
}

// planned is the target that a run is planned on: an emulator's is not there yet.
func (r *running) planned(w world) (*target.Target, error) {
	if err := r.load(w); err != nil {
		return nil, err
	}
	if r.preset == nil {
		return r.target(w)
	}
	if _, err := r.targetOptions(w); err != nil {
		return nil, err
	}
	return r.preset.Plan(r.image), nil
}

// targetOptions are the flags about the target that an emulator's preset leaves open.
func (t *targeting) targetOptions(w world) (emulator.TargetOptions, error) {
	consistency, err := t.patience()
	if err != nil {
		return emulator.TargetOptions{}, err
	}
	regions, err := parseRegions(t.regions)
	if err != nil {
		return emulator.TargetOptions{}, err
	}
	callers, err := t.specs(w)
	return emulator.TargetOptions{Callers: callers, Regions: regions, Consistency: consistency}, err
}

// start starts the emulator. The context that it returns ends when the container does; stop removes the container, and
// returns a *Died when it ended by itself.
func (r *running) start(ctx context.Context, w world) (context.Context, *target.Target, func() error, error) {
	options, err := r.targetOptions(w)
	if err != nil {
		return nil, nil, nil, err
	}
	variables, err := r.environment(w)
	if err != nil {
		return nil, nil, nil, err
	}
	say := func(line string) {
		if !r.quiet {
			fmt.Fprintln(w.errs, line)
		}
	}
	o := emulator.Options{
		Image: r.image, Environment: variables, ReadyPath: r.readyPath, ReadyWithin: r.readyWithin, Keep: r.keep,
		Progress: say, Version: readBuild().Version, Environ: w.environ,
	}
	if !r.noReport {
		o.LogFile = filepath.Join(r.report, emulatorLog)
	}
	if r.preset.Path == "" && r.preset.Tried == nil {
		say(r.preset.Title + ": " + trial(r.preset))
	}
	release := func() {}
	o.Naming = func(name string) { release = w.held.hold(name) }
	tclog.SetDefault(tclog.NewNoopLogger()) // it would say how it found Docker
	began := time.Now()
	running, err := emulator.Start(ctx, r.preset, o)
	if err != nil || r.keep { // it was removed, or nobody is going to
		release()
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil, nil, fmt.Errorf("interrupted while %s was starting; nothing ran", r.preset.Title)
		}
		return nil, nil, nil, err
	}
	say(fmt.Sprintf("%s is ready at %s after %s", running.Image.Ref, running.Endpoint, time.Since(began).Round(100*time.Millisecond)))
	alive, end := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-running.Died():
			end(errors.New("the container has ended"))
		case <-alive.Done():
		}
	}()
	stop := func() error {
		end(nil)
		died := running.Err()
		if r.keep && died == nil {
			say(fmt.Sprintf("%s still runs at %s; `docker rm -f %s` removes it", running.Name(), running.Endpoint, running.Name()))
		}
		if err := running.Stop(); err != nil {
			fmt.Fprintf(w.errs, "kmsconform: %v\n", err)
		}
		release()
		return died
	}
	kms, err := running.Target(alive, options)
	if err != nil {
		return nil, nil, nil, cmp.Or(stop(), err)
	}
	return alive, kms, stop, nil
}

// againEmulator is the part of a command that starts the same emulator. Values of variables may be secrets.
func (e *emulating) againEmulator() []string {
	if e.emulator == "" {
		return nil
	}
	args := []string{"--emulator", quote(e.emulator)}
	if e.image != "" {
		args = append(args, "--image", quote(e.image))
	}
	for _, variable := range e.env {
		name, _, given := strings.Cut(variable, "=")
		if given {
			name += `="$` + name + `"`
		}
		args = append(args, "--env", name)
	}
	if e.readyPath != "" {
		args = append(args, "--ready-path", quote(e.readyPath))
	}
	return args
}

func newEmulators(w world) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "emulators",
		Short: "List the emulators that a run can start in a container",
		Long: `List the emulators that run --emulator can start in a container. What each answers is for the contract to find out.

A preset of your own is a YAML file in the same format, and is used as run --emulator FILE.yaml.`,
		Example: `  kmsconform emulators
  kmsconform emulators --json | jq -r '.[].image'`,
		Args: noArguments,
		RunE: ran(func(*cobra.Command, []string) error {
			presets, err := emulator.Presets()
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(w.out, presets)
			}
			for _, p := range presets {
				if _, err := fmt.Fprintf(w.out, "%-15s %s\n", p.Name, p.Image); err != nil {
					return err
				}
				for _, line := range describeEmulator(p) {
					if _, err := fmt.Fprintf(w.out, "%15s %s\n", "", line); err != nil {
						return err
					}
				}
			}
			_, err = fmt.Fprintln(w.out, "\nkmsconform run --emulator NAME starts one; what is said of accounts and Regions is found out by each run.")
			return err
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

// describeEmulator is what is worth knowing before starting one, a line each.
func describeEmulator(p *emulator.Preset) []string {
	var lines []string
	if len(p.Passthrough) > 0 {
		lines = append(lines, "needs "+strings.Join(p.Passthrough, ", ")+" in the environment")
	}
	if p.Accounts != "" {
		lines = append(lines, "accounts: "+p.Accounts)
	}
	if p.Regions != "" {
		lines = append(lines, "Regions: "+p.Regions)
	}
	if len(p.Links) > 0 {
		lines = append(lines, p.Links[0])
	}
	return append(lines, trial(p))
}

// trial is how far a preset can be relied on.
func trial(p *emulator.Preset) string {
	if p.Tried == nil {
		return "never run by this project: the preset was written from the emulator's documentation"
	}
	return fmt.Sprintf("the contract ran on %s on %s", p.Tried.Image, p.Tried.Date)
}
