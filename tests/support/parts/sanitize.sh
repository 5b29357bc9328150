# shellcheck shell=bash disable=SC2154
# Unit and integration tests with memory and undefined-behaviour checks.
if build_or_fail sanitize ciclo-unit-tests ciclo-integration-tests && need_stack; then
  export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
  run_catch sanitize-unit "$root/build/sanitize/bin/ciclo-unit-tests"
  run_catch sanitize-integration "$root/build/sanitize/bin/ciclo-integration-tests"
  unset ASAN_OPTIONS UBSAN_OPTIONS
fi
