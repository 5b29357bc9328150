# shellcheck shell=bash disable=SC2016,SC2034,SC2154  # shared variables belong to the script that sources this
# Debian packages: installs what the named lists in deploy/packages ask for and the machine lacks.

listed_packages() {
  local list
  for list in "$@"; do
    sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$root/deploy/packages/$list.txt"
  done
}

missing_packages() {
  local -A present=()
  local package status
  local -a wanted
  mapfile -t wanted < <(listed_packages "$@")
  while read -r package status; do
    if [[ $status == i[itW] ]]; then present[$package]=1; fi
  done < <(dpkg-query -W -f='${Package} ${db:Status-Abbrev}\n' "${wanted[@]}" 2>/dev/null || true)
  for package in "${wanted[@]}"; do
    [[ ${present[$package]:-} ]] || printf '%s\n' "$package"
  done
}

# Both server packages start a system-wide server on its default port when they are installed. We run
# private ones, so the start is denied for the time of the installation, unless the machine has its own rule.
install_packages() {
  as_root sh -c '
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap '\''rm -f "$policy"'\'' EXIT
      trap "exit 130" INT TERM
      printf "#!/bin/sh\nexit 101\n" >"$policy"
      chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    # One unreachable source need not matter; what is really missing fails the installation below.
    apt-get -q update || true
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
  ' install "$@"
}

ensure_packages() {
  command -v dpkg-query >/dev/null || die "this needs a Debian machine (made for Debian 12); elsewhere use docker-compose.yml"
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then return; fi
  heading "Installing ${#missing[@]} packages"
  say "${missing[*]}"
  install_packages "${missing[@]}" || die "the packages could not be installed; apt-get's messages are above"
}
