package explore

import (
	"slices"
	"testing"
	"time"
)

func create(kind string) Step { return Step{Operation: "CreateKey", Key: TheKey, Kind: kind} }

func importing(material int, importType, variant string) Step {
	return Step{Operation: "ImportKeyMaterial", Key: TheKey, Material: material, ImportType: importType, Variant: variant}
}

func on(operation string) Step { return Step{Operation: operation, Key: TheKey} }

func TestShrink(t *testing.T) {
	noise := Sequence{
		create("HMAC_256"), importing(1, "", "expiring late"), on("DescribeKey"), on("DisableKey"), on("CreateAlias"), on("EnableKey"),
		{Operation: Pass, Span: 25 * time.Hour}, on("DisableKey"), on("TagResource"), on("DeleteImportedKeyMaterial"),
	}
	for _, c := range []struct {
		name  string
		shows func(Sequence) bool
		want  Sequence
	}{
		{"what is needed stays", func(q Sequence) bool {
			return slices.ContainsFunc(q, func(s Step) bool { return s.Operation == "DisableKey" }) && q[len(q)-1].Operation == "DeleteImportedKeyMaterial"
		}, Sequence{create("symmetric"), on("DisableKey"), on("DeleteImportedKeyMaterial")}},
		{"variants become plain", func(q Sequence) bool {
			return slices.ContainsFunc(q, func(s Step) bool { return s.Operation == "ImportKeyMaterial" }) && q[len(q)-1].Operation == "DeleteImportedKeyMaterial"
		}, Sequence{create("symmetric"), importing(1, "", ""), on("DeleteImportedKeyMaterial")}},
		{"nothing helps", func(q Sequence) bool {
			return len(q) == len(noise) && q[0].Kind == "HMAC_256" && q[1].Variant != "" && q[6].Span > 24*time.Hour
		}, noise},
	} {
		t.Run(c.name, func(t *testing.T) {
			tries := 0
			got := shrink(noise, func(q Sequence) bool { tries++; return c.shows(q) })
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if tries > 150 {
				t.Errorf("%d tries, each of which costs keys", tries)
			}
		})
	}
}

// What is left when steps are taken out must be a sequence again: nothing may speak of a key or a material that is gone.
func TestTidy(t *testing.T) {
	other := func(s Step) Step { s.Key = OtherKey; return s }
	replica := func(s Step) Step { s.Key = Replica; return s }
	for _, c := range []struct {
		name    string
		q, want Sequence
	}{
		{"a step without its key", Sequence{on("EnableKey"), create("symmetric"), on("EnableKey")}, Sequence{create("symmetric"), on("EnableKey")}},
		{"the first key went, the other one is the key now", Sequence{other(create("symmetric")), on("DisableKey"), other(on("EnableKey"))}, Sequence{create("symmetric"), on("EnableKey")}},
		{"materials are numbered as they come", Sequence{create("symmetric"), importing(2, "", ""), importing(3, "NEW_KEY_MATERIAL", "")},
			Sequence{create("symmetric"), importing(1, "", ""), importing(2, "NEW_KEY_MATERIAL", "")}},
		{"a replica without the key's material", Sequence{create("symmetric"), on("ReplicateKey"), replica(importing(1, "", ""))},
			Sequence{create("symmetric"), on("ReplicateKey")}},
		{"no replica", Sequence{create("symmetric"), replica(on("EnableKey"))}, Sequence{create("symmetric")}},
		{"no other key", Sequence{create("symmetric"), importing(1, "", "token of the other key")}, Sequence{create("symmetric")}},
		{"a third key", Sequence{create("symmetric"), create("HMAC_256"), create("HMAC_384")}, Sequence{create("symmetric"), other(create("HMAC_256"))}},
	} {
		if got := c.q.tidy(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		10 * time.Second: "10 seconds", 3 * time.Hour: "3 hours", 25 * time.Hour: "25 hours", 8 * 24 * time.Hour: "8 days", time.Minute: "1 minute",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}
