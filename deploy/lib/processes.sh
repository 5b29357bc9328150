# shellcheck shell=bash disable=SC2034,SC2154  # shared variables belong to the script that sources this
# Processes of our own in the background: one pid file and one log each. A pid is believed only together
# with the start time that was noted for it: after a reboot the same number may be somebody else's program.

# started_at PID: the kernel's start time of a living process, in clock ticks since boot.
started_at() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  # The name in parentheses may hold blanks, so count the fields after it.
  local -a fields
  read -ra fields <<<"${stat##*) }"
  [[ ${fields[0]} != Z ]] && printf '%s\n' "${fields[19]}"
}

# process_pid NAME: prints the pid while our process lives, fails otherwise.
process_pid() {
  local file=$state/run/$1.pid pid
  [[ -s $file && -s $state/run/$1.started ]] || return 1
  pid=$(<"$file")
  [[ $(started_at "$pid") == "$(<"$state/run/$1.started")" ]] && printf '%s\n' "$pid"
}

# process_start NAME ENVIRONMENT_FILE COMMAND...: only PATH and HOME come from the caller's environment.
process_start() {
  local name=$1 environment=$2 pid
  shift 2
  mkdir -p "$state/run" "$state/log"
  # Logs may name people.
  chmod 700 "$state/run" "$state/log"
  (
    keep_path=$PATH keep_home=${HOME:-/}
    for variable in $(compgen -e); do unset "$variable" 2>/dev/null || true; done
    export PATH=$keep_path HOME=$keep_home LC_ALL=C.UTF-8
    set -a
    # shellcheck disable=SC1090  # written by write_environment
    . "$environment"
    set +a
    # Descriptor 9 is the lock of deploy/up: a daemon that inherits it would hold it for ever.
    exec setsid nohup "$@" </dev/null >>"$state/log/$name.log" 2>&1 9>&-
  ) &
  pid=$!
  started_at "$pid" >"$state/run/$name.started" || true
  printf '%s\n' "$pid" >"$state/run/$name.pid"
}

# process_stop NAME [SECONDS]: asks first, insists after the given time.
process_stop() {
  local name=$1 patience=${2:-20} pid
  if pid=$(process_pid "$name"); then
    kill -TERM "$pid" 2>/dev/null || true
    for ((i = 0; i < patience * 10; i++)); do
      process_pid "$name" >/dev/null || break
      sleep 0.1
    done
    if process_pid "$name" >/dev/null; then
      say "$name did not stop within $patience s and is killed"
      kill -KILL "$pid" 2>/dev/null || true
    fi
  fi
  rm -f -- "$state/run/$name".{pid,started,environment}
}
