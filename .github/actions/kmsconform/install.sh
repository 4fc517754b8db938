#!/usr/bin/env bash
# Builds kmsconform, of the version asked for or of the checkout that this action is in, and puts it on the path.
set -euo pipefail

bin="${RUNNER_TEMP:?}/kmsconform-bin"
mkdir -p "$bin"
if [[ -n "${INPUT_VERSION:-}" ]]; then
  if [[ ! "$INPUT_VERSION" =~ ^[A-Za-z0-9][A-Za-z0-9._+-]*$ ]]; then
    echo "::error::kmsconform: the input version is no version; give one such as v1.2.3, or none."
    exit 2
  fi
  GOBIN="$bin" go install "github.com/kmsconform/kmsconform/runner/kmsconform@$INPUT_VERSION"
else
  go build -C "$GITHUB_ACTION_PATH/../../.." -buildvcs=false -o "$bin/kmsconform" ./runner/kmsconform
fi
echo "$bin" >> "$GITHUB_PATH"
