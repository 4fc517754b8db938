package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/kmsconform/kmsconform/fixtures/target"
)

// statement is a statement of a key policy, as much of it as scenarios write.
type statement struct {
	Sid          string                       `json:"Sid,omitempty"`
	Effect       string                       `json:"Effect"`
	Principal    any                          `json:"Principal,omitempty"` // "*", or principals by their kind
	NotPrincipal map[string][]string          `json:"NotPrincipal,omitempty"`
	Action       []string                     `json:"Action,omitempty"`
	NotAction    []string                     `json:"NotAction,omitempty"`
	Resource     string                       `json:"Resource"`
	Condition    map[string]map[string]string `json:"Condition,omitempty"`
}

// rootStatement is the one statement of the default policy: the owner's account may do everything, and IAM decides for
// its principals (DIKM-AUTH-10).
func rootStatement(k *key) statement { return allow("Enable IAM User Permissions", rootOf(k), "kms:*") }

func rootOf(k *key) string {
	parts := strings.SplitN(k.arn, ":", 6)
	if len(parts) < 6 {
		return k.arn
	}
	return "arn:" + parts[1] + ":iam::" + parts[4] + ":root"
}

func allow(sid, principal string, actions ...string) statement {
	return statement{Sid: sid, Effect: "Allow", Principal: map[string]string{"AWS": principal}, Action: actions, Resource: "*"}
}

func policyOf(statements ...statement) string {
	b, err := json.Marshal(struct {
		Version   string      `json:"Version"`
		ID        string      `json:"Id"`
		Statement []statement `json:"Statement"`
	}{"2012-10-17", "kmsconform", statements})
	if err != nil {
		panic(err) // statements are strings only
	}
	return string(b)
}

// putPolicy replaces the key's policy in a Given.
func (s *Scenario) putPolicy(ctx context.Context, statements ...statement) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	o, err := s.operate(ctx, "PutKeyPolicy", k, owner, options{policy: policyOf(statements...)})
	_, err = s.need(o, err, "DIKM-AUTH-17")
	return err
}

// arnOf is the principal ARN of a caller; a caller whose ARN is not known cannot be named in a policy.
func (s *Scenario) arnOf(caller string) (string, error) {
	c, is := s.session.Target().Callers[caller]
	if !is {
		var missing *target.Missing
		if _, err := s.session.Target().Caller(caller); errors.As(err, &missing) && missing.Why != "" {
			return "", &Absent{Reason: missing.Why}
		}
		return "", &Absent{Reason: fmt.Sprintf("needs a caller %q: add --caller %s=...", caller, caller)}
	}
	if c.ARN == "" {
		return "", &Absent{Reason: fmt.Sprintf("needs the ARN of caller %q, which the target's STS did not tell", caller)}
	}
	s.placed["caller ARN"] = c.ARN
	return c.ARN, nil
}

// policyForSecondAccount allows another account everything, which for some operations is in vain (DIKM-AUTH-02).
func (s *Scenario) policyForSecondAccount(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	second, err := s.secondAccount()
	if err != nil {
		return err
	}
	return s.putPolicy(ctx, rootStatement(k), allow("kmsconform", "arn:aws:iam::"+second+":root", "kms:*"))
}

// secondAccount is the account number of the second account's caller, where the target tells accounts apart at all.
func (s *Scenario) secondAccount() (string, error) {
	t := s.session.Target()
	c, err := t.Caller("second-account")
	switch {
	case err != nil:
		return "", absent(err)
	case c.Account == "" || c.Account == t.Callers["primary"].Account:
		return "", &Absent{Reason: "needs two accounts: the target treats the caller second-account as one of the account of primary"}
	}
	return c.Account, nil
}

// policyWithoutIAM names the owner's root for everything that the scenario needs but the delete, and names nobody else: IAM
// is not consulted for the delete.
func (s *Scenario) policyWithoutIAM(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	return s.putPolicy(ctx, allow("kmsconform", rootOf(k), "kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:DescribeKey",
		"kms:ScheduleKeyDeletion", "kms:ListResourceTags", "kms:ListAliases", "kms:ListGrants", "kms:Encrypt"))
}

func (s *Scenario) policyIsDefault(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	return s.putPolicy(ctx, rootStatement(k))
}

// callerCalls is the When of a caller other than the owner.
func (s *Scenario) callerCalls(ctx context.Context, caller, operation, phrase string) error {
	from := origin{caller: caller, region: "primary"}
	if strings.HasPrefix(caller, "second-account") {
		if _, err := s.secondAccount(); err != nil {
			return err
		}
	}
	if c := s.session.Target().Callers[caller]; c.ARN != "" {
		s.placed["caller ARN"] = c.ARN
	}
	return s.callWith(ctx, operation, from, phrase, "")
}

// callerImports has the owner fetch the parameters and the caller import with them, as the phrases say.
func (s *Scenario) callerImports(ctx context.Context, caller, variants string) error {
	if err := s.fetched(ctx); err != nil {
		return err
	}
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	plan := importPlan{fetchedBefore: true}
	if err := s.vary(&plan, k, variants); err != nil {
		return err
	}
	c, err := s.client(origin{caller: caller, region: "primary"})
	if err != nil {
		return err
	}
	return s.record(s.importWith(ctx, c, k, &k.id, plan))
}

// lockedOut calls PutKeyPolicy with a policy that KMS must refuse.
func (s *Scenario) putsBadPolicy(ctx context.Context, which string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	policy := policyOf(allow("kmsconform", rootOf(k), "kms:DescribeKey"))
	if which == "for a principal that does not exist" {
		nobody := strings.TrimSuffix(rootOf(k), ":root") + ":user/kmsconform-nobody-" + randomHex(8)
		policy = policyOf(rootStatement(k), allow("kmsconform-nobody", nobody, "kms:DescribeKey"))
	}
	return s.record(s.operate(ctx, "PutKeyPolicy", k, owner, options{policy: policy}))
}

// defaultPolicy reads the policy of the last answer: one statement, the account root, kms:*, allowed.
func (s *Scenario) defaultPolicy() error {
	o, err := s.last()
	if err != nil {
		return err
	}
	answer, is := o.answer.(*kms.GetKeyPolicyOutput)
	if !is || answer.Policy == nil {
		return s.check(false, "a key policy", o.String())
	}
	var doc struct {
		Statement []struct {
			Effect    string
			Principal map[string]any
			Action    any
		}
	}
	if err := json.Unmarshal([]byte(*answer.Policy), &doc); err != nil {
		return s.check(false, "a key policy that is a JSON document", err.Error())
	}
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	got := fmt.Sprintf("%d statements", len(doc.Statement))
	if len(doc.Statement) == 1 {
		st := doc.Statement[0]
		got = fmt.Sprintf("%s %v %v", st.Effect, st.Principal["AWS"], st.Action)
	}
	want := fmt.Sprintf("Allow %s kms:*", rootOf(k))
	return s.check(got == want, want, got)
}
