#include "bells.hpp"
#include "endpoints.hpp"

#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/stores/onboarding_desk.hpp"

#include <algorithm>
#include <chrono>

namespace ciclo::admin {

namespace {

constexpr int default_hours = 24;
constexpr int most_hours = 24 * 365;

void write_student(JsonWriter& json, const model::StuckStudent& student)
{
    json.begin_object().member("student_id", student.user_id).member("email", student.email);
    member_or_null(json, "name", student.name);
    member_or_null(json, "phone", student.phone);
    json.member("waiting_since", student.waiting_since).member("token_expires_at", student.token_expires_at);
    json.member("token_is_good", student.token_is_good);
    member_or_null(json, "last_message", student.last_message);
    member_or_null(json, "last_message_status", student.last_message_status);
    member_or_null(json, "last_error", student.last_error);
    json.end_object();
}

} // namespace

net::HttpResponse list_stuck_onboardings(Call& call)
{
    const int hours = query_integer(call.request, "older_than_hours", default_hours, 0, most_hours);
    const int limit = query_integer(call.request, "limit", 50, 1, 500);
    const auto cursor = query_text(call.request, "cursor", 40);
    if (!cursor.empty() && !is_uuid(cursor))
        throw Refusal{400, "`cursor` must be the `next_cursor` of the page before."};
    const auto students =
        model::stuck_onboardings(call.connection, now() - std::chrono::hours{hours}, cursor, limit + 1);
    const auto shown = std::min(students.size(), static_cast<std::size_t>(limit));
    JsonWriter json;
    json.begin_object().key("students").begin_array();
    for (std::size_t i = 0; i < shown; ++i)
        write_student(json, students[i]);
    json.end_array();
    member_or_null(json, "next_cursor", students.size() > shown ? students[shown - 1].user_id : "");
    json.end_object();
    return json_answer(200, json);
}

net::HttpResponse renew_onboarding_token(Call& call)
{
    const auto body = json_body(call.request, true);
    const auto wish = body.root()["send_email"];
    if (wish.exists() && !wish.boolean())
        throw Refusal{400, "`send_email` must be true or false."};
    const bool send_email = wish.boolean().value_or(false);
    const auto student_id = uuid_of(call.captures[0], "student");
    const auto renewed =
        model::renew_onboarding_token(call.connection, student_id, send_email, call.caller.user_id, now());
    const auto& token = expect(renewed);
    ring_manychat(call.publisher, student_id, token.correlation_id);
    if (!token.email_id.empty())
        ring_email(call.publisher, token.email_id, token.correlation_id);
    JsonWriter json;
    json.begin_object().member("student_id", student_id).member("token", token.token);
    json.member("expires_at", token.expires_at).member("email_queued", !token.email_id.empty()).end_object();
    return json_answer(201, json);
}

} // namespace ciclo::admin
