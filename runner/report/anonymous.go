package report

import (
	"regexp"
	"slices"
	"strings"
)

var exampleAccounts = []string{"111122223333", "444455556666", "777788889999", "123456789012"}

var (
	session = regexp.MustCompile(`(:assumed-role/)[^"\s,]+`)
	user    = regexp.MustCompile(`(:(?:user|role)/)[^"\s,]+`)
)

// ExampleAccounts are the account ids that stand for a run's own where something is published: AWS's examples, the first
// for the primary account, the second for the other one.
func ExampleAccounts() []string { return slices.Clone(exampleAccounts) }

// Anonymous returns what replaces a run's account ids in a text by AWS's example ones, and the names of its principals.
func Anonymous(t Target) func(string) string {
	var accounts []string
	for _, name := range []string{"primary", "second-account"} {
		for _, c := range t.Callers {
			if c.Name == name {
				accounts = append(accounts, c.Account)
			}
		}
	}
	for _, c := range t.Callers {
		accounts = append(accounts, c.Account)
	}
	var pairs []string
	n := 0
	seen := map[string]bool{"": true}
	for _, account := range accounts {
		if seen[account] {
			continue
		}
		seen[account] = true
		pairs = append(pairs, account, exampleAccounts[min(n, len(exampleAccounts)-1)])
		n++
	}
	replace := strings.NewReplacer(pairs...)
	return func(text string) string {
		text = session.ReplaceAllString(text, "${1}role/session")
		return replace.Replace(user.ReplaceAllString(text, "${1}name"))
	}
}
