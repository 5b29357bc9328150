# shellcheck shell=bash disable=SC2154
# The libraries against a real PostgreSQL and a real RabbitMQ.
if build_or_fail release ciclo-integration-tests && need_stack; then
  run_catch integration "$root/build/release/bin/ciclo-integration-tests"
fi
