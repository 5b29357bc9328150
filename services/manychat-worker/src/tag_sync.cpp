#include "tag_sync.hpp"

#include "core/json_writer.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "model/stores/announcement_store.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "shared_pace.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace ciclo::manychat_worker {

namespace {

using namespace std::chrono_literals;
using model::ManychatWish;

constexpr int page_size = 500;
constexpr int most_tries = 5;             // of one student
constexpr int most_failures_in_a_row = 5; // then it is ManyChat that is down
constexpr auto breath = 1s;               // between two looks at its health, and two savings of our place
constexpr auto patience = 2min;           // with a ManyChat that nobody may call

constexpr const char* counters[] = {"synced", "skipped_no_phone", "skipped_no_subscriber", "skipped_error",
                                    "status_changes"};

std::string place(const std::string& user_id)
{
    JsonWriter json;
    json.begin_object().member("after", user_id).end_object();
    return std::string{json.text()};
}

// Wakes up for a stop.
void pause(const jobs::JobContext& context, std::chrono::milliseconds duration)
{
    for (auto left = duration; left > 0ms; left -= 100ms) {
        context.pause_point();
        std::this_thread::sleep_for(std::min(left, 100ms));
    }
}

bool may_pass(const Error& error)
{
    return error.kind == ErrorKind::rate_limited || error.kind == ErrorKind::unavailable ||
           error.kind == ErrorKind::unknown_outcome;
}

} // namespace

struct TagSync::Pass {
    jobs::JobContext& context;
    Tools tools;
    std::set<std::string> managed;
    std::int64_t done = 0;
    int failures_in_a_row = 0;
    std::string last{};                                 // the student looked at last
    std::chrono::steady_clock::time_point well_until{}; // nothing has failed: no need to ask before then
    std::chrono::steady_clock::time_point save_at{};

    // What became of one student, and where the next attempt goes on; in the transaction of the work, if there is one.
    void count_and_save(const std::string& user_id, std::string_view counter, int status_changes = 0)
    {
        context.count(counter);
        context.count("status_changes", status_changes);
        last = user_id;
        context.save(place(user_id));
    }
};

bool TagSync::was_sought_lately(const ManychatWish& wish) const
{
    return wish.sought_at && wish.sought_as == search_digest(wish) && now() - *wish.sought_at < config_.seek_again;
}

bool TagSync::is_to_be_read_back(const ManychatWish& wish) const
{
    return config_.verify_after > 0h && (!wish.seen_at || now() - *wish.seen_at > config_.verify_after);
}

// True when the answer was fetched just now: then its outcome is to be noted.
Result<bool> TagSync::wait_until_well(Pass& pass)
{
    using Permit = model::ProviderHealth::Permit;
    auto& connection = pass.tools.connection;
    const auto began = std::chrono::steady_clock::now();
    if (began < pass.well_until)
        return false;
    for (;;) {
        const auto permit = health_.ask(connection);
        if (permit == Permit::open)
            pass.well_until = std::chrono::steady_clock::now() + breath;
        if (permit == Permit::open || (permit == Permit::probe && health_.claim_probe(connection)))
            return true;
        if (std::chrono::steady_clock::now() - began > patience) {
            pass.failures_in_a_row = most_failures_in_a_row;
            return Error{ErrorKind::unavailable, "nobody may call it at present; see the alerts", {}};
        }
        pause(pass.context, 1s);
    }
}

Result<SyncedContact> TagSync::sync(Pass& pass, const ManychatWish& seen)
{
    Result<SyncedContact> outcome = SyncedContact{SyncOutcome::not_needed, "", 0};
    for (int attempt = 1; attempt <= most_tries; ++attempt) {
        pass.context.pause_point();
        const auto is_asked = wait_until_well(pass);
        if (!is_asked)
            return is_asked.error();
        {
            const model::ContactLock lock{pass.tools.connection, seen.user_id};
            // Another worker may have been here since the page was read.
            const auto wish =
                lock.held() ? model::read_manychat_wish(pass.tools.connection, seen.user_id) : std::nullopt;
            if (!lock.held())
                outcome = Error{ErrorKind::rate_limited, "another worker is at this contact", 500ms};
            else if (wish)
                outcome = sync_contact(pass.tools, *wish,
                                       {pass.managed, pass.context.correlation_id(),
                                        wish->sought_as == search_digest(*wish) ? MayCreate::no : MayCreate::yes,
                                        is_to_be_read_back(*wish), [&](int status_changes) {
                                            pass.count_and_save(seen.user_id, "synced", status_changes);
                                            forgive(pass, *wish);
                                        }});
            if (!outcome) {
                pass.well_until = {};
                health_.failed(pass.tools.connection, outcome.error());
            } else if (*is_asked && outcome->outcome == SyncOutcome::changed) { // otherwise ManyChat has said nothing
                health_.succeeded(pass.tools.connection);
            }
            if (outcome || !may_pass(outcome.error()))
                return outcome;
        }
        pause(pass.context, std::clamp<std::chrono::milliseconds>(outcome.error().retry_after, 500ms * attempt, 10s));
    }
    return outcome;
}

Result<void> TagSync::handle_failure(Pass& pass, const ManychatWish& wish, const Error& error)
{
    log::warning(error.kind == ErrorKind::not_found ? "a student has no contact in ManyChat"
                                                    : "a contact could not be set in ManyChat",
                 {{"correlation_id", pass.context.correlation_id()},
                  {"user_id", wish.user_id},
                  {"email", masked_email(wish.profile.email)},
                  {"error", error.detail}});
    if (error.kind == ErrorKind::unauthorized)
        return error;
    if (error.kind != ErrorKind::not_found) {
        pass.context.count("skipped_error");
        pass.failures_in_a_row += may_pass(error) ? 1 : 0;
        if (pass.failures_in_a_row >= most_failures_in_a_row)
            return Error{ErrorKind::unavailable, "ManyChat is not well: " + error.detail, {}};
        pass.last = wish.user_id;
        save(pass);
        return {};
    }
    pass.context.count("skipped_no_subscriber");
    const std::string words = search_digest(wish);
    postgres::Transaction transaction{pass.tools.connection};
    if (wish.sought_as != words)
        model::append_event(pass.tools.connection, {"manychat.reconciliation", wish.user_id,
                                                    model::audit_payload(pass.context.correlation_id()),
                                                    model::AuditStatus::failed, error.detail, ""});
    model::record_not_found(pass.tools.connection, wish.user_id, words, error.detail);
    pass.last = wish.user_id;
    save(pass);
    transaction.commit();
    return {};
}

// What had been given up is well now: the worker sees it with its next bell, and the alert closes.
void TagSync::forgive(Pass& pass, const ManychatWish& wish)
{
    if (wish.given_up)
        model::retry_given_up(pass.tools.connection, wish.user_id, "manychat");
}

Result<void> TagSync::visit(Pass& pass, const ManychatWish& wish)
{
    auto& context = pass.context;
    if (is_applied(wish, page_.phone_field()) && !is_to_be_read_back(wish)) {
        context.count("synced");
        forgive(pass, wish);
        return {};
    }
    if (wish.subscriber_id.empty() && wish.profile.phone_digits.empty()) {
        log::info("a student has no phone, and so no contact in ManyChat", {{"user_id", wish.user_id}});
        context.count("skipped_no_phone");
        return {};
    }
    if (wish.subscriber_id.empty() && was_sought_lately(wish)) {
        context.count("skipped_no_subscriber");
        return {};
    }
    const auto synced = sync(pass, wish);
    if (!synced)
        return handle_failure(pass, wish, synced.error());
    pass.failures_in_a_row = 0;
    if (synced->outcome == SyncOutcome::changed)
        return {}; // counted with what was stored
    context.count(synced->outcome == SyncOutcome::no_phone ? "skipped_no_phone" : "synced");
    forgive(pass, wish);
    return {};
}

void TagSync::save(Pass& pass)
{
    pass.context.save(place(pass.last));
    pass.save_at = std::chrono::steady_clock::now() + breath;
}

Result<void> TagSync::run(jobs::JobContext& context)
{
    for (const auto* counter : counters)
        context.count(counter, 0);
    if (!config_.enabled) {
        log::info("ManyChat is switched off by MANYCHAT_ENABLED: nothing to synchronise");
        return {};
    }
    auto& connection = context.connection();
    std::string product = context.parameter("product_id");
    if (!product.empty()) {
        auto found = model::find_product_id(connection, product);
        if (!found)
            return found.error();
        product = *std::move(found);
    }
    SharedPace pace{[&connection]() -> postgres::Connection& { return connection; }, config_.pace_percent};
    manychat::Client client{config_.manychat, pace};
    Pass pass{context, {config_, connection, client, page_}, model::managed_manychat_tags(connection)};
    const auto total = model::count_manychat_students(connection, product);
    for (const auto& [name, number] : context.snapshot().counters)
        if (name != "status_changes")
            pass.done += number;
    context.progress(pass.done, total);
    pass.last = context.checkpoint_member("after");
    try {
        return walk(pass, product, total);
    } catch (const jobs::JobStopped&) {
        save(pass); // the next attempt counts on from here
        throw;
    }
}

Result<void> TagSync::walk(Pass& pass, const std::string& product, std::int64_t total)
{
    auto& context = pass.context;
    for (std::string after = pass.last;;) {
        context.pause_point();
        const auto ids = model::manychat_page(context.connection(), after, product, page_size);
        if (ids.empty())
            return {};
        for (const auto& wish : model::read_manychat_wishes(context.connection(), ids)) {
            if (auto visited = visit(pass, wish); !visited)
                return visited;
            context.progress(++pass.done, total);
            pass.last = wish.user_id;
            if (std::chrono::steady_clock::now() >= pass.save_at)
                save(pass);
        }
        pass.last = after = ids.back();
        save(pass);
    }
}

} // namespace ciclo::manychat_worker
