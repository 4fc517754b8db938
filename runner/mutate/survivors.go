package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// survivorsFile is where survivors are explained, for messages.
const survivorsFile = "runner/mutate/survivors.yaml"

//go:embed survivors.yaml
var survivors []byte

// kinds are the ways in which a survivor can be as it should be.
var kinds = map[string]string{
	"equivalent":  "no state and no request can tell the mutant from the original",
	"unreachable": "something else keeps the case from arising, so that no request can show it",
	"outside":     "a request can show it, and no requirement is about it",
}

// explained is a mutant that may survive, and why.
type explained struct {
	File     string `yaml:"file"`
	Function string `yaml:"function,omitempty"`
	Line     string `yaml:"line"`   // its text
	Change   string `yaml:"change"` // such as "< to <="
	Nth      int    `yaml:"nth,omitempty"`
	Kind     string `yaml:"kind"`
	Why      string `yaml:"why"`

	first, last int // lines of the list
}

func (e *explained) key() string {
	m := mutant{File: e.File, Function: e.Function, Text: e.Line, Change: e.Change, Nth: max(e.Nth, 1)}
	return m.key()
}

// place is where the entry stands, as an editor finds it.
func (e *explained) place() string { return fmt.Sprintf("%s:%d", survivorsFile, e.first) }

// parseSurvivors reads the list of explained survivors. Its errors name the line and what to write.
func parseSurvivors(text []byte) ([]explained, error) {
	var list struct {
		Survivors []yaml.Node `yaml:"survivors"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty; write survivors: [] where none is explained")
		}
		return nil, fmt.Errorf("read %s: %w", survivorsFile, err)
	}
	if list.Survivors == nil {
		return nil, fmt.Errorf("read %s: it has no list; write survivors: [] where none is explained", survivorsFile)
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	seen := map[string]int{}
	var all []explained
	for i := range list.Survivors {
		node := &list.Survivors[i]
		e := explained{}
		if err := decodeStrictly(node, &e); err != nil {
			return nil, fmt.Errorf("read %s:%d: %w; the members are file, function, line, change, nth, kind and why", survivorsFile, node.Line, err)
		}
		e.first, e.last = node.Line, len(lines)
		if i+1 < len(list.Survivors) {
			e.last = list.Survivors[i+1].Line - 1
		}
		for e.last > e.first && strings.TrimSpace(lines[e.last-1]) == "" {
			e.last--
		}
		switch {
		case e.File == "" || e.Line == "" || e.Change == "":
			return nil, fmt.Errorf("read %s: an entry needs file, line and change, as make mutate prints them", e.place())
		case kinds[e.Kind] == "":
			return nil, fmt.Errorf("read %s: kind %q is unknown; write equivalent, unreachable or outside", e.place(), e.Kind)
		case strings.TrimSpace(e.Why) == "":
			return nil, fmt.Errorf("read %s: the entry has no reason; write why this mutant may survive, for whoever doubts it", e.place())
		case seen[e.key()] > 0:
			return nil, fmt.Errorf("read %s: the same mutant is in line %d; remove one of the two entries", e.place(), seen[e.key()])
		}
		seen[e.key()] = e.first
		all = append(all, e)
	}
	return all, nil
}

// decodeStrictly refuses members that an entry does not have, which yaml.Node.Decode would pass over.
func decodeStrictly(node *yaml.Node, into *explained) error {
	text, err := yaml.Marshal(node)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	return decoder.Decode(into)
}

// entry is what to paste into the list for a survivor, but for the reason.
func entry(m *mutant) (string, error) {
	e := explained{File: m.File, Function: m.Function, Line: m.Text, Change: m.Change, Kind: "", Why: ""}
	if m.Nth > 1 {
		e.Nth = m.Nth
	}
	text, err := yaml.Marshal([]explained{e})
	return string(text), err
}
