package teeth

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

//go:embed assertions.json
var assertions []byte

// Assertions returns how many assertions each scenario of the embedded contract is known to make, by its id.
func Assertions() (map[string]int, error) {
	known := map[string]int{}
	if err := json.Unmarshal(assertions, &known); err != nil {
		return nil, fmt.Errorf("read assertions.json: %w", err)
	}
	return known, nil
}

// CompareAssertions says in a sentence each where scenarios make another number of assertions than they are known to:
// fewer may mean that one was dropped by mistake.
func CompareAssertions(known map[string]int, m *Matrix) []string {
	const advice = "if that is meant, write it down with kmsconform teeth --write-assertions"
	var said []string
	for i := range m.Scenarios {
		s := &m.Scenarios[i]
		before, is := known[s.ID]
		switch {
		case !is:
			said = append(said, fmt.Sprintf("%s: its %d assertions are not in assertions.json; %s", s.ID, s.Assertions, advice))
		case before > s.Assertions:
			said = append(said, fmt.Sprintf("%s: it makes %d assertions and used to make %d; %s", s.ID, s.Assertions, before, advice))
		case before < s.Assertions:
			said = append(said, fmt.Sprintf("%s: it makes %d assertions, and assertions.json says %d; %s", s.ID, s.Assertions, before, advice))
		}
	}
	return said
}

// WriteAssertions writes assertions.json.
func WriteAssertions(w io.Writer, m *Matrix) error {
	counts := make(map[string]int, len(m.Scenarios))
	for i := range m.Scenarios {
		counts[m.Scenarios[i].ID] = m.Scenarios[i].Assertions
	}
	ids := slices.Sorted(maps.Keys(counts))
	separator := "{\n"
	for _, id := range ids {
		name, err := json.Marshal(id)
		if err != nil {
			return fmt.Errorf("write assertions: %w", err)
		}
		if _, err := fmt.Fprintf(w, "%s  %s: %d", separator, name, counts[id]); err != nil {
			return fmt.Errorf("write assertions: %w", err)
		}
		separator = ",\n"
	}
	if len(ids) == 0 {
		separator = "{"
	} else {
		separator = "\n"
	}
	if _, err := fmt.Fprintf(w, "%s}\n", separator); err != nil {
		return fmt.Errorf("write assertions: %w", err)
	}
	return nil
}
