package kms

import (
	"net/http/httptest"
	"os"
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
)

// TestConformance runs every scenario of the contract as a subtest:
//
//	go test -run 'TestConformance/Key_states/Nothing_was_ever_imported'
func TestConformance(t *testing.T) {
	server := httptest.NewServer(&Server{Wrong: os.Getenv("WRONG") != ""})
	t.Cleanup(server.Close)
	kms, err := target.NewEndpoint(target.EndpointOptions{URL: server.URL, Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	runner.Test(t, kms, runner.Options{})
}
