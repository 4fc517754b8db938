package explore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kmsconform/kmsconform/steps"
)

// unsayable says why a finding cannot be written in the language of the features.
type unsayable struct{ what string }

// Error implements the error interface.
func (u unsayable) Error() string { return "no sentence says: " + u.what }

// sentence is a step of a scenario, with its table.
type sentence struct {
	text  string
	table [][]string
}

// telling turns a sequence into sentences.
type telling struct {
	kinds map[Which]string
	named map[Which]int // materials that were spoken of
	clock bool
}

// sameAsTheKey ends what no sentence says of a key, unless its first import follows.
const sameAsTheKey = " for the materials of the key"

// tell writes a step as a sentence; an empty one for a step that only waits.
func (t *telling) tell(s Step) string {
	on := string(s.Key)
	switch s.Operation {
	case "CreateKey":
		article := "a"
		if t.kinds[TheKey] != "" {
			article = "another"
		} else if strings.ContainsAny(s.Kind[:1], "HRE") {
			article = "an"
		}
		t.kinds[s.Key] = s.Kind
		if s.Variant == alike {
			return fmt.Sprintf("%s %s key%s", article, s.Kind, sameAsTheKey)
		}
		if s.MadeByKMS {
			return fmt.Sprintf("%s %s key with material made by AWS KMS", article, s.Kind)
		}
		return fmt.Sprintf("%s %s key without material", article, s.Kind)
	case Pass:
		if !t.clock {
			return ""
		}
		return span(s.Span) + " pass"
	case Fetch:
		return "parameters for import fetched for the key"
	case Make:
		return fmt.Sprintf("a %s made with %s", s.Product, on)
	case "ListKeys":
		return "" // it changes nothing, and what it tells is a sentence of its own: see then
	case "ImportKeyMaterial":
		return t.tellImport(s)
	}
	if w := wayNamed(s.Operation, s.Variant); w.name != "" {
		return w.sentence(on)
	}
	if s.Operation == "DeleteImportedKeyMaterial" && s.Caller == "" {
		switch {
		case s.Material > 0 && s.Key == Replica:
			return fmt.Sprintf("the %s material is deleted by its id from the replica", ordinals[s.Material-1])
		case s.Material > 0:
			return fmt.Sprintf("the %s material is deleted by its id", ordinals[s.Material-1])
		case s.Key == TheKey:
			return "its imported material is deleted"
		default:
			return "the imported material of " + on + " is deleted"
		}
	}
	if elsewhere(s.Caller) {
		return fmt.Sprintf("the %s caller calls %s with the key's ARN", s.Caller, s.Operation)
	}
	if s.Caller != "" {
		return fmt.Sprintf("the %s caller calls %s on the key", s.Caller, s.Operation)
	}
	return s.Operation + " is called on " + on
}

func (t *telling) tellImport(s Step) string {
	of := s.Key
	if of == Replica {
		of = TheKey
	}
	what := "other"
	switch {
	case s.Material == 0:
	case s.Material == 1 && t.named[of] == 0:
		what = "new"
	case s.Material == 1:
		what = "the same"
	case s.Material > t.named[of]:
		what = "a " + ordinals[s.Material-1]
	default:
		what = "the " + ordinals[s.Material-1]
	}
	t.named[of] = max(t.named[of], s.Material)
	into := ""
	if s.Key != TheKey {
		into = " into " + string(s.Key)
	}
	as := ""
	if s.ImportType != "" {
		as = " as " + s.ImportType
	}
	return what + " material is imported" + into + as + phraseOf(s.Variant)
}

// scenario writes a finding as a scenario whose last sentences fail on the target and hold on the reference.
func scenario(f *Finding, clock bool) (given, when, then []sentence, err error) {
	t := &telling{kinds: map[Which]string{}, named: map[Which]int{}, clock: clock}
	q := f.Sequence
	last := q[len(q)-1]
	for i := 0; i < len(q)-1; i++ {
		text := t.tell(q[i])
		if q[i].Operation == "CreateKey" && !q[i].MadeByKMS && i+1 < len(q)-1 && q[i+1].plain() && q[i+1].Key == q[i].Key {
			if bare, cut := strings.CutSuffix(text, sameAsTheKey); cut {
				text = bare + " with the same material"
			} else {
				text = strings.TrimSuffix(text, "without material") + "with imported material"
			}
			t.named[q[i].Key] = 1
			i++
		}
		if text != "" {
			given = append(given, sentence{text: text})
		}
		if q[i].Operation == Pass && q[i+1].Operation == Pass && clock { // exploring looks at the key in between
			given = append(given, sentence{text: "DescribeKey is called on the key"})
		}
	}
	text := t.tell(last)
	if last.Operation == "CreateKey" && !last.MadeByKMS && last.Key == TheKey {
		text += " is created"
	}
	if text != "" {
		when = append(when, sentence{text: text})
	}
	if then, err = f.then(clock); err != nil {
		return nil, nil, nil, err
	}
	for _, s := range slices.Concat(given, when, then) {
		if matches := steps.Match(s.text); len(matches) != 1 {
			return nil, nil, nil, unsayable{s.text}
		}
	}
	return given, when, then, nil
}

// then says what must hold, and does not on the target.
func (f *Finding) then(clock bool) ([]sentence, error) {
	d, on := f.Differences[0], string(f.Differences[0].On)
	last := f.Sequence[len(f.Sequence)-1]
	is := "is"
	if !clock {
		is = "becomes"
	}
	_, member, ofMaterial := strings.Cut(d.Aspect, ": ")
	switch {
	case d.Aspect == outcome && last.Operation == Make, d.Aspect == outcome && last.Operation == Fetch:
		return nil, unsayable{last.String() + " fails"}
	case d.Aspect == wording && d.Expected == noWords:
		return say("the error has no message"), nil
	case d.Aspect == wording:
		return say(fmt.Sprintf("the message says %q", d.Expected)), nil
	case d.Aspect == outcome && d.Expected == success:
		return say("the call succeeds"), nil
	case d.Aspect == outcome:
		return say("the call is refused with " + d.Expected), nil
	case d.Aspect == known && d.Expected == "answers":
		return say("DescribeKey on " + on + " succeeds"), nil
	case d.Aspect == known:
		return say("DescribeKey on " + on + " is refused with " + d.Expected), nil
	case d.Aspect == "KeyState":
		return say(on + " " + is + " " + d.Expected), nil
	case ofMaterial || d.Aspect == listed:
		return f.thenListing(d, member)
	case d.Aspect == "CurrentKeyMaterialId" && d.Expected != absent && d.On != OtherKey:
		of := ""
		if d.On == Replica {
			of = " of the replica"
		}
		return say(d.Expected + " " + is + " the current one" + of), nil
	case d.Aspect == "answer Plaintext":
		return say("the ciphertext made before decrypts with " + on), nil
	case d.Aspect == "answer Mac":
		return say("a MAC of the key is the one that the imported 32 bytes give"), nil
	case d.Aspect == "answer PublicKey" && last.Operation == "GetPublicKey":
		return say("GetPublicKey answers the public half of the imported private key"), nil
	case d.Aspect == "answer Keys" && d.On == TheKey && d.Expected == "true":
		return say("ListKeys names the key"), nil
	case strings.HasPrefix(d.Aspect, "answer "):
		return f.thenAnswer(d, last)
	case slices.Contains(furnishings, d.Aspect):
		if last.Operation == "DeleteImportedKeyMaterial" {
			return say("nothing else about " + on + " changed"), nil
		}
		return nil, unsayable{d.String()}
	case d.On == TheKey:
		return f.thenDescribed(d)
	default:
		return nil, unsayable{d.String()}
	}
}

func say(text string) []sentence { return []sentence{{text: text}} }

// thenDescribed says what DescribeKey shows of the key.
func (f *Finding) thenDescribed(d Difference) ([]sentence, error) {
	value := d.Expected
	switch {
	case d.Aspect == "Enabled":
		value = fmt.Sprint(f.expected[d.On]["KeyState"] == "Enabled")
	case (d.Aspect == "DeletionDate" || d.Aspect == "CreationDate") && d.Expected != absent && d.Actual == "another date than before":
		return say("nothing else about the key changed"), nil
	case d.Aspect == "DeletionDate" && value != absent:
		return nil, unsayable{d.String()}
	case d.Aspect == "MultiRegionKeyType", d.Aspect == "PrimaryKey", d.Aspect == "ReplicaKeys", value == "another date than before", value == unnamed, value == unknownID:
		return nil, unsayable{d.String()}
	case d.Aspect == "ValidTo" && value != absent && value != "present":
		last := ""
		for _, s := range f.Sequence {
			switch {
			case !strings.HasPrefix(s.Variant, "expiring"):
			case s.Material == 0:
				last = "" // that of no material of the key
			default:
				last = "the date of the " + ordinals[s.Material-1] + " material"
			}
		}
		if last != value {
			return nil, unsayable{d.String()}
		}
		value = "the requested time"
	}
	return []sentence{{"DescribeKey shows", [][]string{{d.Aspect, value}}}}, nil
}

// thenAnswer says what the last answer has.
func (f *Finding) thenAnswer(d Difference, last Step) ([]sentence, error) {
	member, value := strings.TrimPrefix(d.Aspect, "answer "), d.Expected
	switch {
	case last.Operation == "CreateKey" || last.Operation == "ReplicateKey":
		return thenBorn(d, member, last)
	case !slices.Contains(answerable, member):
		return nil, unsayable{d.String()}
	case d.On != TheKey && !(d.On == Replica && value == "the key's ARN"):
		return nil, unsayable{d.String()}
	case d.On == Replica:
		value = "the replica's ARN"
	case strings.HasSuffix(value, " material"):
		value = "the id of " + value
	case value == unnamed || value == unknownID || value == "something else":
		return nil, unsayable{d.String()}
	}
	return []sentence{{"the answer has", [][]string{{member, value}}}}, nil
}

// answerable are the members of answers whose values sentences can compare.
var answerable = []string{
	"KeyId", "SourceKeyId", "KeyMaterialId", "SourceKeyMaterialId", "DestinationKeyMaterialId", "KeyState", "SignatureValid", "MacValid",
	"PendingWindowInDays",
}

// thenBorn says what the answer tells of a key that was made.
func thenBorn(d Difference, member string, last Step) ([]sentence, error) {
	which := "key"
	if last.Operation == "ReplicateKey" {
		which = "replica"
	}
	if last.Key != TheKey || member == "KeyId" || d.Expected == broken {
		return nil, unsayable{d.String()}
	}
	return []sentence{{"the created " + which + " shows", [][]string{{member, d.Expected}}}}, nil
}

// thenListing says what ListKeyRotations shows, as a whole: the listing has these materials and no others.
func (f *Finding) thenListing(d Difference, member string) ([]sentence, error) {
	v := f.expected[d.On]
	if d.On == OtherKey || v[listed] != "answers" {
		return nil, unsayable{d.String()}
	}
	of := ""
	if d.On == Replica {
		of = " for the replica"
	}
	members := []string{"KeyMaterialState", "ImportState"}
	if member != "" && !slices.Contains(members, member) {
		members = append(members, member)
	}
	table := [][]string{append([]string{"material"}, members...)}
	for _, ordinal := range ordinals {
		name := "the " + ordinal + " material: "
		if _, is := v[name+"ImportState"]; !is {
			continue
		}
		row := []string{"the " + ordinal}
		for _, m := range members {
			if (m == "ValidTo" || m == "KeyMaterialDescription") && v[name+m] != absent {
				return nil, unsayable{d.String()}
			}
			row = append(row, v[name+m])
		}
		table = append(table, row)
	}
	if len(table) == 1 {
		return say("ListKeyRotations of all key material shows nothing" + of), nil
	}
	return []sentence{{"ListKeyRotations of all key material shows" + of, table}}, nil
}

// write renders sentences under their keyword.
func write(b *strings.Builder, keyword string, all []sentence) {
	for i, s := range all {
		if i > 0 {
			keyword = "And"
		}
		fmt.Fprintf(b, "    %s %s\n", keyword, s.text)
		widths := map[int]int{}
		for _, row := range s.table {
			for c, cell := range row {
				widths[c] = max(widths[c], len(cell))
			}
		}
		for _, row := range s.table {
			b.WriteString("      |")
			for c, cell := range row {
				fmt.Fprintf(b, " %-*s |", widths[c], cell)
			}
			b.WriteString("\n")
		}
	}
}

// Feature writes the findings that can be said as a feature file. Where there is none it returns nothing.
func Feature(r *Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Feature: Explored with seed %d\n", r.Seed)
	fmt.Fprintf(&b, "  Sequences that `kmsconform explore` found on %s, shrunk. Each fails there and holds on the reference KMS.\n", r.Target)
	found := false
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Scenario == "" {
			continue
		}
		found = true
		b.WriteString("\n" + f.Scenario)
	}
	if !found {
		return ""
	}
	return b.String()
}

// compose writes a finding's scenario, or keeps why there is none.
func (f *Finding) compose(number int, clock bool) {
	given, when, then, err := scenario(f, clock)
	if err != nil {
		f.Unsaid = err.Error()
		return
	}
	moves := slices.ContainsFunc(f.Sequence, func(s Step) bool { return s.Operation == Pass })
	tagged := []string{"@" + f.Profile, "@" + f.Requirement}
	if moves && clock {
		tagged = append(tagged, "@clock")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  %s\n  Scenario: %d, %s\n", strings.Join(tagged, " "), number, strings.ReplaceAll(f.Fingerprint.String(), ": ", ", "))
	write(&b, "Given", given)
	write(&b, "When", when)
	write(&b, "Then", then)
	f.Scenario = b.String()
}
