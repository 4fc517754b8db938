package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/reference/fault"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/runner"
)

// serving are the flags of serve.
type serving struct {
	listen, principals string
	control, verbose   bool
	faulting           faulting
	defecting          defecting
}

func newServe(w world) *cobra.Command {
	var s serving
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the reference KMS to any SDK",
		Long: `Serve the reference KMS to any SDK, in memory, until Ctrl-C.

An access key id of twelve digits is the root user of that account, with the secret access key kmsconform. --principals adds
IAM users and roles. GET /_kmsconform/health says that it is there; with --control, POST /_kmsconform/clock moves its clock.`,
		Example: `  kmsconform serve
  kmsconform serve --listen 127.0.0.1:0
  kmsconform serve --control
  kmsconform serve --defect delete-drops-tags
  kmsconform serve --fault throttle --fault latency=20ms..400ms
  curl -X POST http://127.0.0.1:4599/_kmsconform/clock -d '{"advance":"24h"}'`,
		Args: noArguments,
		RunE: ran(func(c *cobra.Command, _ []string) error { return s.serve(c.Context(), w) }),
	}
	flags := c.Flags()
	flags.StringVar(&s.listen, "listen", reference.DefaultAddress, "the `HOST:PORT` to listen on; port 0 takes a free one")
	flags.StringVar(&s.principals, "principals", "", "IAM users and roles, in this YAML `FILE`")
	flags.BoolVar(&s.control, "control", false, "let callers move the clock")
	flags.BoolVarP(&s.verbose, "verbose", "v", false, "log every request, without what it carries")
	s.faulting.add(c)
	s.defecting.add(c, "serve a KMS with this seeded defect")
	must(c.MarkFlagFilename("principals", "yaml", "yml"))
	must(c.RegisterFlagCompletionFunc("listen", cobra.NoFileCompletions))
	return c
}

func (s *serving) serve(ctx context.Context, w world) error {
	level := slog.LevelWarn
	if s.verbose {
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewTextHandler(w.errs, &slog.HandlerOptions{Level: level}))
	o := server.Options{Control: s.control, Logger: log, Version: readBuild().Version}
	if s.principals != "" {
		principals, err := server.LoadPrincipals(s.principals)
		if err != nil {
			return &runner.UsageError{Problem: err.Error(), Err: err}
		}
		o.Principals = principals
	}
	faults, err := s.faulting.set()
	if err != nil {
		return err
	}
	defects, err := s.defecting.defects()
	if err != nil {
		return err
	}
	kms, err := reference.New(fault.NewSource(faults, s.faulting.seed).Install(defect.Install(reference.Filled(o), defects...)))
	if err != nil {
		return err
	}
	running, err := reference.Listen(ctx, s.listen, kms, log)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "The reference KMS answers at %s until Ctrl-C. To use it:\n\n%s\n", running.URL, reference.Exports(running.URL))
	return running.Wait()
}
