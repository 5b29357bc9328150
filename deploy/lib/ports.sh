# shellcheck shell=bash disable=SC2034,SC2154  # shared variables belong to the script that sources this
# Which port belongs to whom: everything is an offset from CICLO_PORT_BASE, so two stacks can stand side by side.

declare -rA port_offset=(
  [webhook-gateway]=0
  [admin-api]=1
  [sandbox]=2
  [webhook-gateway-ops]=10
  [lifecycle-worker-ops]=11
  [discord-worker-ops]=12
  [messaging-worker-ops]=13
  [scheduler-ops]=14
  [discord-bot-ops]=15
  [admin-api-ops]=16
  [sync-worker-ops]=17
  [manychat-worker-ops]=18
  [postgresql]=30
  [rabbitmq]=40
)
# RabbitMQ takes five ports in a row: AMQP, its own cluster port, management, metrics, epmd.
readonly rabbitmq_ports=5

port_of() { printf '%s\n' $((port_base + port_offset[$1])); }

check_port_base() {
  if ! [[ $port_base =~ ^[0-9]{4,5}$ ]] || ((10#$port_base < 1024 || 10#$port_base > 65000)); then
    die "CICLO_PORT_BASE=$port_base: expected a number from 1024 to 65000"
  fi
}

# busy_ports PORT...: prints those that cannot be bound on 127.0.0.1 now.
busy_ports() {
  /usr/bin/python3 - "$@" <<'PYTHON'
import socket
import sys

for port in sys.argv[1:]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError:
            print(port)
PYTHON
}

# demand_free_port NAME FIRST [COUNT]
demand_free_port() {
  local name=$1 first=$2 count=${3:-1} busy
  # shellcheck disable=SC2046  # one word per port
  busy=$(busy_ports $(seq "$first" $((first + count - 1))) | tr '\n' ' ')
  [[ -z $busy ]] || die "port ${busy% } is taken by another program, and $name needs it." \
    "Choose other ports with CICLO_PORT_BASE (now $port_base), for example: CICLO_PORT_BASE=$((port_base + 1000)) deploy/up"
}

# free_ports COUNT: prints the first of so many free ports in a row. Below 32768, where outgoing connections
# get theirs; at random, because others choose at the same time.
free_ports() {
  local first
  for ((attempt = 0; attempt < 50; attempt++)); do
    first=$((20000 + RANDOM % 1190 * 10))
    if [[ -z $(busy_ports $(seq "$first" $((first + $1 - 1)))) ]]; then
      printf '%s\n' "$first"
      return
    fi
  done
  die 'found no free ports between 20000 and 32000'
}
