package steps

import (
	"context"
	"errors"
	"strings"
)

// ownSid is the Sid of a statement that only a policy of the scenario's own has.
const ownSid = "kmsconform-own"

// ownDescription is what UpdateKeyDescription says in a scenario.
const ownDescription = "kmsconform, described anew"

// adorn gives the key all that an owner can say about it.
func (s *Scenario) adorn(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	policy := policyOf(rootStatement(k), allow(ownSid, rootOf(k), "kms:DescribeKey"))
	return s.says(ctx, options{policy: policy}, "CreateAlias", "TagResource", "UpdateKeyDescription", "PutKeyPolicy")
}

func (s *Scenario) hasAlias(ctx context.Context) error { return s.says(ctx, options{}, "CreateAlias") }

// isTagged is the Given of the tag that policies in scenarios ask for.
func (s *Scenario) isTagged(ctx context.Context) error { return s.says(ctx, options{}, "TagResource") }

// says has the owner say something about the key, by each of the operations.
func (s *Scenario) says(ctx context.Context, with options, operations ...string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	for _, operation := range operations {
		o, err := s.operate(ctx, operation, k, k.from, with)
		if _, err = s.need(o, err, "DIKM-MATRIX-23"); err != nil {
			return err
		}
	}
	return nil
}

// isAdorned is the Then of what adorn said: two listings that are alike need not show anything. What the target does not
// implement is left out.
func (s *Scenario) isAdorned(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	for _, said := range []struct{ where, what string }{
		{"ListAliases", k.alias + " of " + k.id}, {"ListResourceTags", "Owner=kmsconform"}, {"GetKeyPolicy", ownSid},
		{"DescribeKey", ownDescription},
	} {
		if err := s.shows(ctx, k, said.where, said.what); err != nil {
			return err
		}
	}
	return nil
}

// shows wants to see something in what an operation tells of a key, for a while.
func (s *Scenario) shows(ctx context.Context, k *key, where, what string) error {
	s.result.Assertions++
	return s.stays(ctx, func(ctx context.Context) error {
		shot, err := s.told(ctx, where, k)
		var unimplemented *Unimplemented
		switch {
		case errors.As(err, &unimplemented):
			return nil
		case err != nil:
			return err
		case strings.Contains(shot, what):
			return nil
		default:
			return &Mismatch{Expected: where + " shows " + what, Actual: orAbsent(shot)}
		}
	})
}

// told renders what an operation tells of a key.
func (s *Scenario) told(ctx context.Context, operation string, k *key) (string, error) {
	o, err := s.operate(ctx, operation, k, k.from, options{})
	if o, err = s.need(o, err, ""); err != nil {
		return "", err
	}
	return listed(o.answer), nil
}
