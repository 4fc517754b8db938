// Package mykms shows how the maker of a KMS tests it with kmsconform. Copy this file, and take out the ways that are not
// yours.
package mykms

import (
	"context"
	"os"
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/emulator"
	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
	"github.com/kmsconform/kmsconform/fixtures/target"
	"github.com/kmsconform/kmsconform/runner"
)

// TestConformance runs every scenario of the profiles that are claimed as a subtest:
//
//	go test -run 'TestConformance/Key_states'
func TestConformance(t *testing.T) {
	runner.Test(t, kms(t), runner.Options{
		// Without profiles, all of the contract runs.
		Selection: runner.Selection{Profiles: []string{"core", "hmac"}},
		// With baseline.Load("kmsconform.baseline.yaml"), known divergences are logged and do not fail.
		Baseline: nil,
	})
}

// kms is the system under test: a container of the image in KMS_IMAGE, the server at the URL in KMS_ENDPOINT or, so that
// this example needs nothing, the reference KMS listening in this process.
func kms(t *testing.T) *target.Target {
	t.Helper()
	switch image, url := os.Getenv("KMS_IMAGE"), os.Getenv("KMS_ENDPOINT"); {
	case image != "":
		return inContainer(t, image)
	case url != "":
		return at(t, url)
	default:
		return inProcess(t)
	}
}

// inContainer starts the emulator that my-kms.yaml describes, and removes it at the end of the test.
func inContainer(t *testing.T, image string) *target.Target {
	t.Helper()
	preset, err := emulator.Load("./my-kms.yaml")
	if err != nil {
		t.Fatal(err)
	}
	running, err := emulator.Start(t.Context(), preset, emulator.Options{Image: image})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Stop(); err != nil {
			t.Error(err)
		}
	})
	made, err := running.Target(t.Context(), emulator.TargetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// at is a server that runs already. Without callers, they are the account numbers 111122223333 and 444455556666.
func at(t *testing.T, url string) *target.Target {
	t.Helper()
	made, err := target.NewEndpoint(target.EndpointOptions{URL: url, Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// inProcess serves a KMS that is written in Go in this process, on a free port.
func inProcess(t *testing.T) *target.Target {
	t.Helper()
	handler, err := reference.New(server.Options{}) // here goes your own
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	running, err := reference.Listen(ctx, "127.0.0.1:0", handler, nil)
	if err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() { // after the subtests, which run in parallel
		stop()
		if err := running.Wait(); err != nil {
			t.Error(err)
		}
	})
	return at(t, running.URL)
}
