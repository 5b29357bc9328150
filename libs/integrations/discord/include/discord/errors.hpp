#pragma once

#include "core/result.hpp"
#include "net/http_client.hpp"

namespace ciclo::discord {

// JSON error codes that somebody acts on (Discord documentation, "Opcodes and Status Codes").
namespace code {
inline constexpr int unknown_invite = 10006;
inline constexpr int unknown_member = 10007;
inline constexpr int unknown_role = 10011;
inline constexpr int unknown_user = 10013;
inline constexpr int unknown_webhook = 10015;
inline constexpr int unknown_interaction = 10062;
inline constexpr int already_acknowledged = 40060;
inline constexpr int missing_access = 50001;
inline constexpr int cannot_message = 50007;
inline constexpr int missing_permissions = 50013;
inline constexpr int invalid_webhook_token = 50027;
} // namespace code

// The JSON code of an answer, 0 when it has none.
int error_code(const net::HttpAnswer& answer);

// What an answer that is no 2xx means to us. The code decides first, the status second.
//   not_found     the member, user, role, invite or webhook does not exist
//   refused       permissions, role order, wrong configuration: a person must change something
//   unauthorized  the bot token is not accepted: stop calling
//   rate_limited  with the time to wait; a 429 that is not the API's own waits for minutes
//   unavailable   5xx
//   internal      anything else: our own mistake, or an answer we do not understand
Error classify(const net::HttpAnswer& answer);

} // namespace ciclo::discord
