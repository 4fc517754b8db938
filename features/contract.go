package features

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// prefix begins the ids of the embedded requirements: delete imported key material.
const prefix = "DIKM-"

// Contract is what is demanded of a KMS. Contracts are shared: do not change what one holds.
type Contract struct {
	Requirements   []Requirement   // by file, and in the order of the file
	Questions      []Question      // likewise
	Contradictions []Contradiction // likewise
	Scenarios      []Scenario      // features in reading order, scenarios in the order of the file
	Observations   []Observation   // what was recorded on AWS, by date

	documents []*document
	embedded  int // how many of the Requirements are embedded; they come first
}

//go:embed *.feature requirements/*.yaml observations
var files embed.FS

// readingOrder is the order in which the embedded features explain the operation. Others follow by name.
var readingOrder = []string{
	"key_states", "state_matrix", "metadata", "import_parameters", "reimport", "expiration", "rotation", "multi_region", "asymmetric_keys", "hmac_keys",
	"identifiers", "origins", "authorization", "cross_account", "concurrency", "wire", "open_questions", "contradictions",
}

var embedded = sync.OnceValues(func() (*Contract, error) {
	return load(nil, source{fsys: files, embedded: true, show: func(name string) string { return "features/" + name }})
})

// Load returns the embedded contract.
func Load() (*Contract, error) { return embedded() }

// LoadDir returns the scenarios of the feature files in a folder and below it. They may cite the embedded requirements
// and those in the folder's own requirements/*.yaml.
func LoadDir(dir string) (*Contract, error) {
	base, err := embedded()
	if err != nil {
		return nil, err
	}
	alone := *base
	alone.Scenarios, alone.documents = nil, nil
	return loadFolder(&alone, dir)
}

// LoadWith returns the embedded contract, followed by what a folder adds to it.
func LoadWith(dir string) (*Contract, error) {
	base, err := embedded()
	if err != nil {
		return nil, err
	}
	return loadFolder(base, dir)
}

func loadFolder(base *Contract, dir string) (*Contract, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("load features: there is no folder %s", dir)
	case err != nil:
		return nil, fmt.Errorf("load features: %w", err)
	case !info.IsDir():
		return nil, fmt.Errorf("load features: %s is no folder: name the folder that the file is in", dir)
	}
	return load(base, source{fsys: os.DirFS(dir), show: func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }})
}

// source is a folder of feature files.
type source struct {
	fsys     fs.FS
	embedded bool
	show     func(name string) string // the name of a file as the user can open it
}

// load reads a folder on top of a contract, which may be nil and is not changed.
func load(base *Contract, from source) (*Contract, error) {
	c := &Contract{}
	if base != nil {
		*c = Contract{
			Requirements: slices.Clone(base.Requirements), Questions: slices.Clone(base.Questions),
			Contradictions: slices.Clone(base.Contradictions), Scenarios: slices.Clone(base.Scenarios), Observations: slices.Clone(base.Observations),
			documents: slices.Clone(base.documents), embedded: base.embedded,
		}
	}
	names, err := from.list()
	if err != nil {
		return nil, err
	}
	sheets := make([]*requirementFile, len(names.requirements))
	records := make([]*requirementFile, len(names.observations))
	documents := make([]*document, len(names.features))
	faults := make([]findings, len(names.features))
	err = from.readAll(
		reading{names.features, func(i int, shown string, text []byte) {
			documents[i], faults[i] = parseDocument(shown, text)
			documents[i].embedded = from.embedded
		}},
		reading{names.requirements, func(i int, shown string, text []byte) { sheets[i] = parseRequirements(shown, text) }},
		reading{names.observations, func(i int, shown string, text []byte) { records[i] = parseObservations(shown, text) }},
	)
	if err != nil {
		return nil, fmt.Errorf("load features: %w", err)
	}
	found := slices.Concat(faults...)
	c.addRequirements(sheets, &found)
	if from.embedded {
		c.embedded = len(c.Requirements)
	}
	c.addObservations(records, &found)
	if len(found) > 0 {
		return nil, &LoadError{Findings: found.sorted()}
	}
	c.addDocuments(documents)
	return c, nil
}

// reading is what is done with each of some files, several of them at a time.
type reading struct {
	names []string
	parse func(index int, shown string, text []byte)
}

// readAll reads and parses files.
func (s source) readAll(all ...reading) error {
	var parsing sync.WaitGroup
	var unread [][]error
	for _, r := range all {
		failed := make([]error, len(r.names))
		unread = append(unread, failed)
		for i, name := range r.names {
			parsing.Go(func() {
				var text []byte
				if text, failed[i] = fs.ReadFile(s.fsys, name); failed[i] == nil {
					r.parse(i, s.show(name), text)
				}
			})
		}
	}
	parsing.Wait()
	return errors.Join(slices.Concat(unread...)...)
}

// listing are the files of a contract, in order.
type listing struct{ features, requirements, observations []string }

func (s source) list() (listing, error) {
	var l listing
	err := fs.WalkDir(s.fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch hidden := strings.HasPrefix(entry.Name(), ".") && name != "."; {
		case err != nil:
			return err
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case entry.IsDir() || hidden:
		case path.Ext(name) == ".feature":
			l.features = append(l.features, name)
		case path.Dir(name) == "requirements" && (path.Ext(name) == ".yaml" || path.Ext(name) == ".yml"):
			l.requirements = append(l.requirements, name)
		case path.Dir(name) == "observations" && (path.Ext(name) == ".yaml" || path.Ext(name) == ".yml"):
			l.observations = append(l.observations, name)
		}
		return nil
	})
	if err != nil {
		return l, fmt.Errorf("load features: %w", err)
	}
	if len(l.features) == 0 {
		return l, fmt.Errorf("load features: %s has no feature file: name a folder that has *.feature in it", s.show("."))
	}
	if s.embedded {
		slices.SortStableFunc(l.features, func(a, b string) int { return rank(a) - rank(b) })
	}
	return l, nil
}

func rank(name string) int {
	if i := slices.Index(readingOrder, strings.TrimSuffix(name, ".feature")); i >= 0 {
		return i
	}
	return len(readingOrder)
}

// addRequirements adds what requirement files hold, and checks what no file can check alone.
func (c *Contract) addRequirements(sheets []*requirementFile, found *findings) {
	places := map[string]string{}
	first := func(file string, line int, id string) {
		here := fmt.Sprintf("%s:%d", file, line)
		if there, twice := places[id]; twice {
			found.add(file, line, fmt.Sprintf("%s stands twice: also at %s", id, there), "Rename or remove one of them.")
			return
		}
		places[id] = here
	}
	for _, sheet := range sheets {
		*found = append(*found, sheet.findings...)
		c.Requirements = append(c.Requirements, sheet.requirements...)
		c.Questions = append(c.Questions, sheet.questions...)
		c.Contradictions = append(c.Contradictions, sheet.contradictions...)
	}
	for _, r := range c.Requirements {
		first(r.File, r.Line, r.ID)
	}
	for _, q := range c.Questions {
		first(q.File, q.Line, q.ID)
	}
	for _, x := range c.Contradictions {
		first(x.File, x.Line, x.ID)
	}
	if len(*found) > 0 {
		return // an entry that could not be read would look like one that is missing
	}
	for _, sheet := range sheets {
		for _, r := range sheet.refers {
			if _, known := places[r.id]; !known {
				found.add(r.file, r.line, fmt.Sprintf("there is no %q", r.id), didYouMean(r.id, c.ids(), "Add it, or remove the reference."))
			}
		}
	}
}

// addDocuments adds the scenarios of feature files.
func (c *Contract) addDocuments(documents []*document) {
	known := make(map[string]bool, len(c.Requirements))
	for _, r := range c.Requirements {
		known[r.ID] = true
	}
	for _, d := range documents {
		for i := range d.scenarios {
			d.scenarios[i].resolve(func(id string) bool { return known[id] })
		}
		c.documents = append(c.documents, d)
		c.Scenarios = append(c.Scenarios, d.scenarios...)
	}
}

// ids are all ids that a tag may name.
func (c *Contract) ids() []string {
	ids := make([]string, 0, len(c.Requirements)+len(c.Questions)+len(c.Contradictions))
	for _, r := range c.Requirements {
		ids = append(ids, r.ID)
	}
	for _, q := range c.Questions {
		ids = append(ids, q.ID)
	}
	for _, x := range c.Contradictions {
		ids = append(ids, x.ID)
	}
	return ids
}
