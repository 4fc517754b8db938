// Command kmsconform says whether a KMS treats imported key material the way AWS KMS does.
package main

import (
	"context"
	"fmt"
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
	go obey(stop)
	os.Exit(execute(ctx, world{
		out: os.Stdout, errs: os.Stderr, environ: os.Environ(),
		terminal: isatty.IsTerminal(os.Stdout.Fd()) || isatty.IsCygwinTerminal(os.Stdout.Fd()),
	}, os.Args[1:]))
}

// obey stops the command at the first Ctrl-C, in good order, and ends it at the second.
func obey(stop func()) {
	asked := make(chan os.Signal, 2)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	<-asked
	fmt.Fprintln(os.Stderr, "kmsconform: stopping and cleaning up; once more to end at once")
	stop()
	<-asked
	os.Exit(exitCouldNotRun)
}
