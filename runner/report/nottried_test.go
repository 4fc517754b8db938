package report

import (
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/features"
)

// A target without the operation that the contract is about fails nothing. No page of it may read as success.
func TestALackIsNoSuccess(t *testing.T) {
	lacks := func(id string, profile features.Profile, how string) Scenario {
		return Scenario{ID: id, Profile: profile, Status: Unsupported, Reason: "the target does not implement DeleteImportedKeyMaterial: " + how}
	}
	without := []Scenario{
		{ID: "a/passes", Profile: features.Core, Status: Passed}, {ID: "a/passes-too", Profile: features.HMAC, Status: Passed},
		lacks("a/one", features.Core, "501"), lacks("a/two", features.Core, "501 with text: no"), lacks("a/three", features.Expiration, "501"),
	}
	said := func(scenarios []Scenario) (string, *Report) {
		r := &Report{Scenarios: scenarios}
		r.Derive(nil)
		var screen, md, html strings.Builder
		Printer{}.Summary(&screen, r)
		if err := WriteMarkdown(&md, r, &features.Contract{}); err != nil {
			t.Fatal(err)
		}
		if err := WriteHTML(&html, r, &features.Contract{}); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"screen": screen.String(), "Markdown": md.String(), "HTML": html.String()} {
			if !strings.Contains(text, r.Unshown()) {
				t.Errorf("the %s does not say %q:\n%s", name, r.Unshown(), text)
			}
		}
		return screen.String(), r
	}

	text, r := said(without)
	for _, part := range []string{
		"3 unsupported  the target does not implement DeleteImportedKeyMaterial: 501", "in core 2, expiration 1",
		"The target does not implement DeleteImportedKeyMaterial, which this contract is about, so 3 scenarios say nothing.",
		"nobody can claim core, expiration.",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the screen does not say %q:\n%s", part, text)
		}
	}
	if r.Lacks(TheOperation) != 3 || r.Lacks("Encrypt") != 0 {
		t.Errorf("%d lack it, %d lack Encrypt", r.Lacks(TheOperation), r.Lacks("Encrypt"))
	}
	for name, other := range map[string][]Scenario{
		"all passed":  without[:2],
		"one failed":  append([]Scenario{{ID: "a/fails", Profile: features.Core, Status: Failed, Divergence: &Divergence{}}}, without...),
		"one blocked": append([]Scenario{{ID: "a/blocked", Profile: features.Core, Status: Blocked, Divergence: &Divergence{}}}, without...),
	} {
		if _, r := said(other); r.Unshown() != "" {
			t.Errorf("%s: %q", name, r.Unshown())
		}
	}
}
