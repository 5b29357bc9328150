# shellcheck shell=bash disable=SC2154
# Pure rules and parsers: no server, no network.
if build_or_fail release ciclo-unit-tests; then
  run_catch unit "$root/build/release/bin/ciclo-unit-tests"
fi
