package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

// holding is what the command would leave behind if it ended now: containers, by their names. A nil one holds nothing.
type holding struct {
	mu         sync.Mutex
	containers []string
}

// hold remembers a container until release is called.
func (h *holding) hold(container string) (release func()) {
	if h == nil {
		return func() {}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.containers = append(h.containers, container)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.containers = slices.DeleteFunc(h.containers, func(c string) bool { return c == container })
	}
}

// now is what is held, as arguments of a command; empty for nothing.
func (h *holding) now() string {
	if h == nil {
		return ""
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.containers, " ")
}

// obey stops the command at the first Ctrl-C, in good order, and returns at the second, for the command to end at once. While
// a container is still there, that takes a third: people press twice by habit, and would leave it behind without a word.
func obey(asked <-chan os.Signal, errs io.Writer, held *holding, stop func()) {
	<-asked
	fmt.Fprintln(errs, "kmsconform: stopping and cleaning up; once more to end at once")
	stop()
	<-asked
	if left := held.now(); left != "" {
		fmt.Fprintf(errs, "kmsconform: still removing the container %s; once more to end at once and leave it\n", left)
		<-asked
	}
	if left := held.now(); left != "" {
		fmt.Fprintf(errs, "kmsconform: left the container %s; `docker rm -f %s` removes it, and so does the next run with --emulator\n", left, left)
	}
}
