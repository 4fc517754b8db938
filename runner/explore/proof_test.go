package explore

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
)

var (
	soak   = flag.Bool("soak", false, "explore with every defect of the state machine; without it with a sample of them")
	only   = flag.String("only", "", "with -soak, only with the defects whose names have this in them")
	update = flag.Bool("update", false, "with -soak, write the table of what is found and how soon")
)

const (
	// proofSeed is the seed of the first sequence of each search.
	proofSeed = 1
	// proofRuns bounds the search for one defect: so many sequences of DefaultSteps steps.
	proofRuns = 100
	// proofLength bounds what a sequence that shows a defect is shrunk to.
	proofLength = 10
)

// proof is a row of the table of what exploring finds.
type proof struct {
	defect    string
	sequences int
	steps     int  // of all these sequences
	shrunk    int  // steps of the sequence that shows it
	met       int  // of the sequences, those that met the defect
	said      bool // a scenario says it, which fails with the defect and passes without
	looks     string
}

const (
	foundFile      = "found.txt"
	outOfReachFile = "out_of_reach.txt"
)

// ofTheStateMachine are the names of the defects that exploring must find, or have a reason not to.
func ofTheStateMachine() []string {
	var names []string
	for _, d := range defect.All() {
		if d.OfStateMachine() {
			names = append(names, d.Name)
		}
	}
	return names
}

// lines reads a file of testdata, without its comments.
func lines(t *testing.T, name string) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(string(content), "\n"), func(l string) bool { return l == "" || strings.HasPrefix(l, "#") })
}

// outOfReach are the defects that exploring cannot find, with the reason of each.
func outOfReach(t *testing.T) map[string]string {
	t.Helper()
	reasons := map[string]string{}
	for _, line := range lines(t, outOfReachFile) {
		name, reason, _ := strings.Cut(line, ": ")
		reasons[name] = strings.TrimSpace(reason)
	}
	return reasons
}

func foundRows(t *testing.T) map[string]proof {
	t.Helper()
	rows := map[string]proof{}
	for _, line := range lines(t, foundFile) {
		f := strings.Fields(line)
		if len(f) < 4 {
			t.Fatalf("testdata/%s: %q is no row", foundFile, line)
		}
		p := proof{defect: f[0]}
		for i, to := range []*int{&p.sequences, &p.steps, &p.shrunk} {
			n, err := strconv.Atoi(f[i+1])
			if err != nil {
				t.Fatalf("testdata/%s: %q: %v", foundFile, line, err)
			}
			*to = n
		}
		rows[p.defect] = p
	}
	return rows
}

// Every defect of the state machine is in one of the two lists, and no list has anything else. The bounds hold for each.
func TestProofIsComplete(t *testing.T) {
	rows, reasons, all := foundRows(t), outOfReach(t), ofTheStateMachine()
	for _, name := range all {
		row, found := rows[name]
		reason, excused := reasons[name]
		switch {
		case found == excused:
			t.Errorf("%s: found is %t, out of reach is %t: run `go test ./runner/explore -run TestProof -args -soak -update`", name, found, excused)
		case excused && len(reason) < 20:
			t.Errorf("%s is out of reach without a reason", name)
		case found && (row.sequences > proofRuns || row.steps > proofRuns*DefaultSteps || row.shrunk > proofLength):
			t.Errorf("%s is out of bounds: %+v", name, row)
		}
	}
	if n := len(rows) + len(reasons); n != len(all) {
		t.Errorf("the lists have %d defects, the catalogue %d of the state machine", n, len(all))
	}
}

// sampledRuns is how many sequences of each search a test run has time for.
const sampledRuns = 12

// sample are defects that a test run has time for: about one in twelve, of those that show soon.
func sample(names []string, rows map[string]proof) []string {
	const every = 10
	var some []string
	for i, name := range names {
		if i%every == 0 && rows[name].sequences > 0 && rows[name].sequences <= sampledRuns {
			some = append(some, name)
		}
	}
	return some
}

// TestProof explores the reference with defects of the state machine and prints how soon each is found and how short its
// sequence becomes. Both lists are held to what is found: one that is found must not be out of reach.
func TestProof(t *testing.T) {
	names, runs := ofTheStateMachine(), proofRuns
	var rows map[string]proof
	if *soak {
		names = slices.DeleteFunc(names, func(name string) bool { return !strings.Contains(name, *only) })
	} else {
		rows = foundRows(t)
		names, runs = sample(names, rows), sampledRuns
	}
	reasons := outOfReach(t)
	var defects []defect.Defect
	for _, name := range names {
		d, err := defect.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		defects = append(defects, d)
	}
	seen := observe(t, defects, runs)
	var lock sync.Mutex
	var all []proof
	began := time.Now()
	t.Run("defects", func(t *testing.T) {
		for i := range defects {
			name := defects[i].Name
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				p := prove(t, &defects[i], i, seen)
				lock.Lock()
				defer lock.Unlock()
				all = append(all, p)
				_, excused := reasons[name]
				switch {
				case p.shrunk == 0 && !excused:
					t.Errorf("not found in %d steps of %d sequences, of which %d met it: %s", p.steps, p.sequences, p.met, p.looks)
				case p.shrunk > 0 && excused:
					t.Errorf("found in %d steps although testdata/%s has it: %s", p.steps, outOfReachFile, p.looks)
				case p.shrunk > proofLength:
					t.Errorf("shrunk to %d steps only", p.shrunk)
				}
			})
		}
	})
	slices.SortFunc(all, func(a, b proof) int { return strings.Compare(a.defect, b.defect) })
	table := tableOf(all)
	t.Logf("\n%s\n%s, in %s", table, summary(all), time.Since(began).Round(time.Second))
	if *update && *soak && *only == "" {
		if err := os.WriteFile(filepath.Join("testdata", foundFile), []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// prove explores the reference with one defect, until it is found: the sequences that meet it, for the others are known to
// be what they are on the right reference.
func prove(t *testing.T, d *defect.Defect, at int, seen []observed) proof {
	t.Helper()
	kms, err := reference.Target(reference.Options{Defects: []defect.Defect{*d}})
	if err != nil {
		t.Fatal(err)
	}
	p := proof{defect: d.Name, looks: d.Sentence}
	c := contract(t)
	for run := range seen {
		p.sequences++
		if !seen[run].touched[at] {
			p.steps += seen[run].steps
			continue
		}
		p.met++
		r, err := Run(t.Context(), kms, Options{Contract: c, Seed: proofSeed + uint64(run), Runs: 1, StopAt: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) == 0 {
			p.steps += r.Steps
			continue
		}
		f := &r.Findings[0]
		p.steps += f.FoundAt
		p.shrunk, p.looks = len(f.Sequence), f.Fingerprint.String()
		if len(f.Sequence) > f.Length {
			t.Errorf("%d steps were shrunk to %d: %v", f.Length, len(f.Sequence), f.Sequence)
		}
		p.said = runsAsSaved(t, kms, r) > 0
		break
	}
	return p
}

// tableOf writes what was found.
func tableOf(all []proof) string {
	var table bytes.Buffer
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintf(columns, "# Defects of the state machine that exploring finds, each in a search of its own that begins with seed %d.\n", proofSeed)
	fmt.Fprintln(columns, "# Written by `go test ./runner/explore -run TestProof -args -soak -update`.")
	fmt.Fprintln(columns, "# defect\tsequences\tsteps\tshrunk to\twhat it looks like")
	for _, p := range all {
		if p.shrunk > 0 {
			fmt.Fprintf(columns, "%s\t%d\t%d\t%d\t%s\n", p.defect, p.sequences, p.steps, p.shrunk, p.looks)
		}
	}
	_ = columns.Flush() // into memory
	return table.String()
}

// summary says how many were found, and how soon.
func summary(all []proof) string {
	var sequences, steps, shrunk []int
	missed, said := 0, 0
	for _, p := range all {
		if p.shrunk == 0 {
			missed++
			continue
		}
		if p.said {
			said++
		}
		sequences, steps, shrunk = append(sequences, p.sequences), append(steps, p.steps), append(shrunk, p.shrunk)
	}
	of := func(values []int) string {
		if len(values) == 0 {
			return "none"
		}
		slices.Sort(values)
		return fmt.Sprintf("median %d, 90th percentile %d, at most %d", values[len(values)/2], values[len(values)*9/10], values[len(values)-1])
	}
	return fmt.Sprintf("%d defects: %d found, %d of them as a scenario that runs, %d not; sequences: %s; steps: %s; shrunk length: %s", len(all), len(steps), said, missed, of(sequences), of(steps), of(shrunk))
}
