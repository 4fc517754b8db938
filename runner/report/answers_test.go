package report

import (
	"strings"
	"testing"
)

func TestTheSummaryTellsQuestionsFromContradictions(t *testing.T) {
	for ids, want := range map[string]string{
		"OQ-01":                  "1 open question answered, in 1 observation; the report has them.",
		"OQ-01 OQ-01 OQ-02":      "2 open questions answered, in 3 observations; the report has them.",
		"C-01":                   "1 contradiction answered, in 1 observation; the report has them.",
		"OQ-01 C-01 C-02 C-02":   "1 open question and 2 contradictions answered, in 4 observations; the report has them.",
		"OQ-01 OQ-02 C-01 OQ-02": "2 open questions and 1 contradiction answered, in 4 observations; the report has them.",
	} {
		r := &Report{}
		for _, id := range strings.Fields(ids) {
			r.Answers = append(r.Answers, Answer{Question: id})
		}
		if got := answersLine(r); got != want {
			t.Errorf("%s: %q, want %q", ids, got, want)
		}
	}
}
