# shellcheck shell=bash disable=SC2154
# Measurements: their numbers are the point, so they are always shown.
if build_or_fail release && need_stack; then
  run_check bench "$root/tests/bench/run"
  cat "$logs/bench.log"
fi
