package race

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// What is shown of a contradiction is its smallest part, and is one by itself.
func TestShrink(t *testing.T) {
	s := newTestSpec(t)
	noise := []Call{
		at(0, 0, 1, importA, doneA), at(0, 1, 2, describes, enabledA),
		at(1, 10, 11, disables, done), at(2, 12, 13, encrypts, isOff), at(1, 14, 15, enables, done),
		at(3, 16, 17, cancels, badState), at(2, 18, 19, lists, Outcome{Listed: []Listed{{"A", "CURRENT", "IMPORTED"}}}),
	}
	wrong := append(noise, at(1, 30, 40, deletes, doneA), at(2, 50, 51, describes, pendingA), at(3, 52, 53, encrypts, done),
		at(0, 90, 91, importA, doneA), at(0, 92, 93, describes, enabledA))
	if got := legal(s, wrong[:9], time.Minute); got != porcupine.Ok {
		t.Fatalf("before the contradiction: %s", got)
	}
	c := shrink(s, wrong, time.Minute)
	if got := legal(s, c.all(), time.Minute); got != porcupine.Illegal {
		t.Errorf("what is left is %s", got)
	}
	for i := range c.calls {
		if got := legal(s, c.forget(i).all(), time.Minute); len(c.calls) > 1 && got == porcupine.Illegal {
			t.Errorf("%s could be forgotten, too", c.calls[i].Step)
		}
	}
	if len(c.calls) > 3 || !strings.Contains(stepsText(c.calls), encrypt) {
		t.Errorf("%d calls are left: %s", len(c.calls), stepsText(c.calls))
	}
	for _, call := range c.free {
		if call.Began > 53*time.Millisecond {
			t.Errorf("%s came after the contradiction", call.Step)
		}
	}
}

// A change without which there would be other contradictions is not left out as if it had not been.
func TestShrinkKeepsWhatExplains(t *testing.T) {
	s := newTestSpec(t)
	calls := []Call{
		at(0, 0, 1, importA, doneA), at(1, 2, 3, disables, done), at(0, 4, 5, describes, disabledA), at(0, 12, 13, describes, enabledA),
	}
	if got := legal(s, []Call{calls[0], calls[2]}, time.Minute); got != porcupine.Illegal {
		t.Fatalf("without the change: %s", got) // which would be the smallest contradiction, and none of the history's
	}
	c := shrink(s, calls, time.Minute)
	text := stepsText(c.calls)
	if got := legal(s, c.all(), time.Minute); got != porcupine.Illegal || text != disableKey+", "+describeKey || c.calls[1].Outcome.State != "Enabled" {
		t.Errorf("%s: %s", got, text)
	}
}

func stepsText(calls []Call) string {
	texts := make([]string, len(calls))
	for i, c := range calls {
		texts[i] = c.Step.String()
	}
	return strings.Join(texts, ", ")
}

// A reader sees the calls, an order that fits as far as it goes, and what does not follow it.
func TestPrint(t *testing.T) {
	calls := []Call{at(0, 0, 1, importA, doneA), at(1, 2, 9, deletes, doneA), at(2, 3, 8, describes, pendingA), at(3, 10, 11, encrypts, done)}
	v := explain(newTestSpec(t), round{number: 7, opening: openings[1]}, calls, time.Minute)
	var text, page bytes.Buffer
	if err := v.Print(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"✗ No order of the calls of round 7 explains these 2 answers.", "began at    A is there",
		"caller 1  2.00–9.00 ms    DeleteImportedKeyMaterial  success: material A",
		"caller 3  10.00–11.00 ms  Encrypt                    success\n",
		"and         whatever one more call did, and whenever: ImportKeyMaterial A",
		"then        DeleteImportedKeyMaterial → PendingImport, A current but gone",
		"but not     Encrypt: success", "expected  refused: KMSInvalidStateException",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing in\n%s", want, text.String())
		}
	}
	if v.Alone {
		t.Error("nobody raced, it says")
	}
	if err := v.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), "<html") || !strings.Contains(page.String(), "DeleteImportedKeyMaterial: success: material A") {
		t.Error("the page does not show the calls")
	}
}
