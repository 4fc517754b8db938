package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// planned is the sample after a run that was stopped.
func planned() *Report {
	r := sample()
	r.Plan = &Plan{
		Scenarios: Figures{Planned: 692, Actual: 120},
		Keys: []PlannedKeys{
			{Kind: "symmetric", Account: "primary", Region: "us-east-1", Figures: Figures{Planned: 700, Actual: 280}},
			{Kind: "multi-Region replica", Account: "primary", Region: "eu-west-1", Figures: Figures{Planned: 54, Actual: 20}},
		},
		Calls: []PlannedCalls{
			{Operation: "GetParametersForImport", Account: "primary", Region: "us-east-1", Figures: Figures{Planned: 800, Actual: 301}},
			{Operation: "GetParametersForImport", Account: "primary", Region: "eu-west-1", Figures: Figures{Planned: 60, Actual: 9}},
			{Account: "second-account", Region: "us-east-1", Figures: Figures{Planned: 2}},
		},
		Seconds: Figures{Planned: 1650, Actual: 601.4}, BoundSeconds: 1600, Scarce: "GetParametersForImport",
		USD: Figures{Planned: 1.3, Actual: 0.0445}, Stopped: "stopped by --max-keys 300 after 120 scenarios; 572 scenarios not started",
	}
	return r
}

func TestPlanIsInEveryReport(t *testing.T) {
	r := planned()
	var encoded, summary bytes.Buffer
	if err := WriteJSON(&encoded, r); err != nil {
		t.Fatal(err)
	}
	if err := validate(compiled(t), encoded.Bytes()); err != nil {
		t.Errorf("report.json: %v", err)
	}
	var read struct {
		Plan struct {
			Keys, Calls []struct{ Planned, Actual float64 }
			Stopped     string
		}
	}
	if err := json.Unmarshal(encoded.Bytes(), &read); err != nil || len(read.Plan.Keys) != 2 || read.Plan.Keys[0].Actual != 280 || read.Plan.Calls[2].Planned != 2 || read.Plan.Stopped == "" {
		t.Errorf("%v: %+v", err, read.Plan)
	}
	Printer{}.Summary(&summary, r)
	for name, text := range map[string]string{
		"the screen": summary.String(), "summary.md": markdownOf(t, r, contract()), "report.html": htmlOf(t, r, contract()),
	} {
		flat := strings.Join(strings.Fields(strings.NewReplacer("|", " ", "</td><td class=\"number\">", " ", `\-`, "-", `\`, "").Replace(text)), " ")
		for _, says := range []string{
			"keys 754 300", "calls 862 310", "calls of GetParametersForImport 860 310", "692 120", "27m30s 10m1s", "1.30 USD 0.0445 USD",
			"stopped by --max-keys 300 after 120 scenarios", "26m40s at the least",
		} {
			if !strings.Contains(flat, says) {
				t.Errorf("%s does not say %q:\n%s", name, says, text)
			}
		}
	}
}

func TestWithoutAPlanNothingIsSaidOfOne(t *testing.T) {
	r := sample()
	var encoded, summary bytes.Buffer
	if err := WriteJSON(&encoded, r); err != nil {
		t.Fatal(err)
	}
	Printer{}.Summary(&summary, r)
	for _, text := range []string{encoded.String(), summary.String(), markdownOf(t, r, contract()), htmlOf(t, r, contract())} {
		if strings.Contains(text, "planned") || strings.Contains(text, `"plan"`) {
			t.Errorf("a plan is spoken of:\n%s", text)
		}
	}
}

// A plan of nothing is still valid, and divides by nothing.
func TestEmptyPlan(t *testing.T) {
	r := sample()
	r.Plan = &Plan{}
	var encoded bytes.Buffer
	if err := WriteJSON(&encoded, r); err != nil {
		t.Fatal(err)
	}
	if err := validate(compiled(t), encoded.Bytes()); err != nil {
		t.Errorf("report.json: %v", err)
	}
	if bounds := r.Plan.Bounds(); bounds != "" {
		t.Errorf("bound: %q", bounds)
	}
}
