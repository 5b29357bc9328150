#!/usr/bin/env bash
# join.sh EMAIL: what somebody does who was sent an invite: follows the link, and accepts the rules of the server.
# The sandbox plays the mailbox and Discord.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=deploy/lib/output.sh
. "$root/deploy/lib/output.sh"
# shellcheck source=/dev/null
. "$root/.state/env"
ciclo=$root/build/release/bin/ciclo
email=${1:?whose invite is to be followed?}
account=$((800000000000000000 + $(date +%s%3N)))

sandbox() { curl -fsS --max-time 10 -H 'Content-Type: application/json' -X "$1" -d "${3:-{\}}" "$CICLO_SANDBOX_URL/_sandbox$2"; }

# wait_for WHAT COMMAND...: until it prints something, for twenty seconds at most.
wait_for() {
  local what=$1 found deadline=$((SECONDS + 20))
  shift
  until found=$("$@") && [[ $found ]]; do
    ((SECONDS < deadline)) || die "not within 20 s: $what"
    sleep 0.2
  done
  printf '%s\n' "$found"
}

invite_in_mailbox() {
  sandbox GET '/state?part=resend.emails' | jq -r --arg to "$email" \
    '[.[] | select(.to == [$to]) | (.text // "") + .html | capture("discord\\.gg/(?<code>[A-Za-z0-9]+)").code] | last // empty'
}

is_linked() { "$ciclo" student show "$email" | grep -F "account $account" || true; }
role_of_account() {
  sandbox GET "/state?part=discord.members.$account" |
    jq -r '.roles[]' | grep -vx 700000000000000199 || true
}

heading 'Joining'
code=$(wait_for "an invite for $email" invite_in_mailbox)
sandbox POST "/discord/invites/$code/use" "{\"user_id\":\"$account\",\"username\":\"novato\",\"pending\":true}" >/dev/null
say "$email followed the invite $code"
wait_for "the account of $email is known by the invite" is_linked >/dev/null
sandbox POST "/discord/members/$account/accept" >/dev/null
say "$email accepted the rules of the server"
wait_for "the role of $email" role_of_account >/dev/null
"$ciclo" student show "$email" --wait 30
