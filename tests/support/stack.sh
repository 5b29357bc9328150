#!/usr/bin/env bash
# A throw-away PostgreSQL and RabbitMQ for tests, on free ports, with everything they own in DIR.
#
#   stack.sh start DIR             prints lines of NAME='value', also kept in DIR/env
#   stack.sh stop DIR              stops both and removes their data
# For tests of failures, all on the same ports and data:
#   stack.sh restart-postgres DIR [--kill]     --kill: as after a power cut
#   stack.sh stop-postgres DIR [--kill]        stack.sh start-postgres DIR
#   stack.sh stop-rabbitmq DIR [--kill]        stack.sh start-rabbitmq DIR
#   stack.sh wipe-rabbitmq DIR                 stopped or not; queues and messages are gone, and it runs afterwards
# The pids are in DIR/postgres.pid and DIR/rabbitmq.pid. Commits reach the disk as in production.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
for part in output privileges ports secrets postgres rabbitmq; do
  # shellcheck source=/dev/null
  . "$root/deploy/lib/$part.sh"
done

usage() {
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
  exit 2
}

note_pids() {
  postgres_pid "$home" >"$dir/postgres.pid" || rm -f "$dir/postgres.pid"
  rabbitmq_pid "$home" >"$dir/rabbitmq.pid" || rm -f "$dir/rabbitmq.pid"
}

write_environment() {
  {
    echo "TEST_DATABASE_URL='postgresql://postgres:$password@127.0.0.1:$postgres_port/postgres'"
    echo "TEST_AMQP_URL='amqp://test:$password@127.0.0.1:$rabbitmq_base/test'"
    echo "TEST_AMQP_MANAGEMENT_URL='http://test:$password@127.0.0.1:$((rabbitmq_base + 2))'"
    echo "TEST_STACK_DIR='$dir'"
    echo "TEST_BIN_DIR='${TEST_BIN_DIR:-$root/build/release/bin}'"
  } | (umask 077 && cat >"$dir/env")
}

try_start() {
  # One for PostgreSQL, five for RabbitMQ.
  postgres_port=$(free_ports 6)
  rabbitmq_base=$((postgres_port + 1))
  postgres_start "$home" "$postgres_port" || return 1
  echo "$postgres_port" >"$dir/postgres.port"
  rabbitmq_configure "$home" "$rabbitmq_base" test "$password" test
  rabbitmq_start "$home" || return 1
}

start() {
  [[ ! -e $dir/env ]] || die "there is a stack in $dir already"
  password=$(random_secret)
  postgres_create "$home" "$password" --no-sync
  # Another program may take a port between the check and the start: choose again.
  for attempt in 1 2 3; do
    if try_start; then
      note_pids
      write_environment
      cat "$dir/env"
      return
    fi
    complain "attempt $attempt to start the test stack failed"
    postgres_stop "$home"
    rabbitmq_stop "$home"
    as_server_user rm -rf -- "$home/rabbitmq"
  done
  die "the test stack does not start; the messages of the servers are above"
}

stop() {
  # Nobody will read the data again, so there is no point in a slow, orderly end.
  rabbitmq_kill "$home"
  postgres_kill "$home"
  forget_server_home "$dir"
  rm -f -- "$dir"/{env,postgres.port,postgres.pid,rabbitmq.pid}
}

(($# >= 2)) || usage
command=$1
how=${3:-}
[[ -z $how || $how == --kill ]] || usage
mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
home=$(server_home "$dir")

end_postgres() { if [[ $how ]]; then postgres_kill "$home"; else postgres_stop "$home"; fi; }
end_rabbitmq() { if [[ $how ]]; then rabbitmq_kill "$home"; else rabbitmq_stop "$home"; fi; }
begin_postgres() { postgres_start "$home" "$(<"$dir/postgres.port")"; }

case $command in
  start) start ;;
  stop) stop ;;
  restart-postgres)
    end_postgres
    begin_postgres
    ;;
  stop-postgres) end_postgres ;;
  start-postgres) begin_postgres ;;
  stop-rabbitmq) end_rabbitmq ;;
  start-rabbitmq) rabbitmq_start "$home" ;;
  wipe-rabbitmq)
    rabbitmq_kill "$home"
    rabbitmq_wipe "$home"
    rabbitmq_start "$home"
    ;;
  *) usage ;;
esac
if [[ $command != stop ]]; then note_pids; fi
