package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// inEveryRound holds something against every round of the races, as one assertion: how many rounds were run depends on
// how fast the target is. A note says which round diverged.
func (s *Scenario) inEveryRound(holds func(r *round) error) error {
	s.result.Assertions++
	if len(s.rounds) == 0 {
		return errors.New("the scenario speaks of rounds before it had a race: add a When step such as \"When 8 deletes race, 20 times over\"")
	}
	for _, r := range s.rounds {
		err := holds(r)
		var m *Mismatch
		if errors.As(err, &m) {
			// Not in Actual, which is to be the same when the same defect shows in another round.
			s.result.Notes = append(s.result.Notes, fmt.Sprintf("round %d diverged", r.number))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tells reports whether the answers of a round can be judged: a target that may answer from an older state, or that was
// asked again after an answer was lost, is held to the state it settles in.
func (s *Scenario) tells(r *round) bool { return !r.repeated && !s.showsLate() }

// points makes a call the one that shows a divergence.
func (s *Scenario) points(b *bout) { s.exchanges = append(s.exchanges, b.outcome.exchange) }

// everyOf is the Then that no call of a kind ended in another way.
func (s *Scenario) everyOf(kind, code string) error {
	return s.inEveryRound(func(r *round) error {
		for _, b := range r.bouts {
			if !s.tells(r) || b.kind != kind || b.won() || code != "" && b.outcome.refusal.Code == code {
				continue
			}
			s.points(b)
			want := "every " + kind + " succeeds"
			if code != "" {
				want += " or is refused with " + code
			}
			return b.otherwise(want)
		}
		return nil
	})
}

// exactlyOne is the Then that the calls of a kind exclude each other.
func (s *Scenario) exactlyOne(kind, code string) error {
	return s.inEveryRound(func(r *round) error {
		if !s.tells(r) {
			return nil
		}
		want := fmt.Sprintf("exactly one %s succeeds and the others are refused with %s", kind, code)
		var winner *bout
		for _, b := range r.bouts {
			switch {
			case b.kind != kind:
			case b.won() && winner != nil:
				s.points(b)
				return &Mismatch{Expected: want, Actual: "more than one succeeds"}
			case b.won():
				winner = b
			case b.outcome.refusal.Code != code:
				s.points(b)
				return b.otherwise(want)
			}
		}
		if winner == nil {
			return &Mismatch{Expected: want, Actual: "none succeeds"}
		}
		return nil
	})
}

// otherwise is a call that ended as none of its kind may. Racing imports have a token each, and a target that takes only the
// newest one of a key refuses the others for their age, which says nothing of the race (DIKM-REIMP-26, which is inferred).
func (b *bout) otherwise(want string) error {
	m := &Mismatch{Expected: want, Actual: "one is answered " + b.outcome.String()}
	if b.kind == "import" && b.outcome.refusal.Code == "InvalidImportTokenException" {
		m.Requirement, m.exact = "DIKM-REIMP-26", true
	}
	return m
}

// noneAfter is the Then that what a delete took away is not used any more (DIKM-STATE-21): the client's clock tells which
// uses began when the delete was answered already.
func (s *Scenario) noneAfter() error {
	return s.inEveryRound(func(r *round) error {
		for _, deletion := range r.bouts {
			for _, use := range r.bouts {
				if !s.tells(r) || deletion.kind != "delete" || !deletion.won() || use.kind != "use" || !use.won() || use.started().Before(deletion.ended()) {
					continue
				}
				s.points(use)
				return &Mismatch{Expected: "no use that begins after the delete was answered succeeds",
					Actual: fmt.Sprintf("one succeeds, begun %s after the answer", use.started().Sub(deletion.ended()))}
			}
		}
		return nil
	})
}

// readersAgree is the Then that all who look when everything was answered see the same, and see a state that fits Enabled
// (DIKM-DESC-13).
func (s *Scenario) readersAgree() error {
	return s.inEveryRound(func(r *round) error {
		for _, reading := range r.readings {
			state, enabled, _ := strings.Cut(reading, " with Enabled ")
			if reading == r.readings[0] && (enabled == "true") == (state == string(types.KeyStateEnabled)) {
				continue
			}
			return &Mismatch{Expected: "every reader sees one and the same state, with Enabled true only for Enabled", Actual: strings.Join(slices.Compact(slices.Sorted(slices.Values(r.readings))), ", ")}
		}
		return nil
	})
}

// keyEnds is the Then about the state that some order of the calls gives.
func (s *Scenario) keyEnds(ctx context.Context, state, or string) error {
	want := "state " + state
	if or != "" {
		want += " or " + or
	}
	return s.inEveryRound(func(r *round) error {
		return s.becomes(ctx, func(ctx context.Context) error {
			got, err := s.state(ctx, r.key)
			if err != nil || string(got) == state || or != "" && string(got) == or {
				return err
			}
			return r.left(want, got)
		})
	})
}

// left is a state that a key may not end in. Where the deletes were answered with success and the state is the one that
// the calls racing them ask for, those worked on a key without material.
func (r *round) left(want string, got types.KeyState) error {
	m := &Mismatch{Expected: want, Actual: "state " + string(got)}
	for _, b := range r.bouts {
		switch {
		case !b.won():
		case got == types.KeyStateEnabled && b.kind == "call of EnableKey":
			m.Requirement = "DIKM-MATRIX-10"
		case got == types.KeyStateDisabled && b.kind == "call of DisableKey":
			m.Requirement = "DIKM-MATRIX-09"
		}
	}
	return m
}

// usableWhereEnabled is the Then that a key's state and its use tell the same.
func (s *Scenario) usableWhereEnabled(ctx context.Context) error {
	return s.inEveryRound(func(r *round) error {
		return s.becomes(ctx, func(ctx context.Context) error {
			state, err := s.state(ctx, r.key)
			if err != nil {
				return err
			}
			o, err := s.operate(ctx, "Encrypt", r.key, r.key.from, options{})
			if err != nil || (o.refusal == nil) == (state == types.KeyStateEnabled) {
				return err
			}
			want := "Encrypt is refused for a key that is " + string(state)
			if state == types.KeyStateEnabled {
				want = "Encrypt succeeds with a key that is Enabled"
			}
			return &Mismatch{Expected: want, Actual: o.String()}
		})
	})
}

// onlyTheWinner is the Then that the import that succeeded decided for good: its material can come back, and none of the
// others can come (DIKM-REIMP-04). What shows once is enough: an import that works changes the key, and one that is refused
// for the material was not answered from before the race, when any material would have done. Each costs parameters of its
// own, and they are what is scarce (DIKM-QUOTA-11).
func (s *Scenario) onlyTheWinner(ctx context.Context) error {
	return s.inEveryRound(func(r *round) error {
		var winner, loser *bout
		won := 0
		for _, b := range r.bouts {
			switch {
			case b.material == nil:
			case b.won():
				winner = b
				won++
			default:
				loser = b
			}
		}
		if won != 1 || loser == nil { // for another sentence to judge
			return nil
		}
		for _, b := range []*bout{winner, loser} {
			err := s.agrees(ctx, 1, func(ctx context.Context) error { return s.comesBack(ctx, r.key, b) })
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// comesBack imports a material once more, which works for the one that the key took.
func (s *Scenario) comesBack(ctx context.Context, k *key, b *bout) error {
	again, err := s.importing(ctx, k, b.material, "")
	if err != nil {
		return err
	}
	o, err := again(ctx, s)
	switch {
	case err != nil:
		return err
	case b.won() && o.refusal != nil:
		return &Mismatch{Expected: "the material that was imported can be imported again", Actual: o.String()}
	case !b.won() && (o.refusal == nil || o.refusal.Code != "IncorrectKeyMaterialException"):
		return &Mismatch{Expected: "another material is refused with IncorrectKeyMaterialException", Actual: o.String()}
	default:
		return nil
	}
}

// oneInState is the Then that ListKeyRotations, DescribeKey and the answers tell the same about the key's materials.
func (s *Scenario) oneInState(ctx context.Context, state string) error {
	return s.inEveryRound(func(r *round) error {
		return s.becomes(ctx, func(ctx context.Context) error {
			var which, id string
			var err error
			switch state {
			case "CURRENT":
				which = "the CurrentKeyMaterialId of DescribeKey"
				id, err = s.current(ctx, r.key)
			default:
				which = "the one whose import succeeded"
				id = s.winnersID(r)
			}
			if err != nil {
				return err
			}
			entries, _, err := s.rotations(ctx, r.key, listing["all key material"], nil)
			if err != nil {
				return err
			}
			var found []string
			for _, e := range entries {
				if plain(e["KeyMaterialState"]) == state {
					found = append(found, plain(e["KeyMaterialId"]))
				}
			}
			if len(found) == 1 && (id == "" || found[0] == id) {
				return nil
			}
			want := "one " + state + " material"
			if id != "" {
				want += ", " + which + ", " + id
			}
			return &Mismatch{Expected: want, Actual: orAbsent(strings.Join(found, " and "))}
		})
	})
}

// winnersID is the id of the one material whose import succeeded; empty where that cannot be told.
func (s *Scenario) winnersID(r *round) string {
	id := ""
	for _, b := range r.bouts {
		if b.material == nil || !b.won() {
			continue
		}
		if id != "" {
			return ""
		}
		id = b.idOf()
	}
	return id
}

// rotated is the Then about how often a key was rotated: never more than it had materials that waited.
func (s *Scenario) rotated(ctx context.Context, atMost string) error {
	return s.inEveryRound(func(r *round) error {
		return s.becomes(ctx, func(ctx context.Context) error {
			entries, _, err := s.rotations(ctx, r.key, listing["completed rotations"], nil)
			if err != nil || len(entries) == 1 || len(entries) == 0 && atMost != "" {
				return err
			}
			return &Mismatch{Expected: atMost + "one completed rotation", Actual: fmt.Sprintf("%d: %s", len(entries), kinds(entries))}
		})
	})
}

func kinds(entries []map[string]json.RawMessage) string {
	var all []string
	for _, e := range entries {
		all = append(all, orAbsent(plain(e["KeyMaterialState"])))
	}
	return orAbsent(strings.Join(all, ", "))
}
