package runner_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

// BenchmarkContract is the wall time of the whole contract on the reference KMS, linting and probing included.
func BenchmarkContract(b *testing.B) {
	b.ReportAllocs()
	scenarios := 0
	for b.Loop() {
		scenarios = len(benchmarked(b, referenceKMS(b), runner.Options{}).Scenarios)
	}
	b.ReportMetric(float64(scenarios), "scenarios")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/contract")
}

// BenchmarkOverhead is what the suite costs besides the target: the wall time with one worker over the time spent waiting
// for the target, and the difference per scenario.
func BenchmarkOverhead(b *testing.B) {
	b.ReportAllocs()
	var wall, target float64
	scenarios := 0
	for b.Loop() {
		r := benchmarked(b, referenceKMS(b), runner.Options{Workers: 1})
		wall += r.Timing.WallSeconds
		target += r.Timing.TargetSeconds
		scenarios += len(r.Scenarios)
	}
	b.ReportMetric(wall/target, "overheadRatio")
	b.ReportMetric((wall-target)/float64(scenarios)*1e6, "µs-suite/scenario")
	b.ReportMetric(target/float64(scenarios)*1e6, "µs-target/scenario")
}

// BenchmarkSlowTarget is how the wall time of a twentieth of the contract falls with more workers where each answer
// takes 20 ms.
func BenchmarkSlowTarget(b *testing.B) {
	for _, workers := range []int{1, 2, 4, 8} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			for b.Loop() {
				benchmarked(b, slow(referenceKMS(b), 20*time.Millisecond), runner.Options{
					Workers: workers, Selection: runner.Selection{Shard: runner.Shard{Index: 1, Count: 20}},
				})
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/run")
		})
	}
}

func benchmarked(b *testing.B, kms *target.Target, o runner.Options) *report.Report {
	b.Helper()
	result, err := runner.Run(b.Context(), kms, o)
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// slow makes every answer of a target take longer.
func slow(kms *target.Target, by time.Duration) *target.Target {
	inner := kms.Isolate
	kms.Isolate = func() (http.RoundTripper, target.Clock) {
		transport, clock := inner()
		return delayed{transport, by}, clock
	}
	return kms
}

type delayed struct {
	http.RoundTripper
	by time.Duration
}

// RoundTrip implements http.RoundTripper.
func (d delayed) RoundTrip(r *http.Request) (*http.Response, error) {
	timer := time.NewTimer(d.by)
	defer timer.Stop()
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-timer.C:
		return d.RoundTripper.RoundTrip(r)
	}
}
