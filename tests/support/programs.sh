# shellcheck shell=bash disable=SC2154  # shared variables belong to the script that sources this
# Running one program of a part: output to a log, shown only when it fails; bounded in time; counted.

running=''
ahead=''
# From scratch on a small machine: compiling, and clang-tidy, which compiles everything too.
readonly build_time_limit=5400

# run_logged LOG COMMAND...: in the background, because bash handles Ctrl-C only between foreground commands.
# `timeout` puts the command into a process group of its own and passes signals on to all of it.
run_logged() {
  local log=$1 status=0
  shift
  timeout -k 10 "${time_limit:-${PART_TIMEOUT:-1200}}" "$@" </dev/null >"$log" 2>&1 &
  running=$!
  wait "$running" || status=$?
  running=''
  if ((status == 124)); then echo "stopped: it took longer than the time limit" >>"$log"; fi
  return "$status"
}

interrupted() {
  trap '' INT TERM
  complain 'interrupted: stopping'
  if [[ $running ]]; then
    kill -TERM "$running" 2>/dev/null || true
    wait "$running" 2>/dev/null || true
  fi
  end_ahead
  exit 130
}

# Long logs are shown from their end: that is where the verdict stands.
show_failure() {
  complain "--- $1 failed; the whole log: ${2#"$root/"}"
  tail -n "${3:-200}" "$2" >&2
  complain "--- end of $1"
}

# build_ahead PRESET PROGRAM...: in what is left over of the processors, while tests wait for something.
build_ahead() {
  nice -n 19 timeout -k 10 "$build_time_limit" env -C "$root" "$root/tests/support/build.sh" "$@" \
    </dev/null >"$logs/build-$1-ahead.log" 2>&1 &
  ahead=$!
}

end_ahead() {
  if [[ $ahead ]]; then
    kill -TERM "$ahead" 2>/dev/null || true
    wait "$ahead" 2>/dev/null || true
    ahead=''
  fi
}

# build_or_fail PRESET PROGRAM...
build_or_fail() {
  local preset=$1 log=$logs/build-$1.log
  shift
  say "building ($preset)"
  if [[ $ahead ]]; then
    wait "$ahead" || true # whether that went well shows in what is still to be done
    ahead=''
  fi
  if ! time_limit=$build_time_limit run_logged "$log" env -C "$root" "$root/tests/support/build.sh" "$preset" "$@"; then
    show_failure "the build ($preset)" "$log" 60
    count 0 1
    return 1
  fi
}

# run_catch NAME PROGRAM [OPTION...]: counts the test cases of its closing summary.
run_catch() {
  local name=$1 program=$2 log=$logs/$1.log status=0 summary passed=0 failed=0
  shift 2
  run_logged "$log" "$program" -r console "$@" || status=$?
  # Either "All tests passed (9 assertions in 3 test cases)" or "test cases: 3 | 2 passed | 1 failed".
  summary=$(grep -aE '^(All tests passed|test cases:)' "$log" | tail -n 1 || true)
  if [[ $summary =~ in\ ([0-9]+)\ test\ case ]]; then passed=${BASH_REMATCH[1]}; fi
  if [[ $summary =~ \|\ +([0-9]+)\ passed ]]; then passed=${BASH_REMATCH[1]}; fi
  if [[ $summary =~ \|\ +([0-9]+)\ failed ]]; then failed=${BASH_REMATCH[1]}; fi
  # A crash, or a sanitizer's report at the very end, fails no test case but the program.
  if ((status != 0 && failed == 0)); then failed=1; fi
  if ((status == 0 && passed == 0)); then failed=1; fi
  count "$passed" "$failed"
  if ((failed)); then show_failure "$name" "$log"; fi
}

# run_pytest NAME FOLDER [OPTION...]
run_pytest() {
  local name=$1 folder=$2 log=$logs/$1.log report=$logs/$1.xml status=0 counts passed=0 failed=0
  shift 2
  rm -f "$report"
  run_logged "$log" env -C "$root" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -q -p no:cacheprovider \
    --junitxml="$report" "$@" "$folder" || status=$?
  if counts=$(/usr/bin/python3 "$root/tests/support/junit_counts.py" "$report"); then read -r passed failed <<<"$counts"; fi
  if ((status != 0 && failed == 0)); then failed=1; fi
  count "$passed" "$failed"
  if ((failed)); then show_failure "$name" "$log"; fi
}

# run_check NAME COMMAND...: one thing that is right or wrong.
run_check() {
  local name=$1 log=$logs/$1.log
  shift
  if run_logged "$log" env -C "$root" "$@"; then
    count 1 0
  else
    count 0 1
    show_failure "$name" "$log"
  fi
}
