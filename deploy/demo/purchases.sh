#!/usr/bin/env bash
# Two purchases as Hotmart would report them: one by a member of the Discord server, who gets the role,
# and one by somebody new, who gets an invite by e-mail and joins by it. Each run makes fresh transactions.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=deploy/lib/output.sh
. "$root/deploy/lib/output.sh"
# shellcheck source=/dev/null
. "$root/.state/env"
ciclo=$root/build/release/bin/ciclo

now=$(date +%s%3N)
member=rita.alves@aluna.example
newcomer=caio.mendes.$now@aluno.example

# post_purchase EMAIL FIRST_NAME LAST_NAME TRANSACTION SUBSCRIBER
post_purchase() {
  local answer
  # The token goes through a file descriptor: a command line can be read by every user of the machine.
  answer=$(jq --arg email "$1" --arg first "$2" --arg last "$3" --arg transaction "$4" --arg subscriber "$5" \
    --arg id "$(</proc/sys/kernel/random/uuid)" --argjson now "$now" -f "$root/deploy/demo/purchase.jq" \
    "$root/deploy/demo/purchase_approved.json" |
    curl -sS --fail-with-body --max-time 10 -H 'Content-Type: application/json' \
      -H @<(printf 'X-HOTMART-HOTTOK: %s\n' "$HOTMART_HOTTOK") --data-binary @- "$CICLO_GATEWAY_URL/webhooks/hotmart") ||
    die "the gateway did not take the purchase: $answer"
}

heading 'Demo purchases'
"$ciclo" student link "$member" 700000000000001001
post_purchase "$member" Rita Alves "HP$now" "RA$((now % 100000000))"
post_purchase "$newcomer" Caio Mendes "HP$((now + 1))" "CM$((now % 100000000))"
for student in "$member" "$newcomer"; do
  "$ciclo" student show "$student" --wait 30
done
"$root/deploy/demo/join.sh" "$newcomer"
