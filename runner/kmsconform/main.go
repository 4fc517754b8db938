// Command kmsconform says whether a KMS treats imported key material the way AWS KMS does.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/mattn/go-isatty"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// A run is short and makes little that lasts: collecting less often takes a tenth off its time.
		debug.SetGCPercent(400)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	asked := make(chan os.Signal, 3)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	held := &holding{}
	go func() {
		obey(asked, os.Stderr, held, stop)
		os.Exit(exitCouldNotRun)
	}()
	os.Exit(execute(ctx, world{
		out: os.Stdout, errs: os.Stderr, environ: os.Environ(), held: held,
		terminal: isatty.IsTerminal(os.Stdout.Fd()) || isatty.IsCygwinTerminal(os.Stdout.Fd()),
	}, os.Args[1:]))
}
