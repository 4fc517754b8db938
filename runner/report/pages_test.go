package report

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
)

func htmlOf(t *testing.T, r *Report, c *features.Contract) string {
	t.Helper()
	var out strings.Builder
	if err := WriteHTML(&out, r, c); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func markdownOf(t *testing.T, r *Report, c *features.Contract) string {
	t.Helper()
	var out strings.Builder
	if err := WriteMarkdown(&out, r, c); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// body leaves out what every page has.
func body(page string) string {
	page = page[strings.Index(page, "<body>"):]
	return regexp.MustCompile(`(?s)<script>.*</script>`).ReplaceAllString(page, "<script></script>")
}

func TestThePageOfARun(t *testing.T) {
	golden(t, "page", body(htmlOf(t, sample(), contract())))
}

func TestTheSummaryInMarkdown(t *testing.T) {
	golden(t, "markdown", markdownOf(t, sample(), contract()))
}

func TestPagesWithoutAContract(t *testing.T) {
	r := sample()
	r.Derive(nil)
	if page := htmlOf(t, r, nil); !strings.Contains(page, "DIKM-STATE-07") {
		t.Error("the page does not name the requirement that is broken")
	}
	empty := &Report{}
	if page := htmlOf(t, empty, nil); !strings.Contains(page, "0 scenarios") {
		t.Error("the page of an empty report does not say so")
	}
	if text := markdownOf(t, empty, nil); !strings.Contains(text, "No scenario ran.") || strings.Contains(text, string(Conformant)) {
		t.Errorf("the summary of an empty report: %s", text)
	}
}

// Whatever a target, a baseline or a feature of somebody's own says stays text.
func TestPagesOfHostileReports(t *testing.T) {
	const evil = "</script><script>alert(1)</script>\n<img src=x onerror=alert(1)> \"'|`*_\x00\x1b[31m\u202e"
	r := sample()
	r.Target.Name, r.Target.Endpoint, r.Tool.Version = evil, evil, evil
	r.Target.Capabilities.Unimplemented = map[string]string{evil: evil}
	r.Target.Capabilities.Notes = []string{evil}
	r.Answers = []Answer{{Question: evil, Requirement: evil, Scenario: evil, Answer: evil, Observation: evil}}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		s.ID, s.Name, s.Feature, s.Reason, s.Step, s.Again, s.KnownReason, s.File = evil, evil, evil, evil, evil, evil, evil, evil
		s.Notes = []string{evil}
		if s.Divergence != nil {
			s.Divergence = NewDivergence(evil, evil, evil)
		}
		if e := s.DecisiveExchange(); e != nil {
			e.Operation, e.Caller, e.Region, e.Error = evil, evil, evil, evil
			e.Request.Body, e.Request.URL = evil, evil
			if e.Response != nil {
				e.Response.Body, e.Response.Header = evil, map[string][]string{"Content-Type": {evil}}
			}
		}
	}
	c := contract()
	for i := range c.Requirements {
		c.Requirements[i].Statement, c.Requirements[i].Sources = evil, []features.Source{{Title: evil, URL: "javascript:alert(1)"}}
	}
	r.Requirements = append(r.Requirements, Requirement{ID: evil, Evidence: evil, Status: evil})
	r.Profiles[evil] = Profile{Verdict: evil}
	page := htmlOf(t, r, c)
	if strings.Count(page, "<script") != 1 || strings.Contains(page, "<img") || strings.Contains(page, `href="javascript:`) {
		t.Error("text became a tag, or a link that runs")
	}
	text := markdownOf(t, r, c)
	if strings.Contains(text, "<script") || strings.Contains(text, "<img") || strings.ContainsAny(text, "\x00\x1b\u202e") {
		t.Errorf("text became a tag:\n%s", text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "&lt;img") || strings.HasPrefix(line, "<img") {
			t.Errorf("a line break came through: %s", line)
		}
	}
}

func TestPagesHoldNoCredentials(t *testing.T) {
	r := sample() // its caller has the secret TOPSECRET
	if strings.Contains(htmlOf(t, r, contract())+markdownOf(t, r, contract()), "TOPSECRET") {
		t.Error("a page shows a secret")
	}
}

// GitHub takes a job summary of up to 1 MiB.
func TestTheSummaryOfManyDivergencesIsShort(t *testing.T) {
	r := &Report{}
	long := NewDivergence("DIKM-STATE-07", strings.Repeat("expected ", 100), strings.Repeat("got ", 200))
	for range 300 {
		r.Scenarios = append(r.Scenarios, scenario(strings.Repeat("x", 80), "Name", Failed, "DIKM-STATE-07").diverging(long, "the call succeeds"))
	}
	r.Derive(contract())
	if text := markdownOf(t, r, contract()); len(text) > 100<<10 || !strings.Contains(text, "The first 50 of them") {
		t.Errorf("%d bytes", len(text))
	}
}

func TestBadges(t *testing.T) {
	whole := func(v Verdict, passed, failed, missing int) Profile {
		return Profile{Verdict: v, InContract: passed + failed + missing, Counts: Counts{Passed: passed, Failed: failed}}
	}
	all := map[features.Profile]Profile{}
	for _, name := range features.Profiles() {
		all[name] = whole(Conformant, 3, 0, 0)
	}
	tests := map[string]struct {
		profiles    map[features.Profile]Profile
		of          features.Profile
		says        string
		colour      string
		interrupted bool
	}{
		"all":               {all, "", "kmsconform: conformant", badgeGreen, false},
		"one, whole":        {map[features.Profile]Profile{features.Core: whole(Conformant, 3, 0, 0)}, "", "kmsconform: 1 of 9 profiles conform", badgeGreen, false},
		"one, in part":      {map[features.Profile]Profile{features.Core: whole(Conformant, 3, 0, 2)}, "", "kmsconform: partial, 0 of 9 profiles conform", badgeYellow, false},
		"nothing":           {nil, "", "kmsconform: partial, 0 of 9 profiles conform", badgeYellow, false},
		"wrong":             {map[features.Profile]Profile{features.Core: whole(Nonconformant, 3, 1, 0)}, "", "kmsconform: nonconformant, 0 of 9 profiles conform", badgeRed, false},
		"core":              {all, features.Core, "kmsconform core: conformant", badgeGreen, false},
		"core, in part":     {map[features.Profile]Profile{features.Core: whole(Conformant, 3, 0, 2)}, features.Core, "kmsconform core: partial, 3 of 5 pass", badgeYellow, false},
		"core, wrong":       {map[features.Profile]Profile{features.Core: whole(Nonconformant, 3, 1, 0)}, features.Core, "kmsconform core: nonconformant, 3 of 4 pass", badgeRed, false},
		"core, nothing ran": {nil, features.Core, "", "", false},
		"cut short":         {map[features.Profile]Profile{features.Core: whole(Nonconformant, 3, 1, 0)}, "", "kmsconform: interrupted, no verdict", badgeGrey, true},
		"core, cut short":   {map[features.Profile]Profile{features.Core: whole(Conformant, 3, 0, 0)}, features.Core, "kmsconform core: interrupted, no verdict", badgeGrey, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			err := WriteBadge(&out, &Report{Profiles: test.profiles, Interrupted: test.interrupted}, test.of)
			if test.says == "" {
				if err == nil {
					t.Error("a badge for a profile that did not run")
				}
				return
			}
			if err != nil || !strings.Contains(out.String(), "<title>"+test.says+"</title>") || !strings.Contains(out.String(), test.colour) {
				t.Errorf("%v\n%s", err, out.String())
			}
			for d := xml.NewDecoder(strings.NewReader(out.String())); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestExchangesAsText(t *testing.T) {
	e := exchange("DescribeKey", `{"KeyId":"x"}`, 400, "no JSON <")
	e.Error = "cut off"
	if got := requestText(e); !strings.HasPrefix(got, "POST http://127.0.0.1:4566/\n") || !strings.Contains(got, "\"KeyId\": \"x\"") || strings.Contains(got, "redacted") {
		t.Errorf("request %q", got)
	}
	if got := answerText(e); !strings.HasPrefix(got, "400 Bad Request\n") || !strings.HasSuffix(got, "no JSON <\ncut off") {
		t.Errorf("answer %q", got)
	}
	if got := answerText(&target.Exchange{Error: "connection reset"}); got != "connection reset" {
		t.Errorf("answer %q", got)
	}
}
