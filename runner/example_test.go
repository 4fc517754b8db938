package runner_test

import (
	"context"
	"fmt"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/runner"
)

// One scenario on the embedded reference KMS. In tests, see Test.
func ExampleRun() {
	kms, err := reference.Target(reference.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := runner.Run(context.Background(), kms, runner.Options{
		Selection: runner.Selection{Scenarios: []string{"key-states/the-material-of-an-enabled-key-is-deleted"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, scenario := range result.Scenarios {
		fmt.Println(scenario.Name+":", scenario.Status)
	}
	// Output: The material of an enabled key is deleted: passed
}
