# shellcheck shell=bash disable=SC2034,SC2154  # shared variables belong to the script that sources this
# The local stack as a whole: where things are, and its two servers. Sourced first by deploy/up, down and status.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
state=$root/.state
binaries=$root/build/release/bin
for part in output privileges packages ports secrets processes postgres rabbitmq services; do
  # shellcheck source=/dev/null
  . "$root/deploy/lib/$part.sh"
done

# While a stack is up it keeps its ports, whether or not the variable is set again.
port_base=${CICLO_PORT_BASE:-}
if [[ -z $port_base && -s $state/port-base ]]; then port_base=$(<"$state/port-base"); fi
port_base=${port_base:-8080}
check_port_base
sandbox_url=http://127.0.0.1:$(port_of sandbox)
gateway_url=http://127.0.0.1:$(port_of webhook-gateway)
admin_url=http://127.0.0.1:$(port_of admin-api)
admin_email=admin@escola.example

open_state() {
  if [[ -e $state && ! -O $state ]]; then
    die "$state belongs to $(stat -c %U "$state"): run this as that user, or as root remove that folder"
  fi
  # The server user has to pass through here; what is secret has a mode of its own.
  mkdir -p "$state"
  chmod 755 "$state"
  # One at a time. Every daemon started below closes descriptor 9 again.
  exec 9>"$state/lock"
  flock -w 600 9 || die "another deploy/up or deploy/down has been at work for ten minutes"
}

stop_stack() {
  local home
  stop_services
  [[ -d $state/servers || -s $state/server-home ]] || return 0
  home=$(server_home "$state")
  rabbitmq_stop "$home"
  postgres_stop "$home"
}

# A stack that stands on other ports is stopped, and its data moves along.
settle_ports() {
  local name
  if [[ -s $state/port-base && $(<"$state/port-base") != "$port_base" ]]; then
    heading "Moving the stack from port $(<"$state/port-base") to $port_base"
    stop_stack
  fi
  for name in "${services[@]}"; do
    process_pid "$name" >/dev/null || demand_free_port "$name" "$(port_of "$name-ops")"
  done
  for name in webhook-gateway admin-api sandbox; do
    process_pid "$name" >/dev/null || demand_free_port "$name" "$(port_of "$name")"
  done
  postgres_pid "$home" >/dev/null || demand_free_port PostgreSQL "$(port_of postgresql)"
  rabbitmq_pid "$home" >/dev/null || demand_free_port RabbitMQ "$(port_of rabbitmq)" "$rabbitmq_ports"
  printf '%s\n' "$port_base" >"$state/port-base"
}

start_postgres() {
  local port password
  port=$(port_of postgresql)
  password=$(secret postgres)
  postgres_create "$home" "$password"
  if ! postgres_pid "$home" >/dev/null; then
    say "PostgreSQL on port $port"
    postgres_start "$home" "$port" || die "PostgreSQL does not start; its last messages are above"
  fi
  # The services own their database and nothing else.
  postgres_query "$port" "$password" postgres -v password="$(secret database)" <<'SQL'
select format('create role ciclo login password %L', :'password')
 where not exists (select from pg_roles where rolname = 'ciclo') \gexec
select 'create database ciclo owner ciclo'
 where not exists (select from pg_database where datname = 'ciclo') \gexec
SQL
  database_url=postgresql://ciclo:$(secret database)@127.0.0.1:$port/ciclo
}

start_rabbitmq() {
  local port
  port=$(port_of rabbitmq)
  if ! rabbitmq_pid "$home" >/dev/null; then
    say "RabbitMQ on port $port (ten seconds or so)"
    rabbitmq_configure "$home" "$port" ciclo "$(secret rabbitmq)" ciclo
    rabbitmq_start "$home" || die "RabbitMQ does not start; its last messages are above"
  fi
  amqp_url=amqp://ciclo:$(secret rabbitmq)@127.0.0.1:$port/ciclo
}

# The first admin, and a personal token for programs on this machine. A token that the database does not know any
# more (its data was wiped, or somebody took it back) is replaced.
create_admin() {
  local token=$state/secrets/admin-token
  "$binaries/ciclo" admin create "$admin_email" --if-missing < <(secret admin-password) >/dev/null
  if [[ -s $token ]] && curl -fs -o /dev/null --max-time 5 -H "Authorization: Bearer $(<"$token")" "$admin_url/admin/me"; then
    return
  fi
  (umask 077 && "$binaries/ciclo" admin token "$admin_email" --name "deploy/up $(date -u +%Y-%m-%dT%H:%M:%SZ)" --days 3650 \
    2>/dev/null >"$token.new") || die "no token for $admin_email could be made"
  mv "$token.new" "$token"
}

# What a person or a test needs to talk to this stack: sourcing it exports everything in it.
write_environment() {
  {
    cat <<ENV
# Written by deploy/up. Use it with:  . .state/env
set -a
DATABASE_URL='$database_url'
AMQP_URL='$amqp_url'
CICLO_GATEWAY_URL='$gateway_url'
CICLO_SANDBOX_URL='$sandbox_url'
HOTMART_HOTTOK='$(secret hottok)'
CICLO_ADMIN_URL='$admin_url'
ENV
    if [[ -s $state/secrets/admin-token ]]; then echo "CICLO_ADMIN_TOKEN='$(<"$state/secrets/admin-token")'"; fi
    discord_environment
    email_environment
    hotmart_environment
    meta_environment
    manychat_environment
    feature_flags
    echo 'set +a'
  } | (umask 077 && cat >"$state/env.new")
  mv "$state/env.new" "$state/env"
}
