# shellcheck shell=bash disable=SC2154
# Style and the rules of the house, one check each. The build comes first: clang-tidy reads generated headers too.
mapfile -t files < <(cpp_files)
run_check clang-format clang-format-14 --dry-run -Werror "${files[@]}"
mapfile -t files < <(shell_files)
run_check shellcheck shellcheck -x "${files[@]}"
run_check include-graph /usr/bin/python3 tests/lint/include_graph.py
run_check co-await-rule /usr/bin/python3 tests/lint/co_await_rule.py
run_check compose /usr/bin/docker-compose --env-file deploy/compose.env.example --profile sandbox config -q
run_pytest lint-rules tests/lint
if build_or_fail release "${services[@]}" ciclo; then
  time_limit=$build_time_limit run_check clang-tidy /usr/bin/python3 tests/support/clang_tidy.py
fi
