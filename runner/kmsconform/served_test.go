package main

import (
	"context"
	"testing"

	"github.com/kmsconform/kmsconform/fixtures/reference"
	"github.com/kmsconform/kmsconform/fixtures/reference/defect"
	"github.com/kmsconform/kmsconform/fixtures/reference/server"
)

// referenceWith is a reference KMS with some defects, or without.
func referenceWith(t *testing.T, o server.Options, defects ...string) *server.Server {
	t.Helper()
	var wrong []defect.Defect
	for _, name := range defects {
		d, err := defect.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		wrong = append(wrong, d)
	}
	kms, err := reference.New(o, wrong...)
	if err != nil {
		t.Fatal(err)
	}
	return kms
}

// listening has a KMS answer on loopback until the test is over, and returns its URL.
func listening(t *testing.T, kms *server.Server) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	running, err := reference.Listen(ctx, "127.0.0.1:0", kms, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = running.Wait()
	})
	return running.URL
}

// served is the URL of a reference KMS over HTTP, with a defect or without.
func served(t *testing.T, defects ...string) string {
	t.Helper()
	return listening(t, referenceWith(t, server.Options{}, defects...))
}
