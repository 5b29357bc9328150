#include "sweep.hpp"

#include "core/log.hpp"
#include "model/rules/brake.hpp"
#include "model/rules/role_plan.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/given_role_store.hpp"
#include "model/stores/provider_health.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/settings_store.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

namespace ciclo::discord_worker {

namespace {

using namespace std::chrono_literals;

constexpr int students_at_a_time = 1000;
constexpr std::size_t full_page = 1000;
constexpr auto patience = std::chrono::minutes{5}; // for one page
constexpr std::chrono::milliseconds shortest_pause = 1s;
constexpr std::chrono::milliseconds longest_pause = 30s;

void pause(std::chrono::milliseconds length, const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock{mutex};
    wake.wait_for(lock, stop, length, [] { return false; });
}

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

Result<std::vector<discord::Member>> Sweep::read_page(const std::string& after, const std::stop_token& stop)
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
        if (!may_pass || stop.stop_requested() || std::chrono::steady_clock::now() > deadline)
            return error;
        pause(std::max(delay, error.retry_after), stop);
        delay = std::min(delay * 2, longest_pause);
    }
}

Sweep::Outcome Sweep::run(const model::LeasedSweep& sweep, const std::stop_token& stop)
{
    sweep_ = sweep;
    managed_ = model::managed_roles(connection_);
    visitor_ = model::find_setting(connection_, "visitor_role_id").value_or("");
    std::string after;
    for (bool is_last = false; !is_last;) {
        const auto members = read_page(after, stop);
        if (stop.stop_requested())
            return Outcome{model::SweepEnd::failed, counters_, "stopped", true};
        if (!members)
            return Outcome{model::SweepEnd::failed, counters_, members.error().detail};
        is_last = members->size() < full_page;
        Page page{after, "", {}};
        for (const auto& member : *members) {
            page.members.emplace(member.user_id, &member);
            if (comes_before(after, member.user_id))
                after = member.user_id;
        }
        if (!is_last && after == page.after)
            return Outcome{model::SweepEnd::failed, counters_, "Discord's pages of members do not advance"};
        page.last = is_last ? "" : after;
        compare_page(page);
        counters_.members += static_cast<std::int64_t>(members->size());
        settings_.progress(counters_);
    }
    return conclude();
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
    ++counters_.students;
    strangers_.erase(student.discord_id);
    const auto found = page.members.find(student.discord_id);
    if (found == page.members.end()) {
        sights_.push_back({student.discord_id, student.user_id, false, false, {}});
        // Whoever left is reconciled once: who should have roles gets an invite.
        if (student.was_present.value_or(true)) {
            ++counters_.left;
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
    question.held_back = std::move(evidence.held_back);
    const model::RolePlan plan = model::plan_roles(question);
    if (!plan.give.empty() && !member.pending) {
        ++counters_.granted;
        to_reconcile_.push_back(student.user_id);
    }
    for (const auto& role : plan.take) {
        ++counters_.revoked;
        revocations_.push_back({student.user_id, student.discord_id, role});
    }
    for (const auto& role : plan.by_hand) {
        ++counters_.held_by_hand;
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
                ++counters_.held_by_hand;
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
    model::note_revocations(connection_, sweep_.id, revocations_, seen_at_);
    model::record_sights(connection_, sights_, seen_at_);
    if (!sweep_.dry_run)
        want(to_reconcile_); // after what is held back has been noted
    hand_held_.clear();
    revocations_.clear();
    sights_.clear();
    to_reconcile_.clear();
}

Sweep::Outcome Sweep::conclude()
{
    model::forget_hand_held_before(connection_, sweep_.started_at);
    const auto shares = model::revocation_shares(connection_, sweep_.id);
    const auto reason = model::reason_to_stop(model::count_people_losing(connection_, sweep_.id), shares,
                                              settings_.brake_max_revocations);
    if (reason)
        return Outcome{sweep_.dry_run ? model::SweepEnd::done : model::SweepEnd::held, counters_, *reason};
    return Outcome{model::SweepEnd::done, counters_, ""};
}

void Sweep::want(const std::vector<std::string>& user_ids)
{
    if (user_ids.empty())
        return;
    std::set<std::string> once{user_ids.begin(), user_ids.end()};
    std::vector<model::WantedReconciliation> wanted;
    wanted.reserve(once.size());
    for (const auto& id : once)
        wanted.push_back({id, "discord", sweep_.id});
    const auto statement = model::want_reconciliations(wanted);
    connection_.execute(statement.sql, statement.params);
    settings_.ring({once.begin(), once.end()});
}

} // namespace ciclo::discord_worker
