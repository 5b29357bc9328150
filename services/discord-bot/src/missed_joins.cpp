#include "missed_joins.hpp"

#include "core/log.hpp"
#include "model/stores/join_store.hpp"
#include "newcomers.hpp"

#include <algorithm>

namespace ciclo::discord_bot {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto pause_after_failure = 5s;
constexpr auto pause_after_refusal = 10min; // until a person has changed something

} // namespace

void MissedJoins::session_began()
{
    is_reading_ = true;
    last_read_.clear();
}

void MissedJoins::step(postgres::Connection& connection)
{
    if (!is_reading_ || Clock::now() < not_before_)
        return;
    const Time since = now() - use_of_welcome;
    const auto page = client_.members_after(last_read_);
    if (!page) {
        const Error& error = page.error();
        const bool is_refused = error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::refused;
        log::warning("who joined meanwhile could not be read", {{"error", error.detail}});
        not_before_ =
            Clock::now() + (is_refused ? std::chrono::milliseconds{pause_after_refusal}
                                       : std::max<std::chrono::milliseconds>(error.retry_after, pause_after_failure));
        return;
    }
    if (page->empty()) {
        is_reading_ = false;
        return;
    }
    for (const discord::Member& member : *page)
        if (!member.is_bot && member.joined_at && *member.joined_at >= since)
            model::record_missed_join(connection, member.user_id, *member.joined_at);
    last_read_ = page->back().user_id;
}

} // namespace ciclo::discord_bot
