package explore

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// generator makes the steps of a sequence, one after another, going by what the model told of the keys: a random sequence
// that did not look would mostly be refused. The same seed makes the same sequence on the same target.
type generator struct {
	random  *rand.Rand
	trial   *trial
	callers []string // besides the owner
	allowed func(operation string) bool
	avoided func(Situation) bool // what is known to diverge, and would only show it again

	named map[Which]int  // how many materials of a key were spoken of
	mood  map[string]int // how much this sequence likes an operation; see moods
	last  string         // the operation before
}

func newGenerator(seed uint64, t *trial, o *Options, avoided func(Situation) bool) *generator {
	g := &generator{random: rand.New(rand.NewPCG(seed, 0x6b6d73)), trial: t, avoided: avoided, named: map[Which]int{}, mood: map[string]int{}} //nolint:gosec // sequences are no secret, and must be repeatable
	for _, name := range []string{"restricted", "second-account"} {
		if c, err := t.target.Caller(name); err == nil && c.Account != "" && c.ARN != "" {
			g.callers = append(g.callers, name)
		}
	}
	g.moods()
	lacks := t.target.Capabilities.Unimplemented
	g.allowed = func(operation string) bool {
		_, lacking := lacks[operation]
		return !lacking && (len(o.Operations) == 0 || operation == "CreateKey" || slices.Contains(o.Operations, operation))
	}
	return g
}

// moods has every sequence leave some operations out and prefer others. A sequence that does a little of everything seldom
// does the three things in a row that some mistakes need.
func (g *generator) moods() {
	for _, operation := range operations {
		switch n := g.random.IntN(10); {
		case slices.Contains(always, operation):
			g.mood[operation] = 1
		case n < 4:
			g.mood[operation] = 0
		case n < 7:
			g.mood[operation] = 1
		default:
			g.mood[operation] = 4
		}
	}
}

// always are the operations that no sequence leaves out: without them keys have one material in one Region.
var always = []string{"DeleteImportedKeyMaterial", "ReplicateKey", "RotateKeyOnDemand"}

// liked is how often a choice should come in this sequence.
func (g *generator) liked(c choice) int {
	if mood, is := g.mood[c.step.Operation]; is {
		return c.weight * mood
	}
	return c.weight
}

// choice is a step that could come next, and how often it should.
type choice struct {
	weight int
	step   Step
}

// next chooses a step; false where none is left that would tell something new.
func (g *generator) next(room bool) (Step, bool) {
	for range 40 {
		var choices []choice
		if room {
			choices = g.creations()
		}
		for _, which := range whiches {
			if v := g.trial.before[which]; v != nil && v[known] == "answers" {
				choices = append(choices, g.on(which, v)...)
			}
		}
		if g.trial.clock() && len(g.trial.before) > 0 {
			choices = append(choices, g.passing()...)
		}
		step, is := g.pick(choices)
		if !is {
			return Step{}, false
		}
		if s := situation(step, g.trial.ideal.keys[step.Key], g.trial.before, g.trial.disabled); g.avoided(s) {
			continue
		}
		if step.Material > g.named[step.Key] && step.Key != Replica {
			g.named[step.Key] = step.Material
		}
		g.last = step.Operation
		return step, true
	}
	return Step{}, false
}

func (g *generator) pick(choices []choice) (Step, bool) {
	choices = slices.DeleteFunc(choices, func(c choice) bool { return !g.permitted(c.step) })
	total := 0
	for _, c := range choices {
		total += g.liked(c)
	}
	if total == 0 {
		return Step{}, false
	}
	n := g.random.IntN(total)
	for _, c := range choices {
		if n -= g.liked(c); n < 0 {
			return c.step, true
		}
	}
	return Step{}, false
}

func (g *generator) permitted(s Step) bool {
	switch s.Operation {
	case Pass:
		return true
	case Fetch:
		return g.allowed("ImportKeyMaterial")
	case Make:
		return g.allowed(map[string]string{"ciphertext": "Encrypt", "signature": "Sign", "MAC": "GenerateMac"}[s.Product])
	default:
		return g.allowed(s.Operation)
	}
}

// creations are the keys that a sequence can make: the first one is often symmetric, because those have the most states.
func (g *generator) creations() []choice {
	kinds := []struct {
		kind   string
		weight int
	}{
		{"symmetric", 10}, {"multi-Region symmetric", 6}, {"HMAC_256", 3}, {"ECC_NIST_P256", 3}, {"RSA_2048", 1}, {"RSA_2048 signing", 1},
	}
	which, factor := TheKey, 200
	switch {
	case g.trial.before[OtherKey] != nil:
		return nil
	case g.trial.before[TheKey] != nil:
		which, factor = OtherKey, 1
	}
	choices := []choice{{2 * min(factor, 3), Step{Operation: "CreateKey", Key: which, Kind: "symmetric", MadeByKMS: true}}}
	for _, k := range kinds {
		if len(g.trial.before) == 0 || !strings.HasPrefix(k.kind, "RSA") {
			choices = append(choices, choice{k.weight * min(factor, 3), Step{Operation: "CreateKey", Key: which, Kind: k.kind}})
		}
	}
	return choices
}

// on are the steps about a key.
func (g *generator) on(which Which, v view) []choice {
	k := g.trial.ideal.keys[which]
	symmetric := k.spec == "SYMMETRIC_DEFAULT"
	call := func(weight int, operations ...string) (all []choice) {
		for _, operation := range operations {
			all = append(all, choice{weight, Step{Operation: operation, Key: which}})
		}
		return all
	}
	choices := call(8, "DeleteImportedKeyMaterial")
	choices = append(choices, call(4, "EnableKey", "DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion")...)
	choices = append(choices, call(1, "DescribeKey", "GetParametersForImport", "GetKeyRotationStatus", "EnableKeyRotation",
		"UntagResource", "UpdateKeyDescription", "GetKeyPolicy",
		"PutKeyPolicy", "ListAliases", "ListGrants", "ListResourceTags", "ListKeyRotations", "Sign", "GenerateMac")...)
	choices = append(choices, call(2, "CreateAlias", "CreateGrant", "TagResource")...)
	if v["KeyState"] == "PendingDeletion" {
		choices = append(choices, call(8, "CancelKeyDeletion")...)
	}
	if v["KeyState"] == "Disabled" {
		choices = append(choices, call(4, "EnableKey")...)
	}
	if !k.made {
		choices = append(choices, g.imports(which, v, symmetric)...)
	}
	switch k.usage {
	case "ENCRYPT_DECRYPT":
		choices = append(choices, g.using(which, v, "ciphertext", "Decrypt")...)
		choices = append(choices, call(3, "Encrypt")...)
		if symmetric {
			choices = append(choices, call(2, "GenerateDataKey", "GenerateDataKeyWithoutPlaintext")...)
			choices = append(choices, call(1, "RotateKeyOnDemand")...)
			if g.trial.ideal.made["ciphertext"] != nil {
				choices = append(choices, call(2, "ReEncrypt")...)
			}
		}
	case "SIGN_VERIFY":
		choices = append(choices, g.using(which, v, "signature", "Verify")...)
		choices = append(choices, call(3, "GetPublicKey")...)
	case "GENERATE_VERIFY_MAC":
		choices = append(choices, g.using(which, v, "MAC", "VerifyMac")...)
		choices = append(choices, call(3, "GenerateMac")...)
	}
	if which == TheKey {
		for _, caller := range g.callers {
			for _, operation := range []string{"DeleteImportedKeyMaterial", "DescribeKey", "GetParametersForImport", "DisableKey", "Encrypt"} {
				choices = append(choices, choice{1, Step{Operation: operation, Key: which, Caller: caller}})
			}
		}
	}
	return append(choices, g.related(which, v)...)
}

// using are a use that makes something and the use of what was made.
func (g *generator) using(which Which, v view, product, operation string) []choice {
	var choices []choice
	if v["KeyState"] == "Enabled" && which != OtherKey {
		choices = append(choices, choice{6, Step{Operation: Make, Key: which, Product: product}})
	}
	if g.trial.ideal.made[product] != nil {
		choices = append(choices, choice{8, Step{Operation: operation, Key: which}})
		if product != "ciphertext" && which == TheKey {
			choices = append(choices, choice{8, Step{Operation: operation, Key: which, Variant: anotherMessage}})
		}
	}
	return choices
}

// related are the steps about materials and Regions that only some keys have.
func (g *generator) related(which Which, v view) []choice {
	var choices []choice
	if v["MultiRegionKeyType"] == "PRIMARY" && g.trial.ideal.keys[Replica] == nil && g.trial.target.Regions["replica"] != "" && g.trial.target.Capabilities.Regions > 1 {
		weight := 1
		if v["KeyState"] == "Enabled" {
			weight = 40
		}
		choices = append(choices, choice{weight, Step{Operation: "ReplicateKey", Key: which}})
	}
	if g.trial.ideal.keys[Replica] != nil && which == TheKey {
		choices = append(choices, choice{3, Step{Operation: "UpdatePrimaryRegion", Key: which}})
	}
	for n := range ordinals {
		id := g.trial.ideal.keys[TheKey].ids[n+1]
		state := v["the "+ordinals[n]+" material: KeyMaterialState"]
		if id == "" || which == OtherKey || g.trial.actual.keys[TheKey].ids[n+1] == "" {
			continue
		}
		choices = append(choices, choice{3, Step{Operation: "DeleteImportedKeyMaterial", Key: which, Material: n + 1}})
		if strings.HasPrefix(state, "PENDING") && which == TheKey {
			choices = append(choices, choice{10, Step{Operation: "RotateKeyOnDemand", Key: which}})
		}
	}
	return choices
}

// imports are the imports into a key.
func (g *generator) imports(which Which, v view, symmetric bool) []choice {
	waits := 4
	if v["KeyState"] == "PendingImport" {
		waits = 16
	}
	step := Step{Operation: "ImportKeyMaterial", Key: which, Material: 1}
	with := func(material int, importType, variant string) Step {
		s := step
		s.Material, s.ImportType, s.Variant = material, importType, variant
		return s
	}
	if g.named[TheKey] == 0 && which == Replica {
		return nil
	}
	choices := []choice{
		{waits, step}, {2, with(0, "", "")}, {3, Step{Operation: Fetch, Key: which}},
	}
	if which != TheKey || v["KeyState"] != "Enabled" && v["KeyState"] != "PendingImport" && v["KeyState"] != "Disabled" {
		choices = choices[:2] // the sentence that keeps parameters is about the key, and wants them answered
	}
	first := max(1, min(g.named[which], 1))
	for _, variant := range variants {
		switch {
		case variant.name == "naming its id" && (!symmetric || g.trial.actual.keys[which].ids[first] == "" || g.trial.ideal.keys[which].ids[first] == ""),
			variant.name == "parameters fetched before" && (g.trial.ideal.params == nil || which != TheKey),
			variant.name == "token of the other key" && (which != TheKey || g.trial.ideal.keys[OtherKey] == nil || g.trial.ideal.keys[OtherKey].spec != g.trial.ideal.keys[which].spec),
			variant.name == "16 bytes" && !symmetric, variant.name == "naming another id" && !symmetric:
			continue
		}
		weight := 1
		switch {
		case variant.name == "parameters fetched before":
			weight = waits
		case !variant.faulty:
			weight = waits / 3
		}
		choices = append(choices, choice{weight, with(first, "", variant.name)})
	}
	if !symmetric {
		return append(choices, choice{1, with(1, "NEW_KEY_MATERIAL", "")})
	}
	spoken := g.named[which]
	if which == Replica {
		spoken = g.named[TheKey]
	}
	for n := 1; n <= spoken; n++ {
		choices = append(choices, choice{waits, with(n, "", "")}, choice{waits / 2, with(n, "EXISTING_KEY_MATERIAL", "")},
			choice{1, with(n, "NEW_KEY_MATERIAL", "")}, choice{1, with(n, "", "expiring soon")})
	}
	choices = append(choices, choice{2, with(0, "EXISTING_KEY_MATERIAL", "")})
	if which != Replica && spoken < len(ordinals) && spoken > 0 {
		choices = append(choices, choice{8, with(spoken+1, "NEW_KEY_MATERIAL", "")}, choice{1, with(spoken+1, "NEW_KEY_MATERIAL", "expiring soon")})
	}
	return choices
}

// passing are the spans that could pass: mostly those that end something.
func (g *generator) passing() []choice {
	weights := []int{1, 1, 1, 1}
	if inBackground[g.last] {
		weights[0] = 60 // where it is not left to end, what happens meanwhile is seen
	}
	for _, v := range g.trial.before {
		if v["ValidTo"] != "" && v["ValidTo"] != absent {
			weights[1] = 12
		}
		if v["KeyState"] == "PendingDeletion" {
			weights[3] = 3
		}
	}
	if g.trial.ideal.params != nil {
		weights[2] = 4
	}
	choices := make([]choice, len(passes))
	for i, d := range passes {
		choices[i] = choice{weights[i], Step{Operation: Pass, Span: d}}
	}
	return choices
}

// inBackground are the operations that only start something (DIKM-EC-11).
var inBackground = map[string]bool{"RotateKeyOnDemand": true, "ReplicateKey": true, "UpdatePrimaryRegion": true}

// passes are the spans that sequences let pass: what runs in the background ends, material expires, tokens expire, keys are
// deleted.
var passes = []time.Duration{10 * time.Second, 3 * time.Hour, 25 * time.Hour, 8 * 24 * time.Hour}
