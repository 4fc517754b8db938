package steps

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// createGrant grants a principal one operation on a key: the owner's account, and Encrypt, where a sentence names none.
func createGrant(ctx context.Context, s *Scenario, c *kms.Client, k *key, id *string, o options) (*outcome, error) {
	granted := o.granted
	if granted == "" {
		granted = string(types.GrantOperationEncrypt)
	}
	grantee := o.grantee
	if grantee == "" {
		grantee = rootOf(k)
	}
	return invoke(ctx, s, "CreateGrant", c.CreateGrant, &kms.CreateGrantInput{
		KeyId: id, GranteePrincipal: &grantee, Operations: []types.GrantOperation{types.GrantOperation(granted)},
		Name: aws.String("kmsconform"),
	})
}

func listGrants(ctx context.Context, s *Scenario, c *kms.Client, _ *key, id *string, _ options) (*outcome, error) {
	return invoke(ctx, s, "ListGrants", c.ListGrants, &kms.ListGrantsInput{KeyId: id})
}

// hasGrant is the Given of a key with a grant.
func (s *Scenario) hasGrant(ctx context.Context) error { return s.grant(ctx, options{}) }

// hasGrantFor is the Given of a grant of one operation to a caller whom nothing else permits it.
func (s *Scenario) hasGrantFor(ctx context.Context, operation, caller string) error {
	arn, err := s.arnOf(caller)
	if err != nil {
		return err
	}
	return s.grant(ctx, options{granted: operation, grantee: arn})
}

func (s *Scenario) grant(ctx context.Context, o options) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	made, err := s.operate(ctx, "CreateGrant", k, k.from, o)
	_, err = s.need(made, err, "DIKM-STATE-20")
	return err
}

// grantRemains is the Then of a key that had a grant.
func (s *Scenario) grantRemains(ctx context.Context) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	return s.shows(ctx, k, "ListGrants", " to "+rootOf(k)+" Encrypt")
}

// isGranted is the When of a grant of one operation, whether or not there can be one. The SDK sends any name.
func (s *Scenario) isGranted(ctx context.Context, operation string) error {
	return s.calledOn(ctx, "CreateGrant", "the key", options{granted: operation})
}

// grantsListed are the grants of an answer, as a snapshot compares them.
func grantsListed(a *kms.ListGrantsOutput) []string {
	var items []string
	for _, g := range a.Grants {
		item := aws.ToString(g.GrantId) + " to " + aws.ToString(g.GranteePrincipal)
		for _, operation := range g.Operations {
			item += " " + string(operation)
		}
		items = append(items, item)
	}
	return items
}
