#pragma once

#include "core/result.hpp"
#include "model/rules/operator_access.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Sessions and personal tokens: table access_tokens, which holds their hashes only.
namespace ciclo::model {

enum class TokenKind { session, personal };

struct NewAccessToken {
    std::string user_id;
    TokenKind kind = TokenKind::personal;
    std::string name; // of a personal one
    std::chrono::hours life{};
};

struct IssuedToken {
    std::string id;
    std::string token;      // shown once: "ciclo_" and 64 hexadecimal digits
    std::string expires_at; // ISO 8601
};

// `duplicate` when the person has a personal token of that name, `refused` when there are too many.
Result<IssuedToken> issue_access_token(postgres::Connection& connection, const NewAccessToken& wanted);

// Whose token it is, with the role of this moment.
struct TokenOwner {
    std::string token_id;
    TokenKind kind;
    std::string user_id;
    std::string email;
    Role role;
};

// Nothing when it is unknown, over, or taken back. Notes that it was used.
std::optional<TokenOwner> find_token_owner(postgres::Connection& connection, std::string_view token);

struct AccessTokenView {
    std::string id;
    std::string name;
    std::string created_at;
    std::string expires_at;
    std::string last_used_at; // empty: never
};

// The personal ones that are still good.
std::vector<AccessTokenView> list_access_tokens(postgres::Connection& connection, const std::string& user_id);

// False when this person has no such token.
bool revoke_access_token(postgres::Connection& connection, const std::string& user_id, const std::string& id);

} // namespace ciclo::model
