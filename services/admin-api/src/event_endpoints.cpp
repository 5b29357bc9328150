#include "bells.hpp"
#include "endpoints.hpp"

#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/stores/event_search.hpp"
#include "model/stores/student_store.hpp"

#include <fmt/core.h>

namespace ciclo::admin {

namespace {

constexpr int default_page = 50;
constexpr int longest_page = 500;

std::optional<Time> query_time(const net::HttpRequest& request, std::string_view name)
{
    const auto text = query_text(request, name, 40);
    if (text.empty())
        return std::nullopt;
    const auto time = time_from_text(text);
    if (!time)
        throw Refusal{400, fmt::format("`{}` is no time: write for example 2026-11-19T00:00:00Z.", name)};
    return time;
}

// By id or e-mail. Nothing when nobody is known by it.
std::optional<std::string> wanted_student(Call& call)
{
    const auto text = query_text(call.request, "student", 254);
    if (text.empty() || is_uuid(text))
        return text;
    if (text.find('@') == std::string::npos)
        throw Refusal{400, "`student` must be the id or the e-mail of a student."};
    return model::find_student_id(call.connection, text);
}

void write_event(JsonWriter& json, const model::FoundEvent& event)
{
    json.begin_object().member("id", event.id).member("created_at", event.created_at).member("type", event.type);
    json.member("status", event.status);
    member_or_null(json, "actor_id", event.actor_id);
    member_or_null(json, "student_id", event.target_id);
    json.member_raw("payload", event.payload);
    member_or_null(json, "error_message", event.error_message);
    json.end_object();
}

net::HttpResponse page_of_events(const std::vector<model::FoundEvent>& events, int limit)
{
    // One more than the page was asked for: it tells whether there is another page.
    const auto shown = std::min(events.size(), static_cast<std::size_t>(limit));
    JsonWriter json;
    json.begin_object().key("events").begin_array();
    for (std::size_t i = 0; i < shown; ++i)
        write_event(json, events[i]);
    json.end_array();
    member_or_null(json, "next_cursor", events.size() > shown ? events[shown - 1].id : "");
    json.end_object();
    return json_answer(200, json);
}

} // namespace

net::HttpResponse list_events(Call& call)
{
    model::EventFilter filter;
    filter.type = query_text(call.request, "type", 100);
    filter.status = query_text(call.request, "status", 20);
    if (!filter.status.empty() && filter.status != "processed" && filter.status != "failed" &&
        filter.status != "ignored")
        throw Refusal{400, "`status` must be processed, failed or ignored."};
    filter.from = query_time(call.request, "from");
    filter.to = query_time(call.request, "to");
    const auto cursor = query_text(call.request, "cursor", 40);
    if (!cursor.empty() && !is_uuid(cursor))
        throw Refusal{400, "`cursor` must be the `next_cursor` of the page before."};
    const int limit = query_integer(call.request, "limit", default_page, 1, longest_page);
    const auto student = wanted_student(call);
    if (!student)
        return page_of_events({}, limit);
    filter.target_id = *student;
    return page_of_events(model::search_events(call.connection, filter, cursor, limit + 1), limit);
}

net::HttpResponse retry_event(Call& call)
{
    const auto retried = model::retry_event(call.connection, uuid_of(call.captures[0], "event"), call.caller.user_id);
    const auto& effect = expect(retried);
    ring_effect(call.publisher, effect);
    JsonWriter json;
    json.begin_object().member("event_id", call.captures[0]).member("correlation_id", effect.correlation_id);
    json.member("message", "Retry enqueued").end_object();
    return json_answer(202, json);
}

} // namespace ciclo::admin
