#include "newcomers.hpp"

#include "contracts/fold_student.hpp"
#include "core/log.hpp"
#include "model/stores/discord_link_store.hpp"
#include "reply_text.hpp"

#include <algorithm>

namespace ciclo::discord_bot {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using model::JoinEnd;

constexpr auto pause_after_failure = 5s;

} // namespace

void Newcomers::decide(postgres::Connection& connection)
{
    if (Clock::now() < not_before_)
        return;
    for (const auto& join : model::open_joins(connection, now() - model::join_window)) {
        const auto scene = model::scene_of(connection, join);
        if (scene.account_is_linked) {
            model::end_join(connection, join, JoinEnd::linked);
            continue;
        }
        const auto code = model::matching_invite(scene);
        if (code && link(connection, join, *code))
            continue;
        welcome(connection, join);
        return;
    }
}

bool Newcomers::link(postgres::Connection& connection, const model::OpenJoin& join, const std::string& code)
{
    postgres::Transaction transaction{connection};
    const auto linked = model::claim_invite(connection, code, join.discord_id, now());
    if (!linked)
        return false;
    model::end_join(connection, join, JoinEnd::linked);
    transaction.commit();
    log::info("a student joined by their invite",
              {{"user_id", linked->user_id}, {"correlation_id", linked->correlation_id}});
    publisher_.publish(rabbitmq::message_of(contracts::FoldStudent{linked->user_id, linked->correlation_id}));
    return true;
}

// Marked before it is sent: a message whose fate is unknown is not sent again.
void Newcomers::welcome(postgres::Connection& connection, const model::OpenJoin& join)
{
    if (now() - join.seen_at > use_of_welcome) {
        model::end_join(connection, join, JoinEnd::unreachable);
        return;
    }
    model::end_join(connection, join, JoinEnd::welcoming);
    const auto sent =
        api_.send_direct_message(join.discord_id, welcome_text(config_.locale, config_.registration_channel));
    if (sent) {
        model::end_join(connection, join, JoinEnd::welcomed);
        return;
    }
    const Error& error = sent.error();
    log::warning("a newcomer could not be welcomed", {{"kind", to_string(error.kind)}, {"error", error.detail}});
    switch (error.kind) {
    case ErrorKind::unavailable:
    case ErrorKind::rate_limited:
    case ErrorKind::unauthorized:
        model::end_join(connection, join, JoinEnd::open);
        not_before_ = Clock::now() + std::max<std::chrono::milliseconds>(error.retry_after, pause_after_failure);
        break;
    case ErrorKind::not_found:
    case ErrorKind::duplicate:
    case ErrorKind::invalid_input:
    case ErrorKind::refused: // takes no messages from people it does not know: common, and fine
    case ErrorKind::internal:
        model::end_join(connection, join, JoinEnd::unreachable);
        break;
    case ErrorKind::unknown_outcome:
        break;
    }
}

} // namespace ciclo::discord_bot
