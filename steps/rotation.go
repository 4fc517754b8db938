package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"
)

// isMaterial reports whether a table names the id of one of the key's materials.
func isMaterial(value string) bool {
	return strings.HasPrefix(value, "the id of the ") && strings.HasSuffix(value, "material")
}

// materialNamed is the id that "the id of the material" or "the id of the second material" stands for.
func (k *key) materialNamed(value string) (string, error) {
	ordinal := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(value, "the id of the "), "material"))
	if ordinal == "" {
		ordinal = ordinals[0]
	}
	of, err := k.nth(ordinal)
	if err != nil {
		return "", err
	}
	return of.materialID, nil
}

// pendingRotation is the Given of a further material that waits for a rotation.
func (s *Scenario) pendingRotation(ctx context.Context, which, expiry string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	plan, err := planFor(k, "a "+which)
	if err != nil {
		return err
	}
	plan.importType = types.ImportTypeNewKeyMaterial
	if expiry != "" {
		plan.validTo = s.in(expiry)
	}
	c, err := s.client(k.from)
	if err != nil {
		return err
	}
	o, err := s.importWith(ctx, c, k, &k.id, plan)
	if _, err = s.need(o, err, "DIKM-MULTI-03"); err != nil {
		return err
	}
	return s.reached(s.becomes(ctx, s.lookForMaterial(k, plan.of, "KeyMaterialState", "PENDING_ROTATION", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION")), "DIKM-MULTI-03")
}

// rotatedTo is the Given of a further material that the key was rotated to.
func (s *Scenario) rotatedTo(ctx context.Context, which, expiry string) error {
	if err := s.pendingRotation(ctx, which, expiry); err != nil {
		return err
	}
	k := s.keys[0]
	of, err := k.nth(which)
	if err != nil {
		return err
	}
	return s.brings(ctx, "DIKM-MULTI-05", "DIKM-MULTI-05", s.operation("RotateKeyOnDemand", k), s.lookForCurrent(k, of))
}

// rotatedTimes is the Given of a key that AWS KMS made and rotated so often.
func (s *Scenario) rotatedTimes(ctx context.Context, times int) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	for i := range times {
		began, moment := time.Now(), s.now()
		was, err := s.current(ctx, k)
		if err != nil {
			return err
		}
		err = s.brings(ctx, "DIKM-MULTI-24", "DIKM-MULTI-05", s.operation("RotateKeyOnDemand", k), func(ctx context.Context) error {
			is, err := s.current(ctx, k)
			if err == nil && is == was {
				err = &Mismatch{Expected: "another CurrentKeyMaterialId than " + was, Actual: "the same"}
			}
			return err
		})
		if err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		// The first one tells how long the others will take.
		took := s.now().Sub(moment) // also where waiting is rehearsed only
		if s.session.Clock() != nil {
			took = time.Since(began) // what was moved took no time
		}
		if all := took * time.Duration(times); !s.waitsForNothing() && all > s.longestWait() {
			return &Absent{Reason: fmt.Sprintf("needs a clock that can be moved, or quicker rotations: %d of them would take %s", times, all.Round(time.Second))}
		}
	}
	return nil
}

// longestWait is how long a scenario may wait for a date or for what a target does in the background, within its time limit.
// That has room for more where changes take minutes to show; and scenarios wait at the same time.
func (s *Scenario) longestWait() time.Duration {
	return max(45*time.Second, s.session.Target().Consistency.Within)
}

// materialWasDeleted is the Given form of a delete that names the material.
func (s *Scenario) materialWasDeleted(ctx context.Context, which string) error {
	if err := s.materialIsDeleted(ctx, which, ""); err != nil {
		return err
	}
	o := s.calls[len(s.calls)-1]
	s.calls = s.calls[:len(s.calls)-1] // it is no call that the scenario is about
	if _, err := s.need(o, nil, "DIKM-MULTI-09"); err != nil {
		return err
	}
	k := s.keys[0]
	of, err := k.nth(which)
	if err != nil {
		return err
	}
	return s.reached(s.becomes(ctx, s.lookForMaterial(k, of, "ImportState", "PENDING_IMPORT", "absent")), "DIKM-MULTI-19")
}

// materialIsDeleted is the When of a delete that names the material.
func (s *Scenario) materialIsDeleted(ctx context.Context, ordinal, from string) error {
	k, err := s.key(whichOr(from))
	if err != nil {
		return err
	}
	of, err := s.keys[0].nth(ordinal)
	if err != nil {
		return err
	}
	id := of.materialID
	return s.record(s.operate(ctx, "DeleteImportedKeyMaterial", k, k.from, options{materialID: &id}))
}

// current reads CurrentKeyMaterialId once.
func (s *Scenario) current(ctx context.Context, k *key) (string, error) {
	members, err := s.describe(ctx, k)
	if err != nil {
		return "", err
	}
	return plain(members["CurrentKeyMaterialId"]), nil
}

func (s *Scenario) lookForCurrent(k *key, of *imported) func(context.Context) error {
	return func(ctx context.Context) error {
		is, err := s.current(ctx, k)
		if err != nil || is == of.materialID {
			return err
		}
		return &Mismatch{Expected: "CurrentKeyMaterialId " + of.materialID, Actual: "CurrentKeyMaterialId " + orAbsent(is)}
	}
}

// materialCurrent is the Then about which material is the current one.
func (s *Scenario) materialCurrent(ctx context.Context, ordinal, verb, which string) error {
	k, err := s.key(whichOr(which))
	if err != nil {
		return err
	}
	of, err := s.keys[0].nth(ordinal)
	if err != nil {
		return err
	}
	return s.finds(ctx, verb, s.lookForCurrent(k, of))
}

// listing are the values of IncludeKeyMaterial, as sentences say them. The default is left out.
var listing = map[string]string{"completed rotations": "", "all key material": "ALL_KEY_MATERIAL"}

// rotations reads all pages of ListKeyRotations as they are on the wire, each entry by its material's id.
func (s *Scenario) rotations(ctx context.Context, k *key, include string, limit *int32) (entries []map[string]json.RawMessage, pages int, err error) {
	o := options{include: include, limit: limit}
	for range 200 { // a key has 26 materials at most (DIKM-MULTI-24)
		page, err := s.operate(ctx, "ListKeyRotations", k, k.from, o)
		if _, err = s.need(page, err, "DIKM-MULTI-17"); err != nil {
			return nil, 0, err
		}
		pages++
		raw, is := page.exchange.Member("Rotations")
		var some []map[string]json.RawMessage
		if !is || json.Unmarshal(raw, &some) != nil {
			return nil, 0, &Mismatch{Requirement: "DIKM-MULTI-17", Expected: "ListKeyRotations answers Rotations", Actual: "an answer without it"}
		}
		entries = append(entries, some...)
		answer := page.answer.(*kms.ListKeyRotationsOutput)
		if !answer.Truncated {
			return entries, pages, nil
		}
		if o.marker = answer.NextMarker; aws.ToString(o.marker) == "" {
			return nil, 0, &Mismatch{Requirement: "DIKM-MULTI-23", Expected: "a NextMarker with Truncated true", Actual: "none"}
		}
	}
	return nil, 0, &Mismatch{Requirement: "DIKM-MULTI-23", Expected: "a listing that ends", Actual: "200 pages and more"}
}

// entry returns a material's entry among the rotations, or nil.
func entry(entries []map[string]json.RawMessage, id string) map[string]json.RawMessage {
	for _, e := range entries {
		if plain(e["KeyMaterialId"]) == id {
			return e
		}
	}
	return nil
}

// lookForMaterial looks for one of several values of a member of a material's entry; "absent" allows that there is none.
func (s *Scenario) lookForMaterial(k *key, of *imported, member string, values ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		entries, _, err := s.rotations(ctx, k, listing["all key material"], nil)
		if err != nil {
			return err
		}
		got := orAbsent(plain(entry(entries, of.materialID)[member]))
		for _, value := range values {
			if got == value {
				return nil
			}
		}
		return &Mismatch{Expected: member + " " + strings.Join(values, " or "), Actual: member + " " + got}
	}
}

// rotationsShow compares the whole of a listing with a table: a row for each material, in any order, and no others. The
// first column names the material, the others are members of its entry.
func (s *Scenario) rotationsShow(ctx context.Context, what, which string, table *godog.Table) error {
	k, err := s.key(whichOr(which))
	if err != nil {
		return err
	}
	if len(table.Rows) == 0 || len(table.Rows[0].Cells) < 2 || table.Rows[0].Cells[0].Value != "material" {
		return fmt.Errorf("the table of ListKeyRotations needs a first row of names, the first of them \"material\"")
	}
	s.result.Assertions += (len(table.Rows) - 1) * (len(table.Rows[0].Cells) - 1)
	return s.becomes(ctx, func(ctx context.Context) error {
		entries, _, err := s.rotations(ctx, k, listing[what], nil)
		if err != nil {
			return err
		}
		return s.compareRotations(k, entries, table)
	})
}

func (s *Scenario) compareRotations(k *key, entries []map[string]json.RawMessage, table *godog.Table) error {
	var want, got []string
	names := table.Rows[0].Cells
	known := map[string]bool{}
	others := false // something differs that is not about a deleted material
	for _, row := range table.Rows[1:] {
		of, err := s.keys[0].nth(strings.TrimPrefix(row.Cells[0].Value, "the "))
		if err != nil {
			return err
		}
		known[of.materialID] = true
		isDeleted := slices.ContainsFunc(row.Cells, func(c *messages.PickleTableCell) bool { return c.Value == "PENDING_IMPORT" })
		e := entry(entries, of.materialID)
		if e == nil {
			want, got = append(want, row.Cells[0].Value+" listed"), append(got, row.Cells[0].Value+" not listed")
			others = others || !isDeleted
			continue
		}
		for i, cell := range row.Cells[1:] {
			name := names[i+1].Value
			value := orAbsent(plain(e[name]))
			same, err := s.isValue(k, value, cell.Value)
			if err != nil {
				return err
			}
			if !same {
				want = append(want, row.Cells[0].Value+": "+name+" "+s.meant(k, cell.Value))
				got = append(got, row.Cells[0].Value+": "+name+" "+value)
				others = others || !isDeleted
			}
		}
	}
	for _, e := range entries {
		if id := plain(e["KeyMaterialId"]); !known[id] {
			want, got = append(want, "no other material"), append(got, "also "+orAbsent(id))
			others = true
		}
	}
	if len(want) == 0 {
		return nil
	}
	sort.Strings(want)
	sort.Strings(got)
	m := &Mismatch{Expected: strings.Join(want, ", "), Actual: strings.Join(got, ", ")}
	if !others {
		m.Requirement = "DIKM-MULTI-19" // how a deleted material is listed is inferred, whatever else the scenario is about
	}
	return m
}

// rotationsEmpty is the Then of a listing without entries.
func (s *Scenario) rotationsEmpty(ctx context.Context, what, which string) error {
	k, err := s.key(whichOr(which))
	if err != nil {
		return err
	}
	return s.becomes(ctx, func(ctx context.Context) error {
		entries, _, err := s.rotations(ctx, k, listing[what], nil)
		if err != nil {
			return err
		}
		return s.check(len(entries) == 0, "no entries", fmt.Sprintf("%d", len(entries)))
	})
}

// rotationsPaged is the Then that a listing comes in pages of one, and whole.
func (s *Scenario) rotationsPaged(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	return s.becomes(ctx, func(ctx context.Context) error {
		entries, pages, err := s.rotations(ctx, k, listing["all key material"], aws.Int32(1))
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, e := range entries {
			seen[plain(e["KeyMaterialId"])] = true
		}
		want := len(k.later) + 1
		return s.check(pages >= want && len(entries) == want && len(seen) == want,
			fmt.Sprintf("%d materials on as many pages", want), fmt.Sprintf("%d entries about %d materials on %d pages", len(entries), len(seen), pages))
	})
}

// entryAnswers records what ListKeyRotations shows of a material's import.
func (s *Scenario) entryAnswers(ctx context.Context, ordinal, member, question string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	of, err := k.nth(ordinal)
	if err != nil {
		return err
	}
	got, err := s.steady(ctx, func(ctx context.Context) (string, error) {
		entries, _, err := s.rotations(ctx, k, listing["all key material"], nil)
		return orAbsent(plain(entry(entries, of.materialID)[member])), err
	})
	if err != nil {
		return err
	}
	s.answer(question, got, fmt.Sprintf("ListKeyRotations: %s of the %s material %s", member, ordinal, got))
	return nil
}

// listingAnswers records how long the last listing is, or how it was refused.
func (s *Scenario) listingAnswers(question string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	if o.refusal != nil {
		return s.outcomeAnswers(question)
	}
	n := len(o.answer.(*kms.ListKeyRotationsOutput).Rotations)
	name := "an empty list"
	if n > 0 {
		name = "a list with entries"
	}
	s.answer(question, name, fmt.Sprintf("ListKeyRotations: %d entries", n))
	return nil
}
