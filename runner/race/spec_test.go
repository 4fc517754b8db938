package race

import (
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

func newTestSpec(t testing.TB, open ...*question) *spec {
	t.Helper()
	s, err := newSpec(open...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// at is a call that was under way from one millisecond to another.
func at(caller, began, ended int, step Step, outcome Outcome) Call {
	const ms = time.Millisecond
	return Call{Step: step, Outcome: outcome, Caller: caller, Began: time.Duration(began) * ms, Ended: time.Duration(ended) * ms}
}

var (
	done      = Outcome{}
	doneA     = Outcome{Material: "A"}
	doneB     = Outcome{Material: "B"}
	noAnswer  = Outcome{Lost: true}
	badState  = Outcome{Refusal: "KMSInvalidStateException"}
	isOff     = Outcome{Refusal: "DisabledException"}
	enabledA  = Outcome{State: "Enabled", Material: "A"}
	disabledA = Outcome{State: "Disabled", Material: "A"}
	pendingA  = Outcome{State: "PendingImport", Material: "A"}
)

// Histories whose answers some order of the calls explains, or none does.
func TestHistories(t *testing.T) {
	withA := at(0, 0, 1, importA, doneA)
	withAB := []Call{withA, at(0, 2, 3, importNewB, doneB)}
	for _, c := range []struct {
		name  string
		calls []Call
		want  porcupine.CheckResult
	}{
		{"nothing", nil, porcupine.Ok},
		{"one after the other", []Call{withA, at(0, 2, 3, describes, enabledA), at(0, 4, 5, deletes, doneA), at(0, 6, 7, describes, pendingA)}, porcupine.Ok},
		{"a read after a delete sees the material", []Call{withA, at(0, 4, 5, deletes, doneA), at(0, 6, 7, describes, enabledA)}, porcupine.Illegal},
		{"a read during a delete sees the material", []Call{withA, at(1, 4, 9, deletes, doneA), at(2, 6, 7, describes, enabledA)}, porcupine.Ok},
		{"a read during a delete does not see it", []Call{withA, at(1, 4, 9, deletes, doneA), at(2, 6, 7, describes, pendingA)}, porcupine.Ok},
		{"two reads during a delete, back in time", []Call{
			withA, at(1, 4, 20, deletes, doneA), at(2, 6, 7, describes, pendingA), at(2, 8, 9, describes, enabledA)}, porcupine.Illegal},
		{"two deletes at a time", []Call{withA, at(1, 2, 9, deletes, doneA), at(2, 3, 8, deletes, doneA), at(0, 10, 11, describes, pendingA)}, porcupine.Ok},
		{"use during a delete", []Call{withA, at(1, 2, 9, deletes, doneA), at(2, 3, 8, encrypts, done), at(3, 3, 8, encrypts, badState)}, porcupine.Ok},
		{"use after a delete", []Call{withA, at(1, 2, 4, deletes, doneA), at(2, 5, 8, encrypts, done)}, porcupine.Illegal},
		{"use is refused for another reason", []Call{withA, at(1, 2, 4, deletes, doneA), at(2, 5, 8, encrypts, isOff)}, porcupine.Illegal},
		{"a delete and an import of the same", []Call{withA, at(1, 2, 9, deletes, doneA), at(2, 3, 8, importA, doneA), at(0, 10, 11, describes, enabledA)}, porcupine.Ok},
		{"two new materials at a time", append(withAB[:1:1],
			at(1, 2, 9, importNewB, doneB), at(2, 3, 8, importNewC, badState)), porcupine.Ok},
		{"two new materials both wait", append(withAB[:1:1],
			at(1, 2, 9, importNewB, doneB), at(2, 3, 8, importNewC, Outcome{Material: "C"})), porcupine.Illegal},
		{"a rotation that is not over yet", append(withAB[:2:2], at(0, 4, 5, rotates, done), at(0, 6, 7, describes, enabledA)), porcupine.Ok},
		{"a rotation that is over", append(withAB[:2:2], at(0, 4, 5, rotates, done),
			at(0, 6, 7, describes, Outcome{State: "Enabled", Material: "B"})), porcupine.Ok},
		{"a rotation that is over and then is not", append(withAB[:2:2], at(0, 4, 5, rotates, done),
			at(0, 6, 7, describes, Outcome{State: "Enabled", Material: "B"}), at(0, 8, 9, describes, enabledA)), porcupine.Illegal},
		{"two rotations of one material", append(withAB[:2:2], at(1, 4, 9, rotates, done), at(2, 4, 9, rotates, done)), porcupine.Illegal},
		{"the list of the materials", append(withAB[:2:2], at(0, 4, 5, lists, Outcome{Listed: []Listed{
			{"A", "CURRENT", "IMPORTED"}, {"B", "PENDING_ROTATION", "IMPORTED"}}})), porcupine.Ok},
		{"a list without one of them", append(withAB[:2:2], at(0, 4, 5, lists, Outcome{Listed: []Listed{{"A", "CURRENT", "IMPORTED"}}})), porcupine.Illegal},
		{"a list with two current ones", append(withAB[:2:2], at(0, 4, 5, lists, Outcome{Listed: []Listed{
			{"A", "CURRENT", "IMPORTED"}, {"B", "CURRENT", "IMPORTED"}}})), porcupine.Illegal},
		{"a deleted pending material that stays listed: OQ-22", append(withAB[:2:2], at(0, 4, 5, deleteB, doneB), at(0, 6, 7, lists, Outcome{
			Listed: []Listed{{"A", "CURRENT", "IMPORTED"}, {"B", "PENDING_ROTATION", "PENDING_IMPORT"}}})), porcupine.Ok},
		{"an answer that names no material", []Call{withA, at(0, 2, 3, deletes, done), at(0, 4, 5, describes, Outcome{State: "PendingImport"})}, porcupine.Ok},
		{"an answer that names another material", []Call{withA, at(0, 2, 3, deletes, doneB)}, porcupine.Illegal},
		{"another plaintext", []Call{withA, at(0, 2, 3, Step{Operation: decrypt, Material: "A"}, Outcome{Refusal: wrongPlaintext})}, porcupine.Illegal},
		{"a cancelled deletion disables", []Call{withA, at(0, 2, 3, schedules, Outcome{State: "PendingDeletion"}), at(0, 4, 5, cancels, done),
			at(0, 6, 7, describes, disabledA)}, porcupine.Ok},
		{"a delete meanwhile is forgotten", []Call{withA, at(0, 2, 3, schedules, Outcome{State: "PendingDeletion"}), at(1, 4, 9, cancels, done),
			at(2, 4, 9, deletes, doneA), at(0, 10, 11, describes, disabledA)}, porcupine.Illegal},

		{"a lost delete was done", []Call{withA, at(1, 2, 3, deletes, noAnswer), at(0, 10, 11, describes, pendingA)}, porcupine.Ok},
		{"a lost delete was not done", []Call{withA, at(1, 2, 3, deletes, noAnswer), at(0, 10, 11, describes, enabledA)}, porcupine.Ok},
		{"a lost delete was done late", []Call{
			withA, at(1, 2, 3, deletes, noAnswer), at(0, 10, 11, describes, enabledA), at(0, 12, 13, describes, pendingA)}, porcupine.Ok},
		{"a lost delete was done and undone", []Call{
			withA, at(1, 2, 3, deletes, noAnswer), at(0, 10, 11, describes, pendingA), at(0, 12, 13, describes, enabledA)}, porcupine.Illegal},
		{"a lost delete was done before it began", []Call{
			withA, at(0, 2, 3, describes, pendingA), at(1, 4, 5, deletes, noAnswer)}, porcupine.Illegal},
		{"two lost ones, done in the other order", []Call{
			withA, at(1, 2, 3, importA, noAnswer), at(2, 4, 5, deletes, noAnswer), at(0, 6, 7, describes, pendingA), at(0, 8, 9, describes, enabledA)}, porcupine.Ok},
		{"a lost read", []Call{at(1, 2, 3, describes, noAnswer)}, porcupine.Ok},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := legal(newTestSpec(t), c.calls, time.Minute); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// What the contract leaves open is judged only where the target does as the reference, and otherwise as the target does.
func TestOpenQuestions(t *testing.T) {
	for _, c := range []struct {
		id    string
		nth   int // of the questions
		calls []Call
	}{
		{"OQ-06", 0, []Call{at(0, 0, 1, importA, doneA), at(0, 2, 3, disables, done), at(0, 4, 5, importA, doneA), at(0, 6, 7, describes, disabledA)}},
		{"OQ-06", 1, []Call{at(0, 0, 1, importA, doneA), at(0, 2, 3, disables, done), at(0, 3, 4, deletes, doneA), at(0, 4, 5, importA, doneA), at(0, 6, 7, describes, disabledA)}},
		{"OQ-07", 2, []Call{at(0, 0, 1, schedules, Outcome{}), at(0, 2, 3, deletes, Outcome{Refusal: "UnsupportedOperationException"})}},
		{"OQ-09", 3, []Call{at(0, 0, 1, schedules, Outcome{}), at(0, 2, 3, cancels, done), at(0, 4, 5, describes, Outcome{State: "Disabled"}), at(0, 6, 7, enables, done)}},
		{"OQ-21", 4, []Call{at(0, 0, 1, importA, doneA), at(0, 2, 3, deletes, doneA), at(0, 4, 5, importNewC, badState)}},
		{"OQ-22", 5, []Call{at(0, 0, 1, importA, doneA), at(0, 2, 3, importNewB, doneB), at(0, 4, 5, deleteB, doneB), at(0, 6, 7, importNewB, Outcome{Refusal: "IncorrectKeyMaterialException"})}},
		{"OQ-24", 6, []Call{at(0, 0, 1, importA, doneA), at(0, 2, 3, deletes, doneA), at(0, 4, 5, deleteA, Outcome{Refusal: "NotFoundException"})}},
	} {
		t.Run(c.id, func(t *testing.T) {
			q := questions[c.nth]
			if q.id != c.id {
				t.Fatalf("question %d is %s", c.nth, q.id)
			}
			if got := legal(newTestSpec(t), c.calls, time.Minute); got != porcupine.Illegal {
				t.Errorf("%s by the reference's answer, want Illegal", got)
			}
			if got := legal(newTestSpec(t, q), c.calls, time.Minute); got != porcupine.Ok {
				t.Errorf("%s by the other answer, want Ok", got)
			}
			wrong := append(c.calls[:1:1], at(0, 2, 3, deletes, doneA), at(0, 4, 5, encrypts, done))
			wrong[0] = at(0, 0, 1, importA, doneA)
			if got := legal(newTestSpec(t, q), wrong, time.Minute); got != porcupine.Illegal {
				t.Errorf("use after a delete is %s with this question open, want Illegal", got)
			}
		})
	}
}

// A history that takes too long to check is neither right nor wrong.
func TestUndecided(t *testing.T) {
	var calls []Call
	for i := range 14 {
		for caller := 1; caller < 5; caller++ {
			step := []Step{importA, deletes, disables, enables, schedules, cancels, importNewB, deleteB}[(i+caller)%8]
			calls = append(calls, at(caller, 0, 100, step, noAnswer))
		}
	}
	calls = append(calls, at(0, 200, 201, describes, Outcome{State: "Sideways"}))
	if got := legal(newTestSpec(t), calls, 50*time.Millisecond); got != porcupine.Unknown {
		t.Errorf("%s, want Unknown", got)
	}
}
