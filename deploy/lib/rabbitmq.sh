# shellcheck shell=bash disable=SC2016,SC2034,SC2154  # shared variables belong to the script that sources this
# A private RabbitMQ with its own epmd: data in HOME/rabbitmq, five ports from the given one upward
# (AMQP, cluster, management, metrics, epmd). The node's name is known to its own epmd only, so all may have the same.
# /usr/sbin/rabbitmq* are wrappers for the system-wide server: not for us.

readonly rabbitmq_scripts=/usr/lib/rabbitmq/bin

# rabbitmq_configure HOME PORT USER PASSWORD VHOST: the user and the vhost are made at the first start on empty data.
rabbitmq_configure() {
  local folder=$1/rabbitmq port=$2
  as_server_user mkdir -p -m 700 "$folder" "$folder/mnesia" "$folder/log"
  as_server_user tee "$folder/enabled_plugins" <"$root/deploy/rabbitmq/enabled_plugins" >/dev/null
  {
    cat "$root/deploy/rabbitmq/rabbitmq.conf"
    cat <<CONF
listeners.tcp.default = 127.0.0.1:$port
management.tcp.ip = 127.0.0.1
management.tcp.port = $((port + 2))
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = $((port + 3))
default_user = $3
default_pass = $4
default_vhost = $5
CONF
  } | as_server_user sh -c '
    umask 077
    cat >"$1/rabbitmq.conf"
    : >"$1/env.conf"
    [ -s "$1/.erlang.cookie" ] || head -c 24 /dev/urandom | base64 | tr -dc A-Za-z0-9 >"$1/.erlang.cookie"
    chmod 400 "$1/.erlang.cookie"
    echo "$2" >"$1/port"' sh "$folder" "$port"
}

rabbitmq_port() { as_server_user cat "$1/rabbitmq/port" 2>/dev/null; }

# rabbitmq_pid HOME: prints the pid of our node while it runs; its folder is on its command line.
rabbitmq_pid() {
  local folder=$1/rabbitmq pid
  pid=$(as_server_user cat "$folder/beam.pid" 2>/dev/null) || return 1
  [[ $pid ]] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$folder" && printf '%s\n' "$pid"
}

rabbitmq_answers() {
  local port=$1
  # The protocol header; a broker that is ready answers with a frame.
  timeout 3 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "AMQP\0\0\x09\x01" >&3 && read -r -N 1 -t 2 <&3' \
    bash "$port" 2>/dev/null
}

rabbitmq_start() {
  local folder=$1/rabbitmq port pid patience=90
  port=$(rabbitmq_port "$1")
  # One process, replacing its shell (that is what RUNNING_UNDER_SYSTEMD asks for), so that the pid we see is the node's.
  # The scheduler options keep idle Erlang threads from spinning, which matters on a small machine.
  setsid "${server_user[@]}" env -i -C / PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME="$folder" \
    RUNNING_UNDER_SYSTEMD=true \
    RABBITMQ_NODENAME=ciclo@localhost RABBITMQ_MNESIA_BASE="$folder/mnesia" RABBITMQ_LOG_BASE="$folder/log" \
    RABBITMQ_CONF_ENV_FILE="$folder/env.conf" RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" \
    RABBITMQ_ADVANCED_CONFIG_FILE="$folder/advanced.config" RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins" \
    RABBITMQ_PID_FILE="$folder/rabbit.pid" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port" \
    RABBITMQ_DIST_PORT=$((port + 1)) ERL_EPMD_PORT=$((port + 4)) ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}' \
    sh -c 'exec "$1/rabbitmq-server" >"$2/stdout.log" 2>&1' sh "$rabbitmq_scripts" "$folder" </dev/null >/dev/null 2>&1 9>&- &
  pid=$!
  disown "$pid"
  as_server_user tee "$folder/beam.pid" <<<"$pid" >/dev/null
  for ((i = 0; i < patience * 5; i++)); do
    if rabbitmq_answers "$port"; then return; fi
    [[ -d /proc/$pid ]] || break
    sleep 0.2
  done
  as_server_user tail -n 20 "$folder/stdout.log" | sed 's/^/   | /' >&2
  return 1
}

# The helper daemon is shared by all nodes of its port, which are ours alone; it outlives them.
rabbitmq_stop_epmd() {
  local port
  port=$(rabbitmq_port "$1") || return 0
  ERL_EPMD_PORT=$((port + 4)) epmd -port $((port + 4)) -kill >/dev/null 2>&1 || true
}

rabbitmq_signal() {
  local pid
  if pid=$(rabbitmq_pid "$1"); then
    kill "-$2" "$pid"
    # Until the process is gone it still takes connections, and its data belongs to it.
    for ((i = 0; i < 600; i++)); do
      rabbitmq_pid "$1" >/dev/null || break
      sleep 0.1
    done
    if rabbitmq_pid "$1" >/dev/null; then kill -KILL "$pid"; fi
  fi
  rabbitmq_stop_epmd "$1"
}

rabbitmq_stop() { rabbitmq_signal "$1" TERM; }
rabbitmq_kill() { rabbitmq_signal "$1" KILL; }

# rabbitmq_wipe HOME: forgets every queue and message; the node must be stopped.
rabbitmq_wipe() {
  ! rabbitmq_pid "$1" >/dev/null || return 1
  as_server_user sh -c 'rm -rf -- "$1/mnesia" && mkdir -m 700 "$1/mnesia"' sh "$1/rabbitmq"
}
