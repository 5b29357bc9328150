#include "endpoints.hpp"

#include "model/rules/operator_access.hpp"

#include <chrono>

namespace ciclo::admin {

net::HttpResponse list_tokens(Call& call)
{
    JsonWriter json;
    json.begin_object().key("tokens").begin_array();
    for (const auto& token : model::list_access_tokens(call.connection, call.caller.user_id)) {
        json.begin_object().member("id", token.id).member("name", token.name).member("created_at", token.created_at);
        json.member("expires_at", token.expires_at);
        member_or_null(json, "last_used_at", token.last_used_at);
        json.end_object();
    }
    json.end_array().end_object();
    return json_answer(200, json);
}

net::HttpResponse create_token(Call& call)
{
    const auto body = json_body(call.request);
    const auto name = required_text(body.root(), "name", 100);
    const auto days = integer_or(body.root(), "expires_in_days", model::default_token_days, 1, model::most_token_days);
    // A token that leaked must not be able to make others that outlive it.
    if (call.caller.kind != model::TokenKind::session)
        throw Refusal{403, "Only a session may make tokens: sign in with your password, or use the command line."};
    const auto issued = model::issue_access_token(
        call.connection, {call.caller.user_id, model::TokenKind::personal, name, std::chrono::hours{24 * days}});
    const auto& token = expect(issued);
    JsonWriter json;
    json.begin_object().member("id", token.id).member("name", name).member("token", token.token);
    json.member("expires_at", token.expires_at).end_object();
    return json_answer(201, json);
}

net::HttpResponse delete_token(Call& call)
{
    if (!model::revoke_access_token(call.connection, call.caller.user_id, uuid_of(call.captures[0], "token")))
        throw Refusal{404, "You have no token with this id. GET /admin/tokens lists yours."};
    return no_content();
}

} // namespace ciclo::admin
