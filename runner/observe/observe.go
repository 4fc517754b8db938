// Package observe keeps what a run saw on AWS itself as observations of the contract, and checks those that are kept.
package observe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/kmsconform/kmsconform/features"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner/report"
)

// sdkModule is the module that made the calls.
const sdkModule = "github.com/aws/aws-sdk-go-v2/service/kms"

// NotAWS says that a run was on something else than AWS, of which no observation may be kept.
type NotAWS struct{ Target string }

// Error implements the error interface.
func (n *NotAWS) Error() string {
	return fmt.Sprintf("%s is not AWS: only what AWS itself does may become part of the contract; leave out --record-observations, or take away the endpoint override", n.Target)
}

// Of returns what a run on AWS adds to a contract: for each requirement that was not observed yet and whose scenario passed, the
// call that showed it; for each open question, the answer, unless the same one is kept already; and which requirements
// every scenario agreed with. The run must have kept its calls; see runner.Options. The error is a *NotAWS.
func Of(contract *features.Contract, r *report.Report, run string) (*features.ObservationFile, error) {
	if r.Target.Kind != target.AWS {
		return nil, &NotAWS{Target: r.Target.Name}
	}
	f := &features.ObservationFile{Run: run, Date: r.Started.UTC(), Tool: r.Tool.Version, SDK: sdkVersion()}
	if f.Tool == "" {
		f.Tool = "dev"
	}
	hide := report.Anonymous(r.Target)
	rules := map[string]*features.Requirement{}
	for i := range contract.Requirements {
		rules[contract.Requirements[i].ID] = &contract.Requirements[i]
	}
	scenarios := map[string]*features.Scenario{}
	for i := range contract.Scenarios {
		scenarios[contract.Scenarios[i].ID] = &contract.Scenarios[i]
	}
	ended := map[string]*report.Scenario{}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		ended[s.ID] = s
		known := scenarios[s.ID]
		if known == nil || s.Status != report.Passed || len(s.Requirements) == 0 {
			continue
		}
		rule := rules[s.Requirements[0]]
		if rule == nil || rule.Evidence == features.Observed || slices.ContainsFunc(f.Observations, func(o features.Observation) bool { return o.Requirement == rule.ID }) {
			continue
		}
		f.Observations = append(f.Observations, observation(known, s, rule.ID, r, hide))
	}
	for _, a := range r.Answers {
		known, s := scenarios[a.Scenario], ended[a.Scenario]
		if known == nil || s == nil || rules[a.Requirement] == nil || same(r.Answers, contract.Kept(known, a.Question), a) {
			continue
		}
		o := observation(known, s, a.Requirement, r, hide)
		o.Question, o.Answer, o.Seen = a.Question, a.Answer, hide(a.Observation)
		f.Observations = append(f.Observations, o)
	}
	for _, rule := range r.Requirements {
		if rule.Status == report.Passed {
			f.Confirmed = append(f.Confirmed, rule.ID)
		}
	}
	return f, nil
}

// same reports whether all answers of a scenario to a question, of which one is given, are as the kept ones.
func same(answers []report.Answer, kept []*features.Observation, one report.Answer) bool {
	var came []string
	for _, a := range answers {
		if a.Scenario == one.Scenario && a.Question == one.Question {
			came = append(came, a.Answer)
		}
	}
	return slices.EqualFunc(came, kept, func(answer string, o *features.Observation) bool { return answer == o.Answer })
}

// observation is what a scenario showed of a requirement.
func observation(known *features.Scenario, s *report.Scenario, requirement string, r *report.Report, hide func(string) string) features.Observation {
	o := features.Observation{
		Requirement: requirement, Scenario: s.ID, Wording: known.Wording(), Region: r.Target.Regions["primary"], RequestIDs: []string{},
	}
	e := s.DecisiveExchange()
	if e == nil && len(s.Exchanges) > 0 {
		e = s.Exchanges[len(s.Exchanges)-1]
	}
	if e == nil {
		return o
	}
	if e.Region != "" {
		o.Region = e.Region
	}
	if id := e.RequestID(); id != "" {
		o.RequestIDs = append(o.RequestIDs, id)
	}
	o.Exchange = &features.ObservedExchange{Operation: e.Operation, Caller: e.Caller, Request: hide(e.Request.Body)}
	if e.Response != nil {
		o.Exchange.Status, o.Exchange.Response = e.Response.Status, hide(e.Response.Body)
		if kind := e.Response.Header["Content-Type"]; len(kind) > 0 {
			o.Exchange.Headers = map[string]string{"Content-Type": kind[0]}
		}
	}
	return o
}

// sdkVersion is the module of the SDK and its version, as far as the binary knows.
func sdkVersion() string {
	if info, is := debug.ReadBuildInfo(); is {
		for _, dependency := range info.Deps {
			if dependency.Path == sdkModule {
				return sdkModule + " " + dependency.Version
			}
		}
	}
	return sdkModule + " of an unknown version"
}

// Write writes a file of observations into a folder, which is made where there is none, and returns its path. It never
// writes over a file. A file that would say nothing is not written, and its path is empty.
func Write(dir string, f *features.ObservationFile) (string, error) {
	if len(f.Observations)+len(f.Confirmed) == 0 {
		return "", nil
	}
	text, err := yaml.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("write observations: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a contract is for everybody to read
		return "", fmt.Errorf("write observations: %w; name another folder with --observations", err)
	}
	path := filepath.Join(dir, f.Date.Format("2006-01-02")+"-"+f.Run+".yaml")
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // likewise
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("write observations: %s is there already, and is left as it is", path)
	}
	if err != nil {
		return "", fmt.Errorf("write observations: %w; name another folder with --observations", err)
	}
	_, err = file.Write(text)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = os.Remove(path) // half a file is worth nothing
		return "", fmt.Errorf("write observations: %w", err)
	}
	return path, nil
}
