package steps

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What a sentence about a key policy can say of a condition, and what it stands for.
const (
	aRelation = `is|is not|is like|is absent or is|is before|is after`
	aValue    = `the caller's account|another account|the caller's ARN|the other user's ARN|(?:` + aSpan + `) from now|[^\s']+`
	aGrantee  = `the key policy (allows|denies) (everybody|the account|the (?:role of the )?` + aCallable + ` caller) (everything but [A-Z]\w+|kms:[\w*?]+|[A-Z]\w+)`
)

// policyAbout is the Given that the key policy allows or denies somebody an operation, several, or all but one.
func (s *Scenario) policyAbout(ctx context.Context, verb, who, what, conditionKey, relation, value string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	caller, principal, err := s.principal(k, who)
	if err != nil {
		return err
	}
	st := statement{Sid: "kmsconform", Effect: "Allow", Principal: map[string]string{"AWS": principal}, Resource: "*"}
	if principal == "*" {
		st.Principal = principal
	}
	if verb == "denies" {
		st.Effect = "Deny"
	}
	exception, isException := strings.CutPrefix(what, "everything but ")
	switch {
	case isException:
		st.NotAction = []string{"kms:" + exception}
	case strings.HasPrefix(what, "kms:"):
		st.Action = []string{what}
	default:
		st.Action = []string{"kms:" + what}
	}
	if conditionKey != "" {
		operator, operand := s.condition(relation, value, caller)
		st.Condition = map[string]map[string]string{operator: {conditionKey: operand}}
	}
	return s.putPolicy(ctx, rootStatement(k), st)
}

// principal is how a key policy names somebody, and whose values a condition on it is about where it is a caller.
func (s *Scenario) principal(k *key, who string) (caller, principal string, err error) {
	switch who {
	case "everybody":
		return "primary", "*", nil
	case "the account":
		return "primary", rootOf(k), nil
	}
	caller = strings.TrimSuffix(strings.TrimPrefix(who, "the "), " caller")
	named, isRole := strings.CutPrefix(caller, "role of the ")
	arn, err := s.arnOf(named)
	if isRole && err == nil {
		arn, err = roleOf(arn)
	}
	return named, arn, err
}

// condition is the operator that compares a key's values as a sentence says, and the value it compares them with.
func (s *Scenario) condition(relation, value, caller string) (operator, operand string) {
	callers := s.session.Target().Callers
	switch value {
	case "the caller's account":
		value = callers[caller].Account
	case "another account":
		value = strings.Repeat("9", 12)
	case "the caller's ARN":
		value = callers[caller].ARN
	case "the other user's ARN":
		value = callers[caller].ARN + "-other"
	}
	if span, is := strings.CutSuffix(value, " from now"); is {
		if d, err := duration(span); err == nil { // the pattern lets nothing else through
			value = strconv.FormatInt(s.now().Add(d).Unix(), 10)
		}
	}
	switch {
	case relation == "is before":
		return "NumericLessThan", value // as the guide compares kms:ValidTo (DIKM-AUTH-14)
	case relation == "is after":
		return "NumericGreaterThan", value
	case value == "true" || value == "false":
		return "Bool", value
	}
	family, comparison := "String", map[string]string{
		"is": "Equals", "is not": "NotEquals", "is like": "Like", "is absent or is": "EqualsIfExists",
	}[relation]
	if strings.HasPrefix(value, "arn:") {
		family = "Arn"
	}
	return family + comparison, value
}

// policyAgainstOthers is the Given that the key policy denies an operation to everybody but a caller, and the owner and its root.
// Of a session AWS wants the role listed as well (IAM User Guide, NotPrincipal), and the owner is one where a run on AWS assumes
// a role.
func (s *Scenario) policyAgainstOthers(ctx context.Context, caller, operation string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	arn, err := s.arnOf(caller)
	if err != nil {
		return err
	}
	spared := []string{arn, rootOf(k)}
	if its := s.session.Target().Callers[k.from.caller].ARN; its != "" && !slices.Contains(spared, its) {
		spared = append(spared, its)
	}
	for _, session := range spared {
		if role, err := roleOf(session); err == nil {
			spared = append(spared, role)
		}
	}
	return s.putPolicy(ctx, rootStatement(k), statement{
		Sid: "kmsconform", Effect: "Deny", NotPrincipal: map[string][]string{"AWS": spared},
		Action: []string{"kms:" + operation}, Resource: "*",
	})
}

// roleOf is the ARN of the role that a session's principal has assumed. The path of a role does not show in it.
func roleOf(session string) (string, error) {
	parts := strings.Split(session, ":")
	assumed, is := strings.CutPrefix(parts[len(parts)-1], "assumed-role/")
	role, _, named := strings.Cut(assumed, "/")
	if !is || !named || len(parts) != 6 {
		return "", &Absent{Reason: fmt.Sprintf("needs a session of a role, and %s is none", session)}
	}
	return "arn:" + parts[1] + ":iam::" + parts[4] + ":role/" + role, nil
}
