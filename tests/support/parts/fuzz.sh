# shellcheck shell=bash disable=SC2154
# Random input for the parser of what strangers may send. New finds are kept in build/, the seeds stay as they are.
if build_or_fail fuzz fuzz-webhook-parser; then
  mkdir -p "$root/build/fuzz/corpus" "$root/build/fuzz/findings"
  run_check fuzz-webhook-parser "$root/build/fuzz/bin/fuzz-webhook-parser" -max_total_time="${FUZZ_SECONDS:-20}" \
    -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$root/build/fuzz/findings/" \
    "$root/build/fuzz/corpus" "$root/tests/fuzz/corpus"
fi
