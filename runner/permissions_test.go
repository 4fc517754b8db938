package runner_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/aws/cloudformation"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/reference/kms"
	"github.com/kmsconform/kmsconform/fixtures/reference/policy"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
	"github.com/kmsconform/kmsconform/runner/report"
)

// templateRoles are the roles of the contract's callers, as the accounts of the reference have them.
func templateRoles(t *testing.T) map[string]cloudformation.Role {
	t.Helper()
	roles, err := cloudformation.Callers(
		cloudformation.Stack{Template: cloudformation.Primary(), Account: "111122223333"},
		cloudformation.Stack{Template: cloudformation.SecondAccount(), Account: "444455556666", Parameters: map[string]string{"PrimaryAccountId": "111122223333"}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return roles
}

// roleSessions are sessions of the templates' roles, as all callers of the contract. Instead says what policies a caller has
// in place of its role's.
func roleSessions(t *testing.T, instead map[string][]string) *server.Principals {
	t.Helper()
	var list []server.Principal
	for caller, role := range templateRoles(t) {
		policies, other := instead[caller]
		if !other {
			policies = role.Policies
		}
		list = append(list, server.Principal{
			Name: caller, AccessKeyID: fmt.Sprintf("ASIAPERMISSIONS%05d", len(list)), SecretAccessKey: "public-test-secret", SessionToken: "public-test-token",
			ARN: role.Session("kmsconform"), Policies: policies,
		})
	}
	principals, err := server.NewPrincipals(list...)
	if err != nil {
		t.Fatal(err)
	}
	return principals
}

// withPermissions is a run of the contract, or of some scenarios, by sessions of the templates' roles.
func withPermissions(t *testing.T, instead map[string][]string, o runner.Options, gate target.Gate, defects ...defect.Defect) *report.Report {
	t.Helper()
	kms, err := reference.Target(reference.Options{Principals: roleSessions(t, instead), Defects: defects})
	if err != nil {
		t.Fatal(err)
	}
	kms.Gate = gate
	result, err := runner.Run(t.Context(), kms, o)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// came is what each scenario came to.
func came(r *report.Report) map[string]string {
	all := map[string]string{}
	for i := range r.Scenarios {
		all[r.Scenarios[i].ID] = string(r.Scenarios[i].Status)
	}
	return all
}

// TestPermissionsSuffice runs the whole contract with exactly the policies of the templates: everything comes to the same as
// for the root users, who may do everything.
func TestPermissionsSuffice(t *testing.T) {
	root, err := reference.Target(reference.Options{})
	if err != nil {
		t.Fatal(err)
	}
	unlimited, err := runner.Run(t.Context(), root, runner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	limited := withPermissions(t, nil, runner.Options{}, nil)
	want, got := came(unlimited), came(limited)
	if len(got) != len(want) || len(want) < 600 {
		t.Errorf("%d scenarios ran, and %d as root users", len(got), len(want))
	}
	for i := range limited.Scenarios {
		if s := &limited.Scenarios[i]; got[s.ID] != want[s.ID] {
			t.Errorf("%s: %s, and %s for a root user: %s %s", s.ID, s.Status, want[s.ID], s.Step, saysWhy(s))
		}
	}
	if want, got := unlimited.Answers, limited.Answers; len(got) != len(want) {
		t.Errorf("%d answers, and %d for the root users", len(got), len(want))
	} else {
		for i := range got {
			if got[i].Answer != want[i].Answer {
				t.Errorf("%s answers %s with %q, and with %q for a root user", got[i].Scenario, got[i].Question, got[i].Answer, want[i].Answer)
			}
		}
	}
}

// saysWhy is what somebody reads of a scenario that did not pass.
func saysWhy(s *report.Scenario) string {
	text := s.Reason
	if s.Divergence != nil {
		text += " " + s.Divergence.Actual
	}
	return text
}

// usage is which scenarios call which operation as which caller.
type usage struct {
	mu        sync.Mutex
	scenarios map[[2]string][]string // by caller and operation; the ids, each once
}

// Pass implements target.Gate.
func (*usage) Pass(context.Context, target.Call) error { return nil }

// Came implements target.Gate.
func (u *usage) Came(c target.Call, _ *target.Exchange) {
	u.mu.Lock()
	defer u.mu.Unlock()
	by := [2]string{c.Caller, c.Operation}
	if ids := u.scenarios[by]; !slices.Contains(ids, c.Scenario) {
		u.scenarios[by] = append(ids, c.Scenario)
	}
}

// operationsFor are those that a permission is asked for, where its name is not the operation's.
var operationsFor = map[cloudformation.Permission][]string{
	{Sid: "MakeTaggedKeys", Action: "kms:CreateKey"}:                    {"CreateKey"},
	{Sid: "TagNewKeys", Action: "kms:TagResource"}:                      {"CreateKey"},
	{Sid: "MakeMultiRegionKeys", Action: "iam:CreateServiceLinkedRole"}: {"ReplicateKey"}, // of a key of several Regions
	{Sid: "UseTaggedKeys", Action: "kms:ReEncryptFrom"}:                 {"ReEncrypt"},
	{Sid: "UseTaggedKeys", Action: "kms:ReEncryptTo"}:                   {"ReEncrypt"},
}

// elsewhere are the permissions that no scenario of the contract shows to be needed, and the test that does.
var elsewhere = map[string]map[cloudformation.Permission]string{
	"second-account": {
		{Sid: "TryKeysOfPrimary", Action: "kms:DeleteImportedKeyMaterial"}: "TestPermissionsInVain",
		{Sid: "TryKeysOfPrimary", Action: "kms:GetParametersForImport"}:    "TestPermissionsInVain",
		{Sid: "List", Action: "kms:ListKeys"}:                              "TestPermissionsOfSweep in package cloudformation",
	},
}

// atATime is how many scenarios are tried before all of those that use an operation.
const atATime = 12

// TestPermissionsAreNeeded runs the contract without one permission, for each of them: the run fails, and says which action
// is missing. It runs the scenarios that ask for the action, and stops at the first that fails.
func TestPermissionsAreNeeded(t *testing.T) {
	used := &usage{scenarios: map[[2]string][]string{}}
	withPermissions(t, nil, runner.Options{}, used)
	for _, caller := range []string{"primary", "second-account"} {
		role := templateRoles(t)[caller]
		permissions, err := role.Permissions()
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range permissions {
			if elsewhere[caller][p] != "" || testing.Short() && i%5 != 0 {
				continue
			}
			t.Run(caller+"/"+p.String(), func(t *testing.T) {
				without, err := role.Without(p)
				if err != nil {
					t.Fatal(err)
				}
				operations, special := operationsFor[p]
				if !special {
					operations = []string{strings.TrimPrefix(p.Action, "kms:")}
				}
				var ids []string
				for _, operation := range operations {
					ids = append(ids, used.scenarios[[2]string{caller, operation}]...)
				}
				slices.Sort(ids)
				if len(ids) == 0 {
					t.Fatalf("no scenario calls %s as %s: the permission is not needed", operations, caller)
				}
				if !failsFor(t, caller, without, p.Action, ids[:min(len(ids), atATime)]) && !failsFor(t, caller, without, p.Action, ids) {
					t.Errorf("%d scenarios call %s as %s, and none fails for want of %s: the permission is not needed", len(ids), operations, caller, p.Action)
				}
			})
		}
	}
}

// failsFor reports whether one of some scenarios fails and names the missing action.
func failsFor(t *testing.T, caller string, policies []string, action string, ids []string) bool {
	t.Helper()
	result := withPermissions(t, map[string][]string{caller: policies}, runner.Options{
		Selection: runner.Selection{Scenarios: ids}, FailFast: true,
	}, nil)
	return slices.ContainsFunc(result.Scenarios, func(s report.Scenario) bool {
		return s.Status != report.Passed && s.Status != report.Answered && strings.Contains(saysWhy(&s), "is not authorized to perform: "+action+" ")
	})
}

// opening is a KMS that lets another account do what it never may, where the policies of both accounts allow it.
func opening(operation string) defect.Defect {
	return defect.Defect{
		Name: "policies-open-" + strings.ToLower(operation), Operations: []string{operation},
		When: func(c *defect.Case) bool {
			key, found := c.Key()
			if !found || key.Account() == c.Caller.Account {
				return false
			}
			arn := key.ARN()
			described := *c
			described.Request = &kms.DescribeKeyInput{KeyId: &arn}
			return described.Permits() && slices.ContainsFunc(c.Caller.Policies, func(text string) bool {
				document, err := policy.ParseIdentity(text)
				if err != nil {
					return false
				}
				verdict := document.EvaluateIdentity(policy.Request{Principal: c.Caller.Principal, Account: c.Caller.Account, Action: "kms:" + operation, Resource: arn})
				return verdict == policy.Allow
			})
		},
		Rules: func(c *defect.Case) (kms.Answer, *kms.Error) {
			key, _ := c.Key()
			c.Caller = kms.Caller{Account: key.Account(), Principal: "arn:aws:iam::" + key.Account() + ":root"}
			return c.Right()
		},
	}
}

// TestPermissionsInVain shows what the permissions are for that nothing comes of on a KMS that is right: without them, the
// refusals would be for want of a permission, and a KMS that another account can be let into would go unnoticed.
func TestPermissionsInVain(t *testing.T) {
	for p, by := range elsewhere["second-account"] {
		if by != "TestPermissionsInVain" {
			continue
		}
		without, err := templateRoles(t)["second-account"].Without(p)
		if err != nil {
			t.Fatal(err)
		}
		// The scenarios of second-account alone: second-account-allowed is allowed everything.
		selected := runner.Options{Selection: runner.Selection{Profiles: []string{"cross-account"}}}
		wrong := opening(strings.TrimPrefix(p.Action, "kms:"))
		noticed := func(instead map[string][]string) bool {
			all := map[string][]string{"second-account-allowed": {}}
			for caller, policies := range instead {
				all[caller] = policies
			}
			result := withPermissions(t, all, selected, nil, wrong)
			return slices.ContainsFunc(result.Scenarios, func(s report.Scenario) bool { return s.Status == report.Failed })
		}
		if !noticed(nil) {
			t.Errorf("%s: a KMS that both policies open is not noticed with the permission", p)
		}
		if noticed(map[string][]string{"second-account": without}) {
			t.Errorf("%s: a KMS that both policies open is noticed without the permission, too: it is not needed", p)
		}
	}
}
