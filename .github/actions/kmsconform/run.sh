#!/usr/bin/env bash
# Runs the contract as the inputs say, shows the summary in the job, and ends with the exit code of the run.
set -uo pipefail

arguments=(run --no-color --report "${INPUT_REPORT:-kmsconform-report}")
if [[ -n "${INPUT_ENDPOINT:-}" ]]; then arguments+=(--endpoint "$INPUT_ENDPOINT"); fi
if [[ -n "${INPUT_EMULATOR:-}" ]]; then arguments+=(--emulator "$INPUT_EMULATOR"); fi
if [[ -n "${INPUT_BASELINE:-}" ]]; then arguments+=(--baseline "$INPUT_BASELINE"); fi
# read ends with an error at the end of the text, which is what is wanted.
wanted="${INPUT_PROFILE:-}"
read -r -d '' -a profiles <<< "${wanted//,/ }" || true
# The bash of macOS takes an empty array for an unset one.
for profile in ${profiles[@]+"${profiles[@]}"}; do arguments+=(--profile "$profile"); done
read -r -d '' -a further <<< "${INPUT_ARGS:-}" || true
arguments+=(${further[@]+"${further[@]}"})

summary="${INPUT_REPORT:-kmsconform-report}/summary.md"
rm -f "$summary" # that of an earlier run
kmsconform "${arguments[@]}"
code=$?
echo "exit-code=$code" >> "${GITHUB_OUTPUT:-/dev/null}"
if [[ -f "$summary" ]]; then
  cat "$summary" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
else
  echo "kmsconform could not run (exit code $code); the log of this step says why." >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
fi
case $code in
  0) ;;
  1) echo "::error::kmsconform: the KMS diverges from AWS KMS in ways that no baseline lists; the summary and the report say how." ;;
  2) echo "::error::kmsconform: wrong usage, or a baseline that does not fit; the log of this step says what to change." ;;
  *) echo "::error::kmsconform: the contract could not be run; the log of this step says why." ;;
esac
exit "$code"
