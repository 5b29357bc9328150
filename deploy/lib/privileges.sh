# shellcheck shell=bash disable=SC2034,SC2154  # shared variables belong to the script that sources this
# Who runs what. Packages need root; the two servers must not be root (PostgreSQL refuses it).

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root, and there is no sudo here. Run as root: $*"
  fi
}

server_user=()
if ((EUID == 0)); then
  server_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs)
fi

# as_server_user COMMAND...: with a bare environment and outside of the caller's folder, which it may not be able to read.
as_server_user() {
  "${server_user[@]}" env -i -C / PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/ "$@"
}

give_to_server_user() {
  if ((EUID == 0)); then chown nobody:nogroup "$1"; fi
}

# server_home PLACE: prints the folder for the servers' data, normally PLACE/servers. A clone in a
# folder that the server user cannot enter (root's home, say) gets one under /var/tmp, noted in PLACE/server-home.
server_home() {
  local place=$1 home=$1/servers
  if [[ -s $place/server-home ]]; then
    home=$(<"$place/server-home")
    if [[ -d $home ]]; then
      printf '%s\n' "$home"
      return
    fi
  fi
  home=$place/servers
  mkdir -p "$home"
  chmod 700 "$home"
  give_to_server_user "$home"
  if ! as_server_user test -x "$home"; then
    rmdir "$home"
    home=$(mktemp -d /var/tmp/ciclo-XXXXXXXX)
    give_to_server_user "$home"
    printf '%s\n' "$home" >"$place/server-home"
  fi
  printf '%s\n' "$home"
}

# forget_server_home PLACE: removes the data of both servers.
forget_server_home() {
  local home
  if [[ -s $1/server-home ]]; then
    home=$(<"$1/server-home")
    case $home in
      /var/tmp/ciclo-*) rm -rf -- "$home" ;;
    esac
  fi
  rm -rf -- "$1/servers" "$1/server-home"
}
