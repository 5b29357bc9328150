#!/usr/bin/env bash
# The demo school: one product that opens one Discord role. Running it again changes nothing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=deploy/lib/output.sh
. "$root/deploy/lib/output.sh"
# shellcheck source=/dev/null
. "$root/.state/env"
ciclo=$root/build/release/bin/ciclo

heading 'Demo catalogue'
"$ciclo" setting set welcome_channel_id 700000000000000301
"$ciclo" setting set visitor_role_id 700000000000000199
"$ciclo" product add --if-missing --name 'Clube de Leitura' --priority 10 \
  --identifier product.id=4100200 --discord-role 700000000000000101
