package explore

import "slices"

// shrink looks for a shorter and simpler sequence that shows the same. It is greedy: it takes out runs of steps, then
// single ones, then makes what is left plainer, until nothing helps any more. Shows runs a candidate on keys that nobody
// has used and says whether it still shows the finding; false as soon as the budget of keys or calls is used up.
func shrink(q Sequence, shows func(Sequence) bool) Sequence {
	best := q
	try := func(candidate Sequence) bool {
		candidate = candidate.tidy()
		if len(candidate) == 0 || slices.Equal(candidate, best) || heavier(candidate, best) || !shows(candidate) {
			return false
		}
		best = candidate
		return true
	}
	for improved := true; improved; {
		improved = false
		for size := max(len(best)/2, 1); size >= 1; size /= 2 {
			for at := 0; at+size <= len(best); {
				// The last step shows it: it stays.
				if at+size == len(best) || !try(slices.Concat(best[:at], best[at+size:])) {
					at++
					continue
				}
				improved = true
			}
		}
		for at := range best {
			for _, plainer := range best[at].plainer() {
				candidate := slices.Clone(best)
				candidate[at] = plainer
				if try(candidate) {
					improved = true
					break
				}
			}
		}
	}
	return best
}

// heavier reports whether a sequence is no improvement over another.
func heavier(a, b Sequence) bool {
	return len(a) > len(b) || len(a) == len(b) && a.weight() >= b.weight()
}

// weight is how much there is to say about a sequence's steps.
func (q Sequence) weight() int {
	total := 0
	for _, s := range q {
		total += s.Material
		for _, said := range []bool{s.Caller != "", s.ImportType != "", s.Key != TheKey && s.Key != "", s.MadeByKMS} {
			if said {
				total += 3
			}
		}
		if s.Kind != "symmetric" && s.Kind != "" {
			total += 3
		}
		if s.Variant != "" {
			total += 3 + slices.IndexFunc(variants, func(v variant) bool { return v.name == s.Variant })
		}
		for _, d := range passes {
			if s.Operation == Pass && s.Span > d {
				total++
			}
		}
	}
	return total
}

// plainer are simpler steps that may do as well.
func (s Step) plainer() []Step {
	var all []Step
	with := func(change func(*Step)) {
		c := s
		change(&c)
		all = append(all, c)
	}
	switch s.Operation {
	case "CreateKey":
		with(func(c *Step) { c.Kind = "symmetric" })
		with(func(c *Step) { c.MadeByKMS = false })
	case "ImportKeyMaterial":
		with(func(c *Step) { c.ImportType, c.Variant, c.Material = "", "", 1 })
		with(func(c *Step) { c.Variant = "" })
		with(func(c *Step) { c.ImportType = "" })
		with(func(c *Step) { c.Material = 1 })
	case "Verify", "VerifyMac":
		with(func(c *Step) { c.Variant = "" })
	case "DeleteImportedKeyMaterial":
		with(func(c *Step) { c.Material = 0 })
	case Pass:
		for _, d := range passes {
			if d < s.Span {
				with(func(c *Step) { c.Span = d })
			}
		}
	}
	if s.Caller != "" {
		with(func(c *Step) { c.Caller = "" })
	}
	if s.Key == OtherKey || s.Key == Replica {
		with(func(c *Step) { c.Key = TheKey })
	}
	return all
}
