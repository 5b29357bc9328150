# shellcheck shell=bash disable=SC2034,SC2154  # shared variables belong to the script that sources this
# Counting: each part adds what passed and failed; a part that counts nothing has failed.

total_passed=0 total_failed=0 part='' part_passed=0 part_failed=0 part_started=0

begin_part() {
  part=$1 part_passed=0 part_failed=0 part_started=$SECONDS
  heading "$part"
}

# count PASSED FAILED
count() {
  part_passed=$((part_passed + $1))
  part_failed=$((part_failed + $2))
}

end_part() {
  if ((part_passed + part_failed == 0)); then
    complain "$part ran nothing at all, which counts as a failure"
    part_failed=1
  fi
  say "$part_passed passed, $part_failed failed, $((SECONDS - part_started)) s"
  total_passed=$((total_passed + part_passed))
  total_failed=$((total_failed + part_failed))
}

report_total() {
  printf '%s passed, %s failed\n' "$total_passed" "$total_failed"
  ((total_failed == 0)) || exit 1
}
