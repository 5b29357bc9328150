# shellcheck shell=bash disable=SC2154  # shared variables belong to the script that sources this
# The one throw-away stack of a test run: started by the first part that needs it, stopped in any case.

stack=''

# A run that was killed outright could not clean up behind itself; the next one does.
stop_abandoned_stacks() {
  local folder
  for folder in "$root"/build/test-stacks/*/; do
    if [[ -d $folder && ! -d /proc/$(basename "$folder") ]]; then
      "$root/tests/support/stack.sh" stop "$folder" || true
      rm -rf -- "$folder"
    fi
  done
}

need_stack() {
  if [[ $stack ]]; then return; fi
  stop_abandoned_stacks
  stack=$root/build/test-stacks/$$
  say 'starting PostgreSQL and RabbitMQ'
  if ! run_logged "$logs/stack.log" "$root/tests/support/stack.sh" start "$stack"; then
    show_failure 'the start of the test stack' "$logs/stack.log" 40
    count 0 1
    end_stack
    return 1
  fi
  set -a
  # shellcheck source=/dev/null
  . "$stack/env"
  set +a
}

end_stack() {
  if [[ -z $stack ]]; then return; fi
  "$root/tests/support/stack.sh" stop "$stack" || complain "the test stack in $stack could not be stopped"
  rm -rf -- "$stack"
  stack=''
}
