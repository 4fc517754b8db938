package baseline

import (
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/kmsconform/kmsconform/runner/report"
)

// placeholder is the reason of an entry that nobody has thought about.
const placeholder = "not looked at yet"

// Write writes a baseline of the divergences in a report that gate, in its order, for somebody to fill in the reasons.
func Write(w io.Writer, r *report.Report) error { return Update(w, nil, r) }

// Update writes a baseline that fits a report and keeps what people wrote in an earlier one: its comments, the order of
// its entries, their reasons, owners and dates. Entries whose scenario passes now, or is unsupported, are left out; those
// whose scenario this run did not come to, could not run or skipped stay as they are; new divergences that gate are added
// at the end, in the order of the report. Without an earlier baseline it writes what Write does.
func Update(w io.Writer, old *Baseline, r *report.Report) error {
	n, listed := fresh(), map[string]bool{}
	if old != nil && old.node.list != nil {
		kept, err := old.copy()
		if err != nil {
			return err
		}
		n = kept
		ran := map[string]*report.Scenario{}
		for i := range r.Scenarios {
			ran[r.Scenarios[i].ID] = &r.Scenarios[i]
		}
		var entries []*yaml.Node
		for i := range old.Entries {
			e, node := &old.Entries[i], n.list.Content[i]
			listed[e.Scenario] = true
			if renew(node, ran[e.Scenario]) {
				entries = append(entries, node)
			}
		}
		n.list.Content = entries
	}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		if diverges(s) && !s.Advisory && !listed[s.ID] {
			n.list.Content = append(n.list.Content, entryNode(s))
		}
	}
	n.list.Style = 0
	if len(n.list.Content) == 0 {
		n.list.Style = yaml.FlowStyle // []
	}
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	if err := encoder.Encode(n.document); err != nil {
		return fmt.Errorf("encode the baseline: %w", err)
	}
	return encoder.Close()
}

// fresh is an empty baseline.
func fresh() nodes {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	top := &yaml.Node{
		Kind: yaml.MappingNode, Content: []*yaml.Node{text("divergences"), list},
		HeadComment: "# kmsconform baseline",
	}
	return nodes{document: &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{top}}, list: list}
}

// copy returns nodes that an update may change. Aliases are written out, because what they stand for may go.
func (b *Baseline) copy() (nodes, error) {
	document := clone(b.node.document)
	list := listIn(document)
	if list == nil || len(list.Content) != len(b.Entries) {
		return nodes{}, fmt.Errorf("baseline %s: its list of divergences cannot be updated; write it to another file", b.Path)
	}
	return nodes{document: document, list: list}, nil
}

func clone(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias // the loader refuses aliases to what holds them
	}
	c := *n
	c.Anchor, c.Content = "", nil
	for _, child := range n.Content {
		c.Content = append(c.Content, clone(child))
	}
	return &c
}

// renew makes an entry fit what its scenario came to, nil when it did not run, and reports whether it stays.
func renew(entry *yaml.Node, s *report.Scenario) bool {
	switch {
	case s == nil:
		return true
	case diverges(s):
		set(entry, "status", string(s.Status))
		set(entry, "requirement", s.Divergence.Requirement)
		set(entry, "fingerprint", s.Divergence.Fingerprint)
		return true
	default:
		return !slices.Contains([]report.Status{report.Passed, report.Answered, report.Unsupported}, s.Status)
	}
}

// set changes or adds a member of an entry.
func set(entry *yaml.Node, name, value string) {
	for i := 0; i+1 < len(entry.Content); i += 2 {
		if entry.Content[i].Value == name {
			if entry.Content[i+1].Value != value {
				v := text(value)
				v.LineComment = entry.Content[i+1].LineComment
				entry.Content[i+1] = v
			}
			return
		}
	}
	if value != "" {
		entry.Content = append(entry.Content, text(name), text(value))
	}
}

func entryNode(s *report.Scenario) *yaml.Node {
	entry := &yaml.Node{Kind: yaml.MappingNode}
	for _, member := range [][2]string{
		{"scenario", s.ID}, {"status", string(s.Status)}, {"requirement", s.Divergence.Requirement},
		{"fingerprint", s.Divergence.Fingerprint}, {"reason", placeholder},
	} {
		entry.Content = append(entry.Content, text(member[0]), text(member[1]))
	}
	return entry
}

// text is a string, quoted where YAML would take it for something else.
func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}
