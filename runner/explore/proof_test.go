package explore

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
)

// found are the defects that exploring must find, one a line. Others it finds as well, given more time, and some it cannot
// see: those about texts and about requests that no SDK sends.
//
//go:embed testdata/found.txt
var found []byte

// proofRuns bounds the search for one defect: so many sequences of DefaultSteps steps.
const proofRuns = 40

// proofEnvironment has the proof try the whole catalogue, or the defects whose names have this in them, and fail for none:
// to see what else is found.
const proofEnvironment = "KMSCONFORM_PROOF"

// TestProof explores the reference with each defect of the list and prints how soon it is found and how short its sequence
// becomes.
func TestProof(t *testing.T) {
	all, must := os.LookupEnv(proofEnvironment)
	must = !must
	var names []string
	if must {
		for lines := bufio.NewScanner(bytes.NewReader(found)); lines.Scan(); {
			names = append(names, lines.Text())
		}
		if len(names) < 40 {
			t.Fatalf("only %d defects are listed", len(names))
		}
	} else {
		for _, d := range defect.All() {
			if strings.Contains(d.Name, all) {
				names = append(names, d.Name)
			}
		}
	}
	if testing.Short() && must {
		names = names[:20]
	}
	var lock sync.Mutex
	var table bytes.Buffer
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "defect\tfound after steps\tshrunk to\twhat it looks like")
	t.Run("defects", func(t *testing.T) {
		for _, name := range names {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				d, err := defect.Named(name)
				if err != nil {
					t.Fatal(err)
				}
				kms, err := reference.Target(reference.Options{Defects: []defect.Defect{d}})
				if err != nil {
					t.Fatal(err)
				}
				r, err := Run(t.Context(), kms, Options{Contract: contract(t), Seed: 1, Runs: proofRuns, StopAt: 1})
				if err != nil {
					t.Fatal(err)
				}
				lock.Lock()
				defer lock.Unlock()
				if len(r.Findings) == 0 {
					fmt.Fprintf(columns, "%s\tnot within %d\t\t%s\n", name, r.Steps, d.Sentence)
					if must {
						t.Errorf("not found in %d steps: %s", r.Steps, d.Sentence)
					}
					return
				}
				f := r.Findings[0]
				fmt.Fprintf(columns, "%s\t%d\t%d\t%s\n", name, f.FoundAt, len(f.Sequence), f.Fingerprint)
				if len(f.Sequence) > f.Length || len(f.Sequence) > 10 {
					t.Errorf("%d steps were shrunk to %d: %v", f.Length, len(f.Sequence), f.Sequence)
				}
			})
		}
	})
	if err := columns.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
}
