package features

import (
	"regexp"
	"slices"
	"testing"
)

// Whatever a black box can show is asked: every open question has a probe, and every contradiction that has readings has a
// scenario that records one. What cannot be asked has none.
func TestEveryQuestionIsAsked(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	asked := func(tag, id string) (by []string) {
		for _, s := range c.Scenarios {
			if slices.Contains(s.Tags, tag) && slices.Contains(s.Tags, "@"+id) {
				by = append(by, s.ID)
			}
		}
		return by
	}
	for _, q := range c.Questions {
		if by := asked(probeTag, q.ID); (len(by) > 0) == (q.Unasked != "") {
			t.Errorf("%s is asked by %q, and is said not to be: %q", q.ID, by, q.Unasked)
		}
	}
	for _, x := range c.Contradictions {
		if by := asked(contradictionTag, x.ID); (len(by) > 0) == (x.Unshown != "") {
			t.Errorf("%s is shown by %q, and is said not to be: %q", x.ID, by, x.Unshown)
		}
	}
}

// A scenario answers what its tags say, and a probe says in its tags what it answers.
func TestProbesAnswerWhatTheyAreTaggedWith(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	answers := regexp.MustCompile(` answers ((?:OQ|C)-\d+)$`)
	for _, s := range c.Scenarios {
		var answered []string
		for _, step := range s.Steps {
			if m := answers.FindStringSubmatch(step.Text); m != nil {
				answered = append(answered, m[1])
				if !slices.Contains(s.Tags, "@"+m[1]) {
					t.Errorf("%s answers %s and is not tagged with it", s.ID, m[1])
				}
			}
		}
		if slices.Contains(s.Tags, probeTag) != (len(answered) > 0) {
			t.Errorf("%s is tagged %q and answers %q", s.ID, s.Tags, answered)
		}
	}
}
