package explore

import (
	"slices"
	"strings"
	"time"
)

// plan is a situation that chance seldom leads to, and the steps that do. A sequence that has a plan begins with them, and
// then tries whatever there is to try.
type plan struct {
	kinds []string // of the key; one of them is taken
	own   bool     // the material is made by AWS KMS
	clock bool     // it needs one that can be moved
	steps []Step
}

// Kinds of keys that plans are for.
var (
	symmetrical  = []string{"symmetric"}
	twoRegions   = []string{"multi-Region symmetric"}
	ofOneOrMore  = []string{"symmetric", "multi-Region symmetric"}
	asymmetrical = []string{"ECC_NIST_P256", "HMAC_256", "RSA_2048", "RSA_2048 signing"}
	anyKind      = []string{"symmetric", "HMAC_256", "ECC_NIST_P256", "multi-Region symmetric", "RSA_2048"}
)

// The steps of plans.

func does(operation string) Step { return Step{Operation: operation, Key: TheKey} }

func doesOn(key Which, operation string) Step { return Step{Operation: operation, Key: key} }

func imported(variant string) Step {
	return Step{Operation: "ImportKeyMaterial", Key: TheKey, Material: 1, Variant: variant}
}

func importedInto(key Which, material int) Step {
	return Step{Operation: "ImportKeyMaterial", Key: key, Material: material}
}

func importedAsNew(material int, variant string) Step {
	return Step{Operation: "ImportKeyMaterial", Key: TheKey, Material: material, ImportType: "NEW_KEY_MATERIAL", Variant: variant}
}

func removed(material int) Step { return Step{Operation: remove, Key: TheKey, Material: material} }

func passed(span time.Duration) Step { return Step{Operation: Pass, Span: span} }

const (
	remove   = "DeleteImportedKeyMaterial"
	schedule = "ScheduleKeyDeletion"
	cancel   = "CancelKeyDeletion"
	rotate   = "RotateKeyOnDemand"
	soon     = "expiring soon"
)

// The spans of passes by name.
var moment, hours, halfDay, overADay, overAWeek = passes[0], passes[1], passes[2], passes[3], passes[4]

// made stands for the product of a key's kind, and using for every operation that needs the material: see expanded.
const using = "every use"

var made = Step{Operation: Make, Key: TheKey}

// rotatedTo is a key with two materials, the first of which has encrypted.
var rotatedTo = []Step{imported(""), made, importedAsNew(2, ""), does(rotate), passed(moment)}

// replicated is a key with a replica, both with their material.
var replicated = []Step{imported(""), made, does("ReplicateKey"), passed(moment), importedInto(Replica, 1)}

// renewed is that with new material in both, of which only the primary key is told yet.
var renewed = append(slices.Clone(replicated), importedAsNew(2, ""))

func with(base []Step, more ...Step) []Step { return slices.Concat(base, more) }

// plans are tried in turn: the seeds of a search follow on each other.
var plans = []plan{
	// Keys with one material.
	{kinds: anyKind, steps: []Step{imported(""), made, does(using)}},
	{kinds: ofOneOrMore},
	{kinds: symmetrical, steps: with(rotatedTo, does(using))},
	{kinds: asymmetrical, steps: []Step{imported(""), made, does(remove), does(using)}},
	{kinds: twoRegions, steps: with(replicated, doesOn(Replica, using))},
	{kinds: []string{"symmetric", "RSA_2048"}, steps: []Step{imported(""), made, does("DisableKey"), does(using), does(rotate)}},
	{kinds: anyKind, steps: []Step{imported(""), made, does(schedule), does(using)}},
	{kinds: asymmetrical, steps: []Step{imported(""), made, does(rotate), {Operation: "ImportKeyMaterial", Key: TheKey}}},
	{kinds: ofOneOrMore, clock: true, steps: []Step{imported(soon), made}},
	{kinds: ofOneOrMore, steps: []Step{imported(""), made, does(remove), does(using)}},
	{kinds: anyKind, clock: true, steps: []Step{imported(soon), made, passed(hours), does(using)}},
	{kinds: []string{"HMAC_224", "HMAC_512"}, steps: []Step{imported(""), made, does(remove)}},
	{kinds: []string{"ECC_NIST_P521", "ECC_SECG_P256K1"}, steps: []Step{imported(""), made, does(remove)}},
	{kinds: []string{"RSA_3072", "ECC_NIST_P384"}, steps: []Step{imported(""), made, does(remove)}},
	{kinds: anyKind, steps: []Step{imported(""), does(schedule), does(remove)}},
	{kinds: anyKind, steps: []Step{imported(""), does(schedule), does(cancel)}},
	{kinds: ofOneOrMore, steps: []Step{imported(""), does("DisableKey"), does(remove)}},
	{kinds: asymmetrical, steps: []Step{imported(""), made, does(remove), imported(""), does(remove)}},
	{kinds: ofOneOrMore, steps: []Step{imported(""), does("CreateAlias"), does("TagResource"), does("CreateGrant"), does("PutKeyPolicy"), does("UpdateKeyDescription")}},
	// Dates and tokens.
	{kinds: ofOneOrMore, clock: true, steps: []Step{imported(soon), does("DisableKey"), passed(hours)}},
	{kinds: ofOneOrMore, clock: true, steps: []Step{imported(soon), does(schedule), passed(hours)}},
	{kinds: ofOneOrMore, clock: true, steps: []Step{imported(soon), does(remove), imported(""), passed(hours)}},
	{kinds: ofOneOrMore, clock: true, steps: []Step{imported(""), does(Fetch), passed(halfDay), imported(keptBefore)}},
	{kinds: ofOneOrMore, clock: true, steps: []Step{imported(""), does(Fetch), passed(overADay), imported(keptBefore)}},
	{kinds: ofOneOrMore, steps: []Step{
		imported(""), does(Fetch), {Operation: "ImportKeyMaterial", Key: TheKey, Variant: keptBefore}, imported(keptBefore),
	}},
	{kinds: symmetrical, clock: true, steps: []Step{imported(""), importedAsNew(2, soon), passed(hours)}},
	{kinds: symmetrical, clock: true, steps: []Step{imported(soon), made, importedAsNew(2, ""), does(rotate), passed(moment), passed(hours)}},
	{kinds: symmetrical, clock: true, steps: []Step{imported(soon), importedAsNew(2, "expiring late"), does(rotate), passed(moment)}},
	{kinds: symmetrical, clock: true, steps: []Step{imported("expiring late"), {Operation: "ImportKeyMaterial", Key: TheKey, Variant: soon}}},
	// Several materials.
	{kinds: ofOneOrMore, steps: []Step{imported(""), made, importedAsNew(2, "")}},
	{kinds: symmetrical, steps: with(rotatedTo, removed(1))},
	{kinds: symmetrical, steps: with(rotatedTo, does(remove))},
	{kinds: symmetrical, steps: with(rotatedTo, does(remove), does(remove))},
	{kinds: symmetrical, steps: with(rotatedTo, importedAsNew(3, ""))},
	{kinds: symmetrical, steps: []Step{imported(""), importedAsNew(2, ""), removed(2), importedAsNew(3, "")}},
	{kinds: symmetrical, steps: []Step{imported(""), importedAsNew(2, ""), does("DisableKey"), does(rotate)}},
	// Two keys.
	{kinds: symmetrical, steps: []Step{imported(""), made, {Operation: "CreateKey", Key: OtherKey, Variant: alike}, importedInto(OtherKey, 1), doesOn(OtherKey, "Decrypt")}},
	{kinds: symmetrical, steps: []Step{imported(""), made, {Operation: "CreateKey", Key: OtherKey}, importedInto(OtherKey, 1), imported("token of the other key")}},
	// Two Regions.
	{kinds: twoRegions, steps: []Step{imported(""), does("ReplicateKey"), doesOn(Replica, remove)}},
	{kinds: twoRegions, steps: with(replicated, does("ReplicateKey"), does(schedule))},
	{kinds: twoRegions, steps: with(replicated, does("UpdatePrimaryRegion"), does(remove))},
	{kinds: twoRegions, steps: with(replicated, doesOn(Replica, rotate), doesOn(Replica, "ReplicateKey"), doesOn(Replica, remove))},
	{kinds: twoRegions, steps: with(renewed, doesOn(Replica, using))},
	{kinds: twoRegions, steps: with(renewed, importedInto(Replica, 2))},
	{kinds: twoRegions, steps: with(renewed, importedInto(Replica, 2), does(rotate), passed(moment))},
	{kinds: twoRegions, steps: with(rotatedTo, does("ReplicateKey"), passed(moment))},
	{kinds: twoRegions, steps: with(replicated, does("PutKeyPolicy"), does(remove), does("ReplicateKey"))},
	{kinds: twoRegions, clock: true, steps: with(replicated, does(schedule), doesOn(Replica, schedule), passed(overAWeek))},
	{kinds: twoRegions, clock: true, steps: []Step{imported(soon), does("ReplicateKey"), passed(moment), importedInto(Replica, 1)}},
	{kinds: []string{"multi-Region HMAC_256", "multi-Region ECC_NIST_P256"}, steps: with(replicated, doesOn(Replica, using))},
	// Material that AWS KMS made.
	{kinds: symmetrical, own: true, steps: []Step{made, does(using)}},
	{kinds: symmetrical, own: true, steps: []Step{made, does("DisableKey"), {Operation: remove, Key: TheKey, Caller: "restricted"}}},
	{kinds: symmetrical, own: true, steps: []Step{made, does(schedule), {Operation: remove, Key: TheKey, Caller: "restricted"}}},
	{kinds: []string{"HMAC_256", "ECC_NIST_P256"}, own: true, steps: []Step{does("GetKeyRotationStatus")}},
	{kinds: symmetrical, own: true, clock: true, steps: []Step{{Operation: rotate, Key: TheKey, Variant: worn}, does(rotate), passed(moment), does(rotate)}},
}

// unplanned is how many sequences have no plan for each round of plans: chance leads where nobody planned to.
const unplanned = 11

// planned returns the first steps of a seed's sequence; none where it is left to chance.
func planned(seed uint64, clock bool) []Step {
	rounds := uint64(len(plans) + unplanned)
	n := seed % rounds
	if n >= uint64(len(plans)) || plans[n].clock && !clock {
		return nil
	}
	p := plans[n]
	kind := p.kinds[seed/rounds%uint64(len(p.kinds))]
	all := []Step{{Operation: "CreateKey", Key: TheKey, Kind: kind, MadeByKMS: p.own}}
	for _, s := range p.steps {
		all = append(all, expanded(s, kind)...)
	}
	return all
}

// expanded is what a step of a plan is for a kind of key.
func expanded(s Step, kind string) []Step {
	_, usage := specOf(kind)
	switch s.Operation {
	case Make:
		s.Product = map[string]string{"SIGN_VERIFY": "signature", "GENERATE_VERIFY_MAC": "MAC", "ENCRYPT_DECRYPT": "ciphertext"}[usage]
	case "CreateKey":
		s.Kind = kind
	case using:
		uses := map[string][]string{"SIGN_VERIFY": {"Sign", "Verify", "GetPublicKey"}, "GENERATE_VERIFY_MAC": {"GenerateMac", "VerifyMac"}, "ENCRYPT_DECRYPT": {"Encrypt", "Decrypt"}}[usage]
		if strings.HasSuffix(kind, "symmetric") {
			uses = append(uses, "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext")
		}
		all := make([]Step, len(uses))
		for i, operation := range uses {
			all[i] = doesOn(s.Key, operation)
		}
		return all
	}
	return []Step{s}
}
