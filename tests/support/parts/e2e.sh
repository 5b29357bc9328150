# shellcheck shell=bash disable=SC2154
# The real services together, from the webhook to the sandbox's Discord and mailbox; and the sandbox itself.
if build_or_fail release "${services[@]}" ciclo && need_stack; then
  if [[ " ${parts[*]} " == *' sanitize '* ]]; then build_ahead sanitize ciclo-unit-tests ciclo-integration-tests; fi
  if [[ $(find "$root/tests/sandbox" -name "test_*.py" -print -quit) ]]; then run_pytest sandbox tests/sandbox; fi
  # Most tests wait more than they compute; those that stop the servers need them for themselves.
  run_pytest e2e tests/e2e -n 2 --dist loadfile -m 'not alone'
  run_pytest e2e-alone tests/e2e -m alone
fi
