package main

import (
	"bufio"
	"io"
	"os"
	"strings"
	"testing"
)

// What each Ctrl-C says, and which one ends the command, with a container there and without.
func TestObey(t *testing.T) {
	const first = "kmsconform: stopping and cleaning up; once more to end at once"
	for name, test := range map[string]struct {
		container string
		removed   bool // between the first Ctrl-C and the second
		says      []string
	}{
		"nothing is held":          {"", false, []string{first}},
		"a container":              {"kms-1", false, []string{first, "kmsconform: still removing the container kms-1; once more to end at once and leave it"}},
		"a container that is gone": {"kms-1", true, []string{first}},
	} {
		t.Run(name, func(t *testing.T) {
			held := &holding{}
			release := func() {}
			if test.container != "" {
				release = held.hold(test.container)
			}
			asked := make(chan os.Signal)
			from, to := io.Pipe()
			stopped := make(chan struct{})
			go func() {
				obey(asked, to, held, func() { close(stopped) })
				_ = to.Close()
			}()
			lines := bufio.NewScanner(from)
			for i, want := range test.says {
				asked <- os.Interrupt
				if !lines.Scan() || lines.Text() != want {
					t.Fatalf("Ctrl-C number %d says %q, want %q", i+1, lines.Text(), want)
				}
				<-stopped
				if test.removed {
					release()
				}
			}
			asked <- os.Interrupt // the one that ends it
			rest, err := io.ReadAll(from)
			if err != nil {
				t.Fatal(err)
			}
			left := test.container != "" && !test.removed
			if strings.Contains(string(rest), "docker rm -f kms-1") != left || !left && len(rest) > 0 {
				t.Errorf("it ends with %q", rest)
			}
		})
	}
}

func TestNothingIsHeldByNobody(t *testing.T) {
	var none *holding
	none.hold("kms-1")()
	if left := none.now(); left != "" {
		t.Errorf("%q", left)
	}
}
