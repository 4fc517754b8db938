package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// parseJournal reads the trials of a run, by key. A last line that was cut short, by whatever ended the run, is left out.
func parseJournal(text []byte) (map[string]trial, error) {
	kept := map[string]trial{}
	for n := 1; len(text) > 0; n++ {
		line, rest, ended := bytes.Cut(text, []byte("\n"))
		text = rest
		var t trial
		if err := json.Unmarshal(line, &t); err != nil {
			if !ended {
				break
			}
			return nil, fmt.Errorf("line %d is no trial: %w", n, err)
		}
		kept[t.key()] = t
	}
	return kept, nil
}
