package explore

import (
	"fmt"
	"strings"
	"time"
)

// Which names a key of a sequence, as the sentences of the features do. A sequence has two keys at most, and a replica
// of the first one.
type Which string

// The keys of a sequence.
const (
	TheKey   Which = "the key"
	OtherKey Which = "the other key"
	Replica  Which = "the replica"
)

// whiches are the keys of a sequence, in the order in which they are looked at.
var whiches = []Which{TheKey, OtherKey, Replica}

// Operations of a sequence that are no operations of KMS.
const (
	// Pass lets time pass.
	Pass = "Pass"
	// Fetch is GetParametersForImport whose answer is kept for a later import.
	Fetch = "Fetch"
	// Make is the use of a key whose result is kept for a later one: see Step.Product.
	Make = "Make"
)

// Step is one thing that a sequence does. It names everything by symbols, so that it means the same on the target, on the
// model, and on other keys of the target.
type Step struct {
	Operation string
	Key       Which
	Caller    string // empty: the owner

	Kind      string // CreateKey: as the features name kinds of keys, such as "multi-Region symmetric"
	MadeByKMS bool   // CreateKey: of origin AWS_KMS

	// Material is which of the key's materials an import or a delete means, from 1; 0 is material that is none of the key's
	// for an import, and no material named for a delete.
	Material   int
	ImportType string
	Variant    string // ImportKeyMaterial: a name of variants; CreateKey: alike; other operations: a name of ways

	Product string        // Make: ciphertext, signature or MAC
	Span    time.Duration // Pass
}

// Sequence is steps in their order.
type Sequence []Step

// plain reports whether an import is one that a caller makes to have a usable key.
func (s Step) plain() bool {
	return s.Operation == "ImportKeyMaterial" && s.Material == 1 && s.ImportType == "" && s.Variant == ""
}

// String says what a step does, for readers of a report.
func (s Step) String() string {
	switch s.Operation {
	case "CreateKey":
		from := "without material"
		if s.MadeByKMS {
			from = "with material made by AWS KMS"
		}
		if s.Variant == alike {
			from += ", for the materials of the key"
		}
		return fmt.Sprintf("CreateKey: %s, a %s key %s", s.Key, s.Kind, from)
	case "ImportKeyMaterial":
		what := "other material"
		if s.Material > 0 {
			what = "the " + ordinals[s.Material-1] + " material"
		}
		if s.ImportType != "" {
			what += " as " + s.ImportType
		}
		return fmt.Sprintf("ImportKeyMaterial: %s%s into %s", what, phraseOf(s.Variant), s.Key)
	case "DeleteImportedKeyMaterial":
		if s.Material > 0 {
			return fmt.Sprintf("DeleteImportedKeyMaterial: the %s material of %s%s", ordinals[s.Material-1], s.Key, s.by())
		}
	case Pass:
		return "time passes: " + span(s.Span)
	case Fetch:
		return "GetParametersForImport on " + string(s.Key) + ", kept for later"
	case Make:
		return fmt.Sprintf("%s with %s, kept for later", s.Product, s.Key)
	}
	if w := wayNamed(s.Operation, s.Variant); strings.HasPrefix(w.phrase, "called ") {
		return s.Operation + " " + w.phrase
	} else if s.Variant != "" {
		return s.Operation + " on " + string(s.Key) + w.phrase
	}
	return s.Operation + " on " + string(s.Key) + s.by()
}

func (s Step) by() string {
	if s.Caller == "" {
		return ""
	}
	return " by the " + s.Caller + " caller"
}

// ordinals are how sentences name the materials of a key.
var ordinals = []string{"first", "second", "third"}

// span writes a duration as sentences do.
func span(d time.Duration) string {
	unit, name := time.Second, "second"
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d%u.of == 0 {
			unit, name = u.of, u.name
			break
		}
	}
	if d/unit != 1 {
		name += "s"
	}
	return fmt.Sprintf("%d %s", d/unit, name)
}

// tidy drops the steps that speak of what the sequence does not have, and names materials in the order in which they
// appear: what is left after steps were taken out is a sequence again.
func (q Sequence) tidy() Sequence {
	kept := Sequence{}
	made := map[Which]bool{}
	now := map[Which]Which{} // what a key is called now that another one is gone
	names := map[Which]map[int]int{}
	for _, s := range q {
		switch is, known := now[s.Key]; {
		case s.Operation == "CreateKey" && made[OtherKey]:
			continue
		case s.Operation == "CreateKey":
			was := s.Key
			s.Key = TheKey
			if made[TheKey] {
				s.Key = OtherKey
			} else {
				s.Variant = "" // there is no key to be like
			}
			made[s.Key], now[was] = true, s.Key
		case s.Operation == Pass:
		case !known, s.Variant == "token of the other key" && !made[OtherKey]:
			continue
		default:
			s.Key = is
		}
		if s.Operation == "ReplicateKey" && s.Key == TheKey {
			made[Replica], now[Replica] = true, Replica
		}
		if s.Material > 0 {
			of := s.Key
			if of == Replica {
				of = TheKey
			}
			if names[of] == nil {
				names[of] = map[int]int{}
			}
			if _, known := names[of][s.Material]; !known {
				if s.Operation != "ImportKeyMaterial" || s.Key == Replica {
					continue
				}
				names[of][s.Material] = len(names[of]) + 1
			}
			s.Material = names[of][s.Material]
		}
		kept = append(kept, s)
	}
	return kept
}
