#include "sweep.hpp"

#include "core/json_writer.hpp"
#include "core/log.hpp"
#include "core/pause.hpp"
#include "model/rules/role_plan.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/given_role_store.hpp"
#include "model/stores/provider_health.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/settings_store.hpp"

#include <algorithm>
#include <map>

namespace ciclo::discord_worker {

namespace {

using namespace std::chrono_literals;

constexpr int students_at_a_time = 1000;
constexpr std::size_t full_page = 1000;
constexpr int most_revocations = 10'000;           // more than enough for the brake
constexpr auto patience = std::chrono::minutes{5}; // for one page
constexpr std::chrono::milliseconds shortest_pause = 1s;
constexpr std::chrono::milliseconds longest_pause = 30s;

// Account ids are numbers as text.
bool comes_before(const std::string& a, const std::string& b)
{
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

} // namespace

struct Sweep::Page {
    std::string after;
    std::string last; // empty: no page follows
    std::map<std::string, const discord::Member*> members;
};

Sweep::Sweep(jobs::JobContext& context, discord::Client& client, Settings settings)
    : context_(context), connection_(context.connection()), client_(client), settings_(std::move(settings)),
      dry_run_(context.parameter("dry_run") == "true")
{
    settings_.brake.approved_people = std::max(settings_.brake.approved_people, context.approved_people());
}

Result<std::vector<discord::Member>> Sweep::read_page(const std::string& after)
{
    model::ProviderHealth health{"discord"};
    const auto deadline = std::chrono::steady_clock::now() + patience;
    auto delay = shortest_pause;
    for (;;) {
        Error error{ErrorKind::unavailable, "Discord is not well", {}};
        const auto permit = health.ask(connection_);
        if (permit == model::ProviderHealth::Permit::open ||
            (permit == model::ProviderHealth::Permit::probe && health.claim_probe(connection_))) {
            seen_at_ = now();
            auto page = client_.members_after(after);
            if (page) {
                health.succeeded(connection_);
                return page;
            }
            error = page.error();
            health.failed(connection_, error);
        }
        const bool may_pass = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::unknown_outcome ||
                              error.kind == ErrorKind::rate_limited;
        if (!may_pass || std::chrono::steady_clock::now() > deadline)
            return error;
        pause(context_.stopping(), std::max<std::chrono::milliseconds>(delay, error.retry_after));
        context_.pause_point();
        delay = std::min(delay * 2, longest_pause);
    }
}

Result<void> Sweep::run()
{
    for (const auto* counter : {"students", "granted", "revoked", "held_by_hand", "left"})
        context_.count(counter, 0);
    managed_ = model::managed_roles(connection_);
    visitor_ = model::find_setting(connection_, "visitor_role_id").value_or("");
    const Time started_at = model::begin_sweep(connection_, {context_.run_id(), dry_run_});
    std::string after = context_.checkpoint_member("after");
    std::int64_t done = context_.checkpoint_number("done");
    for (bool is_last = false; !is_last;) {
        context_.pause_point();
        const auto members = read_page(after);
        if (!members)
            return members.error();
        is_last = members->size() < full_page;
        Page page{after, "", {}};
        for (const auto& member : *members) {
            page.members.emplace(member.user_id, &member);
            if (comes_before(after, member.user_id))
                after = member.user_id;
        }
        if (!is_last && after == page.after)
            return Error{ErrorKind::internal, "Discord's pages of members do not advance", {}};
        page.last = is_last ? "" : after;
        postgres::Transaction transaction{connection_};
        compare_page(page);
        done += static_cast<std::int64_t>(members->size());
        context_.progress(done);
        JsonWriter checkpoint;
        checkpoint.begin_object().member("after", after).member("done", done).end_object();
        context_.save(checkpoint.text());
        transaction.commit();
        settings_.ring(to_ring_);
        to_ring_.clear();
    }
    conclude(started_at);
    return {};
}

void Sweep::compare_page(const Page& page)
{
    strangers_.clear();
    for (const auto& [id, member] : page.members)
        if (!member->is_bot)
            strangers_.insert(id);
    for (std::string after = page.after;;) {
        const auto students = model::students_by_account(connection_, after, page.last, students_at_a_time);
        for (const auto& student : students)
            compare(student, page);
        write_page();
        if (students.size() < students_at_a_time)
            break;
        after = students.back().discord_id;
    }
    compare_strangers(page);
    write_page();
}

void Sweep::compare(const model::SweptStudent& student, const Page& page)
{
    context_.count("students");
    strangers_.erase(student.discord_id);
    const auto found = page.members.find(student.discord_id);
    if (found == page.members.end()) {
        sights_.push_back({student.discord_id, student.user_id, false, false, {}});
        // Whoever left is reconciled once: who should have roles gets an invite.
        if (student.was_present.value_or(true)) {
            context_.count("left");
            to_reconcile_.push_back(student.user_id);
        }
        return;
    }
    const discord::Member& member = *found->second;
    sights_.push_back({student.discord_id, student.user_id, true, member.pending, member.roles});
    model::RoleQuestion question{student.wanted, member.roles, managed_, member.pending ? "" : visitor_, {}, {}, {}};
    // Without evidence everything beyond what is wanted counts as given by hand; so most students need no further look.
    if (model::RolePlan first = model::plan_roles(question); first.changes_nothing() && first.by_hand.empty())
        return;
    auto evidence = model::read_role_evidence(connection_, student.user_id, student.discord_id);
    question.history = std::move(evidence.history);
    question.ended = std::move(evidence.ended);
    // With an approval this run decides on what earlier ones have held back, too.
    if (!is_approved())
        question.held_back = std::move(evidence.held_back);
    const model::RolePlan plan = model::plan_roles(question);
    if (!plan.give.empty() && !member.pending) {
        context_.count("granted");
        to_reconcile_.push_back(student.user_id);
    }
    for (const auto& role : plan.take) {
        context_.count("revoked");
        to_take_.push_back({student.user_id, student.discord_id, role});
    }
    for (const auto& role : plan.by_hand) {
        context_.count("held_by_hand");
        hand_held_.push_back({student.discord_id, role, student.user_id, member.username});
    }
}

// Members who are no students: what they hold of ours was given by hand, unless ciclo gave it to a former account.
void Sweep::compare_strangers(const Page& page)
{
    std::vector<std::string> holders;
    for (const auto& id : strangers_)
        for (const auto& role : page.members.at(id)->roles)
            if (managed_.contains(role) && role != visitor_) {
                context_.count("held_by_hand");
                hand_held_.push_back({id, role, "", page.members.at(id)->username});
                if (holders.empty() || holders.back() != id)
                    holders.push_back(id);
            }
    for (const auto& owner : model::owners_of_given_roles(connection_, holders))
        to_reconcile_.push_back(owner);
}

void Sweep::write_page()
{
    model::note_hand_held(connection_, hand_held_, seen_at_);
    model::note_revocations(connection_, context_.run_id(), to_take_, seen_at_);
    if (!dry_run_)
        model::record_sights(connection_, sights_, seen_at_);
    hand_held_.clear();
    to_take_.clear();
    sights_.clear();
    if (dry_run_)
        to_reconcile_.clear();
    want(to_reconcile_); // what is held back is noted, and visible as soon as this is
    to_ring_.insert(to_ring_.end(), to_reconcile_.begin(), to_reconcile_.end());
    to_reconcile_.clear();
}

void Sweep::conclude(Time started_at)
{
    model::forget_hand_held_before(connection_, started_at);
    const auto revocations = model::revocations_by_product(connection_, context_.run_id(), most_revocations);
    const auto decision =
        model::decide_brake(revocations, model::count_students(connection_, revocations), settings_.brake);
    postgres::Transaction transaction{connection_};
    if (decision.stops && !dry_run_) {
        model::finish_sweep(connection_, context_.run_id(), model::SweepEnd::held, decision.reason);
        transaction.commit();
        log::warning("a sweep stopped before taking roles",
                     {{"correlation_id", context_.run_id()}, {"reason", decision.reason}});
        return;
    }
    model::finish_sweep(connection_, context_.run_id(), model::SweepEnd::done, decision.stops ? decision.reason : "");
    if (is_approved())
        model::discard_held_sweeps(connection_);
    const auto losing = dry_run_ ? std::vector<std::string>{} : model::people_losing(connection_, context_.run_id());
    want(losing);
    transaction.commit();
    settings_.ring(losing);
}

void Sweep::want(const std::vector<std::string>& user_ids)
{
    if (user_ids.empty())
        return;
    const std::set<std::string> once{user_ids.begin(), user_ids.end()};
    std::vector<model::WantedReconciliation> wanted;
    wanted.reserve(once.size());
    for (const auto& id : once)
        wanted.push_back({id, "discord", context_.correlation_id()});
    const auto statement = model::want_reconciliations(wanted);
    connection_.execute(statement.sql, statement.params);
}

} // namespace ciclo::discord_worker
