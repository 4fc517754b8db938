package active

import (
	"slices"
	"testing"
)

func TestSwitches(t *testing.T) {
	yes, no := func() bool { return true }, func() bool { return false }
	never := func() bool { t.Error("evaluated what && and || do not"); return true }
	for name, test := range map[string]struct{ as, is func() any }{
		"LSS":  {func() any { return LSS(1, 2, 2) == false && LSS(1, 1, 2) }, func() any { return LSS(1, 2, 2) && !LSS(1, 3, 2) }},
		"LEQ":  {func() any { return LEQ(1, 2, 2) && !LEQ(1, 3, 2) }, func() any { return !LEQ(1, 2, 2) && LEQ(1, 1, 2) }},
		"GTR":  {func() any { return !GTR(1, 2, 2) && GTR(1, 3, 2) }, func() any { return GTR(1, 2, 2) && !GTR(1, 1, 2) }},
		"GEQ":  {func() any { return GEQ(1, 2, 2) && !GEQ(1, 1, 2) }, func() any { return !GEQ(1, 2, 2) && GEQ(1, 3, 2) }},
		"ADD":  {func() any { return ADD(1, 6, 3) == 9 }, func() any { return ADD(1, 6, 3) == 3 }},
		"SUB":  {func() any { return SUB(1, 6, 3) == 3 }, func() any { return SUB(1, 6, 3) == 9 }},
		"MUL":  {func() any { return MUL(1, 6, 3) == 18 }, func() any { return MUL(1, 6, 3) == 2 }},
		"QUO":  {func() any { return QUO(1, 6, 3) == 2 }, func() any { return QUO(1, 6, 3) == 18 }},
		"REM":  {func() any { return REM(1, 7, 3) == 1 }, func() any { return REM(1, 7, 3) == 21 }},
		"AND":  {func() any { return AND(1, 6, 3) == 2 }, func() any { return AND(1, 6, 3) == 7 }},
		"OR":   {func() any { return OR(1, 6, 3) == 7 }, func() any { return OR(1, 6, 3) == 2 }},
		"LAND": {func() any { return !LAND(1, false, never) && !LAND(1, true, no) && LAND(1, true, yes) }, func() any { return LAND(1, true, never) && LAND(1, false, yes) && !LAND(1, false, no) }},
		"LOR":  {func() any { return LOR(1, true, never) && LOR(1, false, yes) && !LOR(1, false, no) }, func() any { return !LOR(1, false, never) && !LOR(1, true, no) && LOR(1, true, yes) }},
	} {
		mutant = 0
		if test.as() != true {
			t.Errorf("%s, when the process is no mutant, is not what the token is", name)
		}
		mutant = 2
		if test.as() != true {
			t.Errorf("%s, when the process is another mutant, is not what the token is", name)
		}
		mutant = 1
		if test.is() != true {
			t.Errorf("%s, when the process is this mutant, is not what the change is", name)
		}
	}
	mutant = 0
}

func TestReached(t *testing.T) {
	Reached()
	On(3)
	On(1)
	On(3)
	if got := Reached(); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("reached were %v, want 1 and 3", got)
	}
	if got := Reached(); len(got) != 0 {
		t.Errorf("reached were %v since, want none", got)
	}
}
