# shellcheck shell=bash disable=SC2016,SC2034,SC2154  # shared variables belong to the script that sources this
# A private PostgreSQL: its data in HOME/postgresql, TCP on 127.0.0.1 only (a socket's path may be too long).

readonly postgres_bin=/usr/lib/postgresql/15/bin

# postgres_create HOME PASSWORD [INITDB_OPTION...]: a new cluster with the superuser `postgres`, unless there is one.
postgres_create() {
  local folder=$1/postgresql password=$2
  shift 2
  if as_server_user test -e "$folder/data/ready"; then return; fi
  rm -rf -- "$folder"
  as_server_user mkdir -p -m 700 "$folder"
  # A password on a command line can be read by every user of the machine: through a file, then.
  as_server_user sh -c 'umask 077; cat >"$1"' sh "$folder/password" <<<"$password"
  as_server_user "$postgres_bin/initdb" -D "$folder/data" -U postgres --auth-local=peer --auth-host=scram-sha-256 \
    --pwfile="$folder/password" -E UTF8 --locale=C.UTF-8 --data-checksums "$@" >/dev/null
  as_server_user rm "$folder/password"
  as_server_user sh -c 'echo "include = '\''ciclo.conf'\''" >>"$1/postgresql.conf"; : >"$1/ready"' sh "$folder/data"
}

# postgres_pid HOME: prints the pid while our server runs. It lives in its data folder, and no other process does.
postgres_pid() {
  local data=$1/postgresql/data pid
  pid=$(as_server_user head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 1
  [[ $pid && $(as_server_user readlink "/proc/$pid/cwd" 2>/dev/null) -ef $data ]] && printf '%s\n' "$pid"
}

# Where nobody reaps orphans (a container whose first process is not an init) a dead server keeps its pid,
# and the next one would take it for a living rival.
postgres_forget_dead() {
  local file=$1/postgresql/data/postmaster.pid pid
  pid=$(as_server_user head -n 1 "$file" 2>/dev/null) || return 0
  if [[ $(ps -o stat= -p "$pid" 2>/dev/null) == Z* ]]; then as_server_user rm -f "$file"; fi
}

postgres_start() {
  local folder=$1/postgresql port=$2
  postgres_forget_dead "$1"
  as_server_user tee "$folder/data/ciclo.conf" <"$root/deploy/postgresql/ciclo.conf" >/dev/null
  as_server_user "$postgres_bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" \
    -o "-c port=$port -c unix_socket_directories=''" start >/dev/null 9>&- || {
    as_server_user tail -n 20 "$folder/server.log" | sed 's/^/   | /' >&2
    return 1
  }
}

postgres_stop() {
  postgres_pid "$1" >/dev/null || return 0
  as_server_user "$postgres_bin/pg_ctl" -D "$1/postgresql/data" -m fast -w -t 60 stop >/dev/null
}

# postgres_kill HOME: what a power cut does to it. The children notice on their own; wait for them,
# because they hold the shared memory that the next start needs.
postgres_kill() {
  local pid children
  pid=$(postgres_pid "$1") || return 0
  children=$(pgrep -P "$pid" || true)
  kill -KILL "$pid"
  for child in $pid $children; do
    while kill -0 "$child" 2>/dev/null && [[ $(as_server_user readlink "/proc/$child/cwd" 2>/dev/null) ]]; do sleep 0.05; done
  done
}

# postgres_query PORT PASSWORD DATABASE [PSQL_OPTION...]: statements from standard input, rows to standard output.
postgres_query() {
  local port=$1 password=$2 database=$3
  shift 3
  PGPASSWORD=$password PGCONNECT_TIMEOUT=5 "$postgres_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$port" -U postgres -d "$database" "$@"
}
