# shellcheck shell=bash disable=SC2154
# Measurements: their numbers are the point, so they are always shown.
if build_or_fail release && need_stack; then
  for program in "$root"/build/release/bin/ciclo-bench-*; do
    [[ -x $program ]] || continue
    name=$(basename "$program")
    run_check "$name" "$program"
    cat "$logs/$name.log"
  done
fi
