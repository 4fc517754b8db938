# kmsconform: `make run` runs the contract, `make test` proves the suite. Nothing but Go and make is needed;
# what needs Python 3 besides is left out without it, and says so.

SHELL := /bin/bash
.DEFAULT_GOAL := help
GO ?= go
BIN := bin/kmsconform

IMAGE ?= kmsconform
CA_CERTIFICATES ?= /etc/ssl/certs/ca-certificates.crt

# Tools, pinned. `go run` builds them once into Go's cache.
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
# Of Python; installed once into bin/.
PYTHON ?= python3
CFN_LINT_VERSION := 1.58.0
CFN_LINT := bin/cfn-lint-$(CFN_LINT_VERSION)/bin/cfn-lint

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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
test: vet lint actionlint cfn-lint race examples contract teeth ## Everything that proves the suite

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

# Without Python the check is left out, and says so; not in CI, where nobody would read it.
.PHONY: cfn-lint
cfn-lint: ## Lint the CloudFormation templates
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then $(MAKE) --no-print-directory cfn-lint-run; else \
	  echo "cfn-lint: NOT RUN. It needs Python 3.10 or later with venv (Debian: apt install python3-venv), or PYTHON=/path/to/python3."; \
	  test -z "$$CI"; \
	fi

.PHONY: cfn-lint-run
cfn-lint-run: $(CFN_LINT)
	$(CFN_LINT) -c I -- fixtures/aws/cloudformation/*.yaml

$(CFN_LINT):
	$(PYTHON) -m venv bin/cfn-lint-$(CFN_LINT_VERSION)
	bin/cfn-lint-$(CFN_LINT_VERSION)/bin/pip install --quiet --disable-pip-version-check cfn-lint==$(CFN_LINT_VERSION)

.PHONY: race
race: ## All Go tests, with the race detector (they run the contract, too)
	$(GO) test -race -timeout 30m ./...

.PHONY: examples
examples: ## The examples, which are modules of their own
	cd examples/vendor && $(GO) mod tidy -diff && $(GO) vet ./... && $(GO) test -count=1 ./...

.PHONY: contract
contract: build ## The contract as a user runs it
	$(BIN) run --no-color --report bin/report

.PHONY: test-emulators
test-emulators: ## The contract on real emulators in containers, against their baselines
	KMSCONFORM_EMULATORS=1 $(GO) test -count=1 -p 1 -timeout 20m -v -run '^(TestEmulators|TestDocker)' ./fixtures/emulator ./runner

.PHONY: baselines
baselines: ## Record the baselines of the emulators again, keeping their reasons
	KMSCONFORM_EMULATORS=write $(GO) test -count=1 -timeout 20m -v -run '^TestEmulators' ./runner

.PHONY: teeth
teeth: build ## Every seeded defect of the reference is noticed by the contract
	@mkdir -p bin/report
	$(BIN) teeth --json bin/report/teeth.json --html bin/report/teeth.html

.PHONY: mutate
mutate: ## The contract on mutants of the reference's rules, a few minutes (MUTATE='-resume -only paging.go')
	$(GO) run ./runner/mutate $(MUTATE)

.PHONY: fuzz
fuzz: ## Every fuzz target for FUZZTIME (default 10s) each
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $${FUZZTIME:-10s} $$package; \
	  done; \
	done

.PHONY: soak
soak: ## The contract SOAK times (default 200) on a difficult reference: no false alarms, and every defect still found
	$(GO) test ./runner -run 'TestSoak$$|TestDefectsShowInSpiteOfFaults|TestKilledRunsLeaveNothing|TestRunsKilled' -v -timeout 150m -args -soak $${SOAK:-200}

.PHONY: bench
bench: ## Speed of the contract, with the machine it was measured on
	@echo "machine: $$(uname -sm), $$(getconf _NPROCESSORS_ONLN) cores, $$(awk -F': ' '/model name/ {print $$2; exit}' /proc/cpuinfo 2>/dev/null), $$($(GO) version)"
	$(GO) test -run '^$$' -bench . -benchmem ./runner ./fixtures/... ./features

.PHONY: bench-aws
bench-aws: ## How long a run on AWS takes, by what its quotas allow, in simulated time
	$(GO) test ./runner -count=1 -run 'TestBenchAWS$$' -v -timeout 20m -args -bench-aws

.PHONY: image
image: ## A container image of the suite, which takes nothing from the network
	rm -rf bin/image && mkdir -p bin/image/report
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -ldflags '-s -w' -o bin/image/kmsconform ./runner/kmsconform
	cp $(CA_CERTIFICATES) bin/image/ca-certificates.crt
	cp Dockerfile.prebuilt bin/image/Dockerfile
	docker build -t $(IMAGE) bin/image

.PHONY: clean
clean: ## Remove what was built and reported
	rm -rf bin kmsconform-report
