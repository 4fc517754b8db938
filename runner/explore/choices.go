package explore

import (
	"strings"
	"time"
)

// creations are the keys that a sequence can make: the first one is often symmetric, because those have the most states.
func (g *generator) creations() []choice {
	kinds := []struct {
		kind   string
		weight int
	}{
		{"symmetric", 12}, {"multi-Region symmetric", 8}, {"HMAC_256", 3}, {"ECC_NIST_P256", 3}, {"RSA_2048", 1}, {"RSA_2048 signing", 1},
		{"ECC_SECG_P256K1", 1}, {"HMAC_512", 1},
	}
	which, factor := TheKey, 200
	switch {
	case g.trial.before[OtherKey] != nil:
		return nil
	case g.trial.before[TheKey] != nil:
		which, factor = OtherKey, 1
	}
	choices := []choice{{2 * min(factor, 3), Step{Operation: "CreateKey", Key: which, Kind: "symmetric", MadeByKMS: true}}}
	if first := g.trial.ideal.keys[TheKey]; which == OtherKey && first != nil && !first.made && !strings.HasPrefix(first.kind, "RSA") {
		choices = append(choices, choice{6, Step{Operation: "CreateKey", Key: which, Kind: first.kind, Variant: alike}})
	}
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
	choices = append(choices, call(1, "RotateKeyOnDemand", "ListKeys")...)
	if which == TheKey {
		choices = append(choices, g.ways(k)...)
	}
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
			if g.trial.ideal.made["ciphertext"] != nil {
				choices = append(choices, call(2, "ReEncrypt")...)
			}
		}
	case "SIGN_VERIFY":
		choices = append(choices, call(1, "Encrypt")...)
		choices = append(choices, g.using(which, v, "signature", "Verify")...)
		choices = append(choices, call(3, "GetPublicKey")...)
	case "GENERATE_VERIFY_MAC":
		choices = append(choices, call(1, "Encrypt")...)
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

// ways are the other ways to call operations that are about every key.
func (g *generator) ways(k *held) []choice {
	var choices []choice
	for _, w := range ways {
		switch {
		case w.operation == "ListKeyRotations" && k.spec != "SYMMETRIC_DEFAULT", w.name == worn, w.operation == "Decrypt",
			w.operation == "Verify", w.operation == "VerifyMac", w.name == otherRegion && g.trial.target.Capabilities.Regions < 2,
			w.operation == "GetParametersForImport" && k.made,
			strings.HasPrefix(w.name, "RSA_AES_") && k.spec == "SYMMETRIC_DEFAULT", strings.HasPrefix(w.name, "RSA_AES_") && strings.HasPrefix(k.spec, "HMAC"),
			strings.HasPrefix(w.name, "RSAES_") && strings.HasPrefix(k.spec, "RSA"), strings.HasSuffix(w.name, "RSA_2048") && k.spec == "ECC_NIST_P521":
			continue
		}
		weight := 2
		if w.once {
			weight = 1
		}
		choices = append(choices, choice{weight, Step{Operation: w.operation, Key: TheKey, Variant: w.name}})
	}
	return choices
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
		if product == "ciphertext" && which == TheKey {
			choices = append(choices, choice{1, Step{Operation: operation, Key: which, Variant: foreign}})
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
	if g.trial.ideal.keys[Replica] != nil && which != OtherKey {
		choices = append(choices, choice{1, Step{Operation: "ReplicateKey", Key: which}})
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
			variant.name == keptBefore && (g.trial.ideal.params == nil || which != TheKey),
			variant.name == "token of the other key" && (which != TheKey || g.trial.ideal.keys[OtherKey] == nil || g.trial.ideal.keys[OtherKey].spec != g.trial.ideal.keys[which].spec),
			variant.name == "16 bytes" && !symmetric, variant.name == "naming another id" && !symmetric,
			strings.HasPrefix(variant.name, "described") && !symmetric:
			continue
		}
		weight := 1
		switch {
		case variant.name == keptBefore:
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
	if which == Replica {
		choices = append(choices, choice{4, with(0, "NEW_KEY_MATERIAL", "")})
	} else if spoken > 0 {
		choices = append(choices, choice{2, with(0, "", "expiring late")}, choice{1, with(0, "NEW_KEY_MATERIAL", "naming another id")})
	}
	if g.trial.ideal.params != nil && which == TheKey && spoken > 0 {
		choices = append(choices, choice{2, with(0, "", keptBefore)})
	}
	if which != Replica && spoken < len(ordinals) && spoken > 0 {
		choices = append(choices, choice{8, with(spoken+1, "NEW_KEY_MATERIAL", "")}, choice{1, with(spoken+1, "NEW_KEY_MATERIAL", "expiring soon")})
	}
	return choices
}

// passing are the spans that could pass: mostly those that end something.
func (g *generator) passing() []choice {
	weights := []int{1, 1, 1, 1, 1}
	if inBackground[g.last] {
		weights[0] = 60 // where it is not left to end, what happens meanwhile is seen
	}
	for _, v := range g.trial.before {
		if v["ValidTo"] != "" && v["ValidTo"] != absent {
			weights[1] = 12
		}
		if v["KeyState"] == "PendingDeletion" {
			weights[4] = 3
		}
	}
	if g.trial.ideal.params != nil {
		weights[2], weights[3] = 4, 4
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
var passes = []time.Duration{10 * time.Second, 3 * time.Hour, 13 * time.Hour, 25 * time.Hour, 8 * 24 * time.Hour}
