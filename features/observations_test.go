package features

import (
	"strings"
	"testing"
	"time"
)

// observations is a sound file about the contract of wholeContract and a question.
const observations = `run: r-1
date: 2026-01-31T02:00:00Z
tool: v1.2.3
sdk: sdk v1
confirmed: [DIKM-A-01]
observations:
  - requirement: DIKM-A-02
    scenario: own/asks
    wording: WORDING
    question: OQ-01
    answer: yes-it-is
    region: us-east-1
    requestIds: [abc]
    exchange:
      operation: DescribeKey
      caller: primary
      request: '{}'
      status: 200
      response: '{}'
`

// observed is a contract with a question, its probe and an observation file.
func observed(text string) map[string]string {
	return map[string]string{
		"own.feature": feature + "\n  @DIKM-A-02 @OQ-01 @probe\n  Scenario: Asks\n    When it is asked\n    Then it is recorded\n",
		"requirements/own.yaml": requirements + `  - {id: DIKM-A-02, statement: "Is it so?", evidence: unknown, profile: core}
  - {id: DIKM-A-03, statement: It may be so., evidence: inferred, profile: core, sources: [{title: A page}], untestable: no}
questions:
  - {id: OQ-01, asks: "Is it?", answers: [yes-it-is, no-it-is-not]}
`,
		"observations/run.yaml": text,
	}
}

func TestAKeptObservationRaisesARequirement(t *testing.T) {
	probe := Scenario{Steps: []Step{{Kind: When, Text: "it is asked"}, {Kind: Then, Text: "it is recorded"}}}
	text := strings.ReplaceAll(observations, "WORDING", probe.Wording())
	inferred := strings.NewReplacer("DIKM-A-02", "DIKM-A-03", "    question: OQ-01\n    answer: yes-it-is\n", "").Replace(text)
	answered := strings.ReplaceAll(text, "DIKM-A-02", "DIKM-A-03")
	for name, want := range map[string]struct {
		text, id          string
		evidence, written Evidence
		sources           int
		seen              bool
	}{
		"an answer to what nobody knew":               {text, "DIKM-A-02", Observed, Unknown, 1, true},
		"a confirmation alone":                        {text, "DIKM-A-01", Documented, "", 1, true},
		"nothing":                                     {text, "DIKM-A-03", Inferred, "", 1, false},
		"an inferred one that was seen to hold":       {inferred, "DIKM-A-03", Observed, Inferred, 2, true},
		"an answer does not prove what was inferred":  {answered, "DIKM-A-03", Inferred, "", 1, true},
		"a requirement beside the one that was asked": {answered, "DIKM-A-02", Unknown, "", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := loaded(t, observed(want.text))
			for _, r := range c.Requirements {
				if r.ID != want.id {
					continue
				}
				if r.Evidence != want.evidence || r.Written != want.written || len(r.Sources) != want.sources || r.Seen.IsZero() == want.seen {
					t.Errorf("%s: evidence %q, written %q, %d sources, seen %s", r.ID, r.Evidence, r.Written, len(r.Sources), r.Seen)
				}
				return
			}
			t.Errorf("no %s", want.id)
		})
	}
}

func TestTheNewestObservationOfTheSameWordingIsKept(t *testing.T) {
	files := observed("")
	delete(files, "observations/run.yaml")
	probe := &loaded(t, files).Scenarios[1]
	first := strings.ReplaceAll(observations, "WORDING", probe.Wording())
	later := strings.NewReplacer("r-1", "r-2", "2026-01-31", "2026-02-01", "yes-it-is", "no-it-is-not").Replace(first)
	reworded := strings.NewReplacer("2026-01-31", "2026-03-01", probe.Wording(), "0123456789ab").Replace(first)
	files["observations/b.yaml"], files["observations/a.yaml"], files["observations/c.yaml"] = first, later, reworded
	c := loaded(t, files)
	kept := c.Kept(&c.Scenarios[1], "OQ-01")
	if len(kept) != 1 || kept[0].Answer != "no-it-is-not" || !kept[0].Date.Equal(time.Date(2026, 2, 1, 2, 0, 0, 0, time.UTC)) || kept[0].Exchange == nil || kept[0].Exchange.Status != 200 {
		t.Fatalf("kept %+v", kept)
	}
	if other := c.Kept(&c.Scenarios[0], "OQ-01"); len(other) > 0 {
		t.Errorf("another scenario is held to %+v", other)
	}
	if len(c.Observations) != 3 {
		t.Errorf("%d observations", len(c.Observations))
	}
}

func TestAContractKeepsItsEvidenceWhereAnotherIsLoadedOnTop(t *testing.T) {
	base := loaded(t, wholeContract("x.feature", strings.Replace(feature, "Own", "Other", 1)))
	text := strings.NewReplacer("DIKM-A-02", "DIKM-A-01", "    question: OQ-01\n    answer: yes-it-is\n", "").Replace(observations)
	more, err := load(base, folder(map[string]string{"more.feature": strings.Replace(feature, "Own", "More", 1), "observations/run.yaml": text}))
	if err != nil {
		t.Fatal(err)
	}
	if more.Requirements[0].Evidence != Observed || base.Requirements[0].Evidence != Documented || len(base.Requirements[0].Sources) != 1 {
		t.Errorf("raised: %+v; the base: %+v", more.Requirements[0], base.Requirements[0])
	}
}

func TestObservationsThatCannotBeLoaded(t *testing.T) {
	const file = "features/observations/run.yaml"
	with := func(old, new string) string { return strings.Replace(observations, old, new, 1) }
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", file + ":1: the file is empty"},
		{"comments", "# x\n", file + ":1: the file is empty"},
		{"a list", "- x\n", file + ":1: the file holds no run"},
		{"no YAML", "run: [\n", file + ":"},
		{"an unknown field", with("region", "regions"), file + `:12: unknown field "regions". Did you mean "region"?`},
		{"an unknown field of the exchange", with("caller", "callr"), file + `:16: unknown field "callr". Did you mean "caller"?`},
		{"no run", with("run: r-1", `run: ""`), file + ":1: the run has no run"},
		{"no date", with("date: 2026-01-31T02:00:00Z\n", ""), file + ":1: the run has no date"},
		{"a date that is none", with("2026-01-31T02:00:00Z", "yesterday"), file + ":"},
		{"no Region", with("    region: us-east-1\n", ""), file + ":7: DIKM-A-02 has no region"},
		{"an answer alone", with("    question: OQ-01\n", ""), file + ":7: DIKM-A-02 has one of question and answer"},
		{"another question", with("OQ-01", "OQ-02"), file + `:7: there is no question "OQ-02". Did you mean "OQ-01"?`},
		{"a question that is none", with("OQ-01", "Q1"), file + `:10: "Q1" is no question`},
		{"another answer", with("yes-it-is", "yes-it-was"), file + `:7: "yes-it-was" is no answer to OQ-01. Did you mean "yes-it-is"?`},
		{"another requirement", with("DIKM-A-02", "DIKM-A-09"), file + `:7: there is no requirement "DIKM-A-09"`},
		{"another requirement confirmed", with("[DIKM-A-01]", "[DIKM-B-01]"), file + `:5: there is no requirement "DIKM-B-01"`},
		{"an alias for the list", strings.Replace(observations, "confirmed: [DIKM-A-01]", "confirmed: &a []", 1)[:strings.Index(observations, "observations:")-3] + "\nobservations: *a\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(nil, folder(observed(test.text)))
			if test.want == "" {
				return // it must not panic; what is said is the parser's
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v\nwanted %s", err, test.want)
			}
		})
	}
}

func FuzzObservations(f *testing.F) {
	f.Add(observations)
	f.Add("run: x\nobservations: &a [*a]\n")
	f.Add("confirmed: &a []\nobservations: *a\n")
	f.Add("observations:\n  -\n  - {requirement: x}\n")
	f.Fuzz(func(t *testing.T, text string) {
		sheet := parseObservations("own.yaml", []byte(text))
		named(t, sheet.findings)
		for _, o := range sheet.observations {
			if len(sheet.findings) == 0 && (o.Requirement == "" || o.Date.IsZero() || o.Line < 1 || (o.Question == "") != (o.Answer == "")) {
				t.Errorf("loaded without a fault: %+v", o)
			}
		}
	})
}
