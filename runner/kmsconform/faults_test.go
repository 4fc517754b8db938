package main

import (
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	code, out, errs := command(t, "run", "--no-report", "--quiet", "--no-color", "--scenario", "key-states/the-material-of-an-enabled-key-is-deleted",
		"--fault", "eventual=100ms", "--fault", "internal=20%", "--fault-seed", "3")
	if code != 0 {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	for args, want := range map[string]string{
		"run --fault slow":                              "there are latency, throttle, eventual, internal, reset, slow-body",
		"run --fault throttle --fault throttle":         "given twice",
		"serve --fault latency=soon":                    "write latency=100ms",
		"run --fault throttle --endpoint http://a.test": "kmsconform serve --fault",
	} {
		code, _, errs := command(t, strings.Fields(args)...)
		if code != 2 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d, %q; want 2 and %q", args, code, errs, want)
		}
	}
	r := running{targeting: targeting{consistency: "strong", faulting: faulting{faults: []string{"latency=1ms..2ms", "slow-body"}, seed: 7}}}
	if got := strings.Join(r.faulting.again(), " "); got != "--fault latency=1ms..2ms --fault slow-body --fault-seed 7" {
		t.Errorf("again with %q", got)
	}
}
