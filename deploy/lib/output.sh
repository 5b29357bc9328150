# shellcheck shell=bash disable=SC2034,SC2154  # shared variables belong to the script that sources this
# What people see: one short line per step, and one clear line when something is wrong.

if [[ -t 1 ]]; then
  bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
  bold='' plain=''
fi

heading() { printf '%s== %s%s\n' "$bold" "$*" "$plain"; }
say() { printf '   %s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }
die() {
  complain "error: $*"
  exit 1
}

# tail_of LOG: the end of a log, indented so that it stands apart from our own lines.
tail_of() {
  complain "the last lines of $1:"
  tail -n 20 -- "$1" 2>/dev/null | sed 's/^/   | /' >&2 || true
}
