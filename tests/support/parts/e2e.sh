# shellcheck shell=bash disable=SC2154
# The real services together, from the webhook to the sandbox's Discord and mailbox; and the sandbox itself.
if build_or_fail release && need_stack; then
  if [[ $(find "$root/tests/sandbox" -name "test_*.py" -print -quit) ]]; then run_pytest sandbox tests/sandbox; fi
  run_pytest e2e tests/e2e
fi
