package compare

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/kmsconform/kmsconform/runner/report"
)

// Load reads the reports that arguments name: each is the path of a report.json, or of the folder that holds it, and may
// have a name for its target before it, as in ministack=out/report.json. Its errors name the file and say what to do.
func Load(arguments []string) ([]Input, error) {
	inputs := make([]Input, 0, len(arguments))
	for _, argument := range arguments {
		in := Input{Path: argument}
		if name, path, is := strings.Cut(argument, "="); is && name != "" && path != "" && !exists(argument) {
			in.Name, in.Path = name, path
		}
		if info, err := os.Stat(in.Path); err == nil && info.IsDir() {
			in.Path = filepath.Join(in.Path, "report.json")
		}
		in.Path = filepath.Clean(in.Path)
		r, err := report.Load(in.Path)
		if err != nil {
			return nil, err
		}
		in.Report = r
		inputs = append(inputs, in)
	}
	return inputs, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
