# kmsconform: `make run` runs the contract, `make test` proves the suite. Nothing but Go and make is needed.

SHELL := /bin/bash
.DEFAULT_GOAL := help
GO ?= go
BIN := bin/kmsconform

# Tools, pinned. `go run` builds them once into Go's cache.
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build the command into bin/
	$(GO) build -o $(BIN) ./runner/kmsconform

.PHONY: run
run: build ## Run the full contract on the embedded reference KMS
	$(BIN) run

.PHONY: serve
serve: build ## Serve the reference KMS on 127.0.0.1:4599
	$(BIN) serve

.PHONY: test
test: vet lint actionlint race contract ## Everything that proves the suite

.PHONY: vet
vet: ## go vet, formatting, go.mod
	$(GO) vet ./...
	@test -z "$$(gofmt -l .)" || { echo "not formatted, run gofmt -w:"; gofmt -l .; exit 1; }
	$(GO) mod tidy -diff

.PHONY: lint
lint: build ## Lint the Go code and the contract
	$(GO) run $(GOLANGCI_LINT) run
	$(BIN) lint

.PHONY: actionlint
actionlint: ## Lint the GitHub workflows
	$(GO) run $(ACTIONLINT)

.PHONY: race
race: ## All Go tests, with the race detector (they run the contract, too)
	$(GO) test -race ./...

.PHONY: contract
contract: build ## The contract as a user runs it
	$(BIN) run --no-color --report bin/report

.PHONY: fuzz
fuzz: ## Every fuzz target for FUZZTIME (default 10s) each
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $${FUZZTIME:-10s} $$package; \
	  done; \
	done

.PHONY: bench
bench: ## Speed of the contract, with the machine it was measured on
	@echo "machine: $$(uname -sm), $$(getconf _NPROCESSORS_ONLN) cores, $$(awk -F': ' '/model name/ {print $$2; exit}' /proc/cpuinfo 2>/dev/null), $$($(GO) version)"
	$(GO) test -run '^$$' -bench . -benchmem ./runner ./fixtures/... ./features

.PHONY: clean
clean: ## Remove what was built and reported
	rm -rf bin kmsconform-report
