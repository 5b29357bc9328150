# shellcheck shell=bash disable=SC2034,SC2154  # shared variables belong to the script that sources this
# The services of ciclo on this machine: which there are, what each is told, and whether it has to be started again.

readonly services=(webhook-gateway lifecycle-worker discord-bot discord-worker manychat-worker messaging-worker sync-worker scheduler admin-api)

# Everything the services share. The caller's environment may change the settings that are a matter of choice.
service_environment() {
  local name=$1
  cat <<ENV
DATABASE_URL='$database_url'
AMQP_URL='$amqp_url'
OPS_ADDRESS='127.0.0.1:$(port_of "$name-ops")'
LOG_LEVEL='${LOG_LEVEL:-info}'
LOCALE='${LOCALE:-pt-BR}'
ENV
  feature_flags
  chosen_settings CANCELLATION_POLICY PAYMENT_GRACE_DAYS BASE_CURRENCY
  case $name in
    webhook-gateway)
      echo "LISTEN_ADDRESS='127.0.0.1:$(port_of webhook-gateway)'"
      echo "HOTMART_HOTTOK='$(secret hottok)'"
      chosen_settings HOTMART_HMAC_SECRET
      ;;
    admin-api)
      echo "LISTEN_ADDRESS='127.0.0.1:$(port_of admin-api)'"
      echo "SESSION_COOKIE_SECURE='${SESSION_COOKIE_SECURE:-false}'"
      chosen_settings TRUST_FORWARDED_FOR BRAKE_MAX_REVOCATIONS
      ;;
    discord-bot)
      discord_environment
      chosen_settings DISCORD_GATEWAY_URL DISCORD_REGISTRATION_CHANNEL_ID
      ;;
    discord-worker)
      discord_environment
      chosen_settings BRAKE_MAX_REVOCATIONS
      ;;
    manychat-worker) manychat_environment ;;
    messaging-worker) email_environment ;;
    scheduler) chosen_settings SWEEP_INTERVAL_SECONDS ;;
    sync-worker)
      hotmart_environment
      meta_environment
      chosen_settings SYNC_LANES RAW_EVENT_RETENTION_DAYS BRAKE_MAX_REVOCATIONS HOTMART_CALLS_PER_MINUTE HOTMART_PAGE_SIZE
      ;;
  esac
}

feature_flags() {
  cat <<ENV
HOTMART_ENABLED='${HOTMART_ENABLED:-true}'
DISCORD_ENABLED='${DISCORD_ENABLED:-true}'
EMAIL_ENABLED='${EMAIL_ENABLED:-true}'
MANYCHAT_ENABLED='${MANYCHAT_ENABLED:-false}'
WHATSAPP_ENABLED='${WHATSAPP_ENABLED:-false}'
ENV
}

# chosen_settings NAME...: those that the caller has set; the services know the defaults of the others.
chosen_settings() {
  local name
  for name in "$@"; do
    if [[ ${!name:-} ]]; then echo "$name='${!name//\'/\'\\\'\'}'"; fi
  done
}

discord_environment() {
  cat <<ENV
DISCORD_API_URL='$sandbox_url/api/v10'
DISCORD_BOT_TOKEN='sandbox-bot-token'
DISCORD_GUILD_ID='700000000000000001'
DISCORD_NOTIFICATION_WEBHOOK='$sandbox_url/api/webhooks/700000000000000401/sandbox-webhook-token'
ENV
}

hotmart_environment() {
  cat <<ENV
HOTMART_API_URL='$sandbox_url/hotmart'
HOTMART_TOKEN_URL='$sandbox_url/hotmart/security/oauth/token'
HOTMART_CLIENT_ID='sandbox-client'
HOTMART_CLIENT_SECRET='sandbox-secret'
ENV
}

meta_environment() {
  cat <<ENV
META_API_URL='$sandbox_url/meta/v25.0'
META_ACCESS_TOKEN='sandbox-meta-token'
META_WABA_ID='300000000000001'
ENV
}

manychat_environment() {
  cat <<ENV
MANYCHAT_API_URL='$sandbox_url/manychat'
MANYCHAT_API_TOKEN='100200300:sandbox-token'
ENV
  chosen_settings MANYCHAT_CONSENT_PHRASE MANYCHAT_CREATE_CONTACTS MANYCHAT_PHONE_FIELD MANYCHAT_VERIFY_DAYS
}

email_environment() {
  cat <<ENV
RESEND_API_URL='$sandbox_url/resend'
RESEND_API_KEY='re_sandbox'
EMAIL_FROM='Escola Exemplo <ola@escola.example>'
ENV
}

# keep_running NAME NEWEST_FILE ENVIRONMENT COMMAND...: starts it, or starts it again when its program
# or what it is told has changed; leaves it alone otherwise.
keep_running() {
  local name=$1 newest=$2 environment=$3 file=$state/run/$1.environment
  shift 3
  if process_pid "$name" >/dev/null; then
    if [[ $environment == "$(<"$file")" && ! $newest -nt $state/run/$name.pid ]]; then return; fi
    say "$name has changed and is started again"
    process_stop "$name"
  fi
  mkdir -p "$state/run"
  (umask 077 && printf '%s\n' "$environment" >"$file")
  process_start "$name" "$file" "$@"
  started+=("$name")
}

start_sandbox() {
  local newest
  newest=$(find "$root/tests/sandbox" -type f ! -name '*.pyc' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
  keep_running sandbox "$newest" '' "$root/tests/sandbox/sandbox" --listen "127.0.0.1:$(port_of sandbox)"
}

start_services() {
  local name
  for name in "${services[@]}"; do
    keep_running "$name" "$binaries/$name" "$(service_environment "$name")" "$binaries/$name"
  done
}

# wait_until_ready NAME URL: bounded; a process that died or does not get ready shows the end of its log.
wait_until_ready() {
  local name=$1 url=$2 patience=60 deadline
  deadline=$((SECONDS + patience))
  until curl -fs -o /dev/null --max-time 3 "$url"; do
    if ! process_pid "$name" >/dev/null; then
      tail_of "$state/log/$name.log"
      die "$name ended right after its start"
    fi
    if ((SECONDS >= deadline)); then
      tail_of "$state/log/$name.log"
      complain "$url says: $(curl -sS --max-time 3 "$url" 2>&1 || true)"
      die "$name is not ready after $patience s"
    fi
    sleep 0.2
  done
}

wait_for_services() {
  local name
  wait_until_ready sandbox "$sandbox_url/healthz"
  for name in "${services[@]}"; do
    wait_until_ready "$name" "http://127.0.0.1:$(port_of "$name-ops")/readyz"
  done
}

# In the order of the flow, so that nothing new comes in while the rest is finishing.
stop_services() {
  local name
  for name in "${services[@]}" sandbox; do process_stop "$name"; done
}
