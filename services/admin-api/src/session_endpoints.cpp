#include "config.hpp"
#include "credentials.hpp"
#include "endpoints.hpp"

#include "core/log.hpp"
#include "core/password.hpp"
#include "core/text.hpp"
#include "model/stores/account_store.hpp"
#include "model/stores/event_log.hpp"

#include <chrono>
#include <semaphore>

namespace ciclo::admin {

namespace {

using namespace std::chrono_literals;

// Passwords cost memory and time to check; the other workers stay free for everybody else.
std::counting_semaphore<2> password_checks{2};

class PasswordCheck {
public:
    PasswordCheck()
    {
        if (!password_checks.try_acquire_for(2s))
            throw Refusal{503, "Too many people sign in at once. Try again in a moment."};
    }
    ~PasswordCheck() { password_checks.release(); }
    PasswordCheck(const PasswordCheck&) = delete;
    PasswordCheck& operator=(const PasswordCheck&) = delete;
};

// An e-mail without account takes as long as one with: the time does not tell which exist.
const std::string& nobodys_hash()
{
    static const std::string hash = hash_password("nobody has this password");
    return hash;
}

net::HttpResponse too_many_attempts()
{
    auto answer = net::problem(429, "Too Many Requests",
                               "Too many attempts to sign in. Wait fifteen minutes, or use a personal token.");
    answer.headers.push_back(
        net::Header{"Retry-After", std::to_string(std::chrono::seconds{model::sign_in_window}.count())});
    return answer;
}

void write_person(JsonWriter& json, std::string_view user_id, std::string_view email, model::Role role)
{
    json.member("user_id", user_id).member("email", email).member("role", to_string(role));
}

} // namespace

net::HttpResponse sign_in_with_password(Call& call)
{
    const auto body = json_body(call.request);
    const auto email = lower_case(required_text(body.root(), "email", 254));
    const auto password = body.root()["password"].is_string() ? body.root()["password"].text() : std::string{};
    if (password.empty() || password.size() > model::most_password_length)
        throw Refusal{400, "`password` is missing, or longer than a password can be."};

    // Counted before it is looked at: many requests at once are as many tries.
    if (!may_try_password(model::count_sign_in_attempt(call.connection, email, call.caller_address))) {
        log::warning("a sign-in was refused: too many attempts", {{"email", masked_email(email)}});
        return too_many_attempts();
    }
    const auto account = model::find_account(call.connection, email);
    bool right = false;
    {
        const PasswordCheck turn;
        right = is_password(password, account ? account->password_hash : nobodys_hash());
    }
    if (!right || !account || !may(account->role, model::Permission::sign_in)) {
        log::warning("a sign-in was refused", {{"email", masked_email(email)}});
        throw Refusal{401, "The e-mail or the password is wrong."};
    }
    model::forgive_sign_in_attempt(call.connection, email, call.caller_address);
    const auto issued = model::issue_access_token(
        call.connection, {account->user_id, model::TokenKind::session, "", model::session_life});
    const auto& session = expect(issued);
    model::append_event(call.connection, {"admin.signed_in", account->user_id, model::audit_payload(""),
                                          model::AuditStatus::processed, "", account->user_id});
    JsonWriter json;
    json.begin_object();
    write_person(json, account->user_id, account->email, account->role);
    json.member("token", session.token).member("expires_at", session.expires_at).end_object();
    auto answer = json_answer(200, json);
    answer.headers.push_back(set_session_cookie(session.token, call.config.secure_cookie));
    return answer;
}

net::HttpResponse sign_out(Call& call)
{
    if (call.caller.kind != model::TokenKind::session)
        throw Refusal{409, "A personal token has no session to end. Take it back with DELETE /admin/tokens/{id}."};
    model::revoke_access_token(call.connection, call.caller.user_id, call.caller.token_id);
    auto answer = no_content();
    answer.headers.push_back(set_session_cookie("", call.config.secure_cookie));
    return answer;
}

net::HttpResponse show_me(Call& call)
{
    JsonWriter json;
    json.begin_object();
    write_person(json, call.caller.user_id, call.caller.email, call.caller.role);
    json.member("signed_in_with", call.caller.kind == model::TokenKind::session ? "session" : "token").end_object();
    return json_answer(200, json);
}

} // namespace ciclo::admin
