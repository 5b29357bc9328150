# shellcheck shell=bash disable=SC2034,SC2154  # shared variables belong to the script that sources this
# Passwords of this installation: made up once, kept with mode 0600, the same at every start.

random_secret() { head -c 30 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 32; }

# secret NAME: prints it, making it up the first time.
secret() {
  local file=$state/secrets/$1
  mkdir -p "$state/secrets"
  chmod 700 "$state/secrets"
  if [[ ! -s $file ]]; then
    (umask 077 && random_secret >"$file.new")
    mv "$file.new" "$file"
  fi
  printf '%s\n' "$(<"$file")"
}
