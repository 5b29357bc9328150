#include "arguments.hpp"
#include "commands.hpp"
#include "ring.hpp"

#include "contracts/reconcile_discord.hpp"
#include "contracts/send_discord_notification.hpp"
#include "core/crypto.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "jobs/job_bell.hpp"
#include "model/stores/access_rule_store.hpp"
#include "model/stores/announcement_store.hpp"
#include "model/stores/courtesy_store.hpp"
#include "model/stores/job_run_reader.hpp"
#include "model/stores/job_run_store.hpp"
#include "model/stores/job_store.hpp"
#include "model/stores/sweep_store.hpp"

#include <fmt/core.h>

#include <chrono>
#include <map>
#include <set>
#include <thread>

namespace ciclo::cli {

namespace {

using namespace std::chrono_literals;

constexpr int longest_list = 1000;

void print_revocations(postgres::Connection& connection, const std::string& id)
{
    for (const auto& one : model::list_revocations(connection, id, longest_list))
        fmt::print("  {:<40} account {}  would lose role {}\n", one.email, one.discord_id, one.role_id);
}

// --- sweep ---

int decide(postgres::Connection& connection, const std::string& id, bool is_confirmed)
{
    if (!is_confirmed) {
        const auto discarded = model::discard_sweep(connection, id);
        if (!discarded)
            return fail(discarded.error());
        fmt::print("discarded: nobody loses anything by it\n");
        return 0;
    }
    postgres::Transaction transaction{connection};
    const auto people = model::confirm_sweep(connection, id);
    if (!people)
        return fail(people.error());
    transaction.commit();
    std::vector<rabbitmq::Message> bells;
    for (const auto& user : *people)
        bells.push_back(rabbitmq::message_of(contracts::ReconcileDiscord{user, id}));
    ring(std::move(bells));
    fmt::print("confirmed: {} people are being reconciled\n", people->size());
    return 0;
}

int watch(postgres::Connection& connection, const std::string& id, int seconds)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
    auto run = model::find_job_run(connection, id);
    while (run && run->finished_at.empty() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(100ms);
        run = model::find_job_run(connection, id);
    }
    if (!run || run->finished_at.empty()) {
        fmt::print("still under way: {} members so far; look again: ciclo discord sweep --show {}\n",
                   run ? run->done : 0, id);
        return 0;
    }
    fmt::print("{}: {} members, {}\n", run->status, run->done, run->counters);
    if (!run->error.empty())
        fmt::print("{}\n", run->error);
    print_revocations(connection, id);
    if (const auto reason = model::held_because(connection, id))
        fmt::print("Stopped before taking anything: {}\nTo go on: ciclo discord sweep --confirm {}\nTo leave it: ciclo "
                   "discord sweep --discard {}\n",
                   *reason, id, id);
    return run->status == "succeeded" ? 0 : 1;
}

int sweep(const Arguments& arguments)
{
    arguments.allow_only({"dry-run", "wait", "show", "confirm", "discard"});
    auto connection = connect();
    if (const auto id = arguments.one("show"))
        return watch(connection, *id, 0);
    if (const auto id = arguments.one("confirm"))
        return decide(connection, *id, true);
    if (const auto id = arguments.one("discard"))
        return decide(connection, *id, false);
    model::ensure_jobs(connection);
    model::NewJobRun wanted;
    wanted.job = "reconcile_discord";
    wanted.requested_by = "cli";
    if (arguments.has("dry-run"))
        wanted.parameters = R"({"dry_run": "true"})";
    const auto run = model::request_job_run(connection, wanted);
    if (!run)
        return fail(run.error());
    ring({jobs::job_bell(wanted.job, run->id, run->correlation_id)});
    fmt::print("sweep {}{}\n", run->id, arguments.has("dry-run") ? " (dry run: nothing is changed)" : "");
    return watch(connection, run->id, arguments.integer("wait", 600, 0, 86'400));
}

// --- adoption ---

Result<std::string> product_to_give(postgres::Connection& connection, const Arguments& arguments,
                                    const std::string& role)
{
    if (const auto named = arguments.one("product"))
        return model::find_product_id(connection, *named);
    const auto products = model::products_giving(connection, "discord_role", role);
    if (products.size() == 1)
        return products.front();
    return Error{ErrorKind::invalid_input,
                 products.empty() ? "no product gives this role; see ciclo product list"
                                  : "several products give this role: choose one with --product",
                 {}};
}

int adopt(const Arguments& arguments)
{
    arguments.allow_only({"role", "product", "until", "reason", "dry-run", "yes"});
    const std::string role = arguments.required("role");
    auto connection = connect();
    const auto holders = model::list_hand_held(connection, role);
    std::set<std::string> known;
    for (const auto& holder : holders) {
        fmt::print("{:<20} {:<24} {}  seen {}\n", holder.discord_id, holder.username,
                   holder.email.empty()
                       ? "no student: ciclo never takes it; to adopt, first: ciclo student link EMAIL " +
                             holder.discord_id
                       : holder.email,
                   to_iso8601(holder.seen_at));
        if (!holder.email.empty())
            known.insert(holder.email);
    }
    fmt::print("{} people hold the role by hand, {} of them are students (as the last sweep saw; look again: ciclo "
               "discord sweep --dry-run)\n",
               holders.size(), known.size());
    if (!arguments.has("yes") || arguments.has("dry-run")) {
        fmt::print(
            "Nothing is changed. To adopt the students: ciclo discord adopt --role {} --until DATE --reason TEXT "
            "--yes\n",
            role);
        return 0;
    }
    const auto until = time_from_text(arguments.required("until"));
    if (!until || *until <= now())
        throw UsageError{"--until must be a day to come, such as 2027-12-31"};
    const auto product = product_to_give(connection, arguments, role);
    if (!product)
        return fail(product.error());
    std::vector<model::Courtesy> courtesies;
    for (const auto& email : known)
        courtesies.push_back({email, *product, arguments.required("reason"), *until});
    ring_folds(model::grant_courtesies(connection, courtesies, now()));
    fmt::print("{} students keep the role as a courtesy until {}\n", courtesies.size(), to_iso8601(*until));
    return 0;
}

// --- announcements ---

int announce(const Arguments& arguments)
{
    arguments.allow_only({"product", "text", "cause"});
    auto connection = connect();
    const auto product = model::find_product_id(connection, arguments.required("product"));
    if (!product)
        return fail(product.error());
    const std::string text = arguments.required("text");
    // Without a cause of its own the text is the cause: pressing twice announces once.
    const std::string cause = arguments.one("cause").value_or(sha256_hex(text).substr(0, 16));
    const std::string correlation_id = new_uuid();
    const auto queued = model::queue_announcement(connection, {*product, text, cause, correlation_id});
    if (!queued)
        return fail(queued.error());
    if (queued->empty()) {
        fmt::print("announced before: the cause {} is known. Another one: --cause KEY\n", cause);
        return 0;
    }
    ring({rabbitmq::message_of(contracts::SendDiscordNotification{*queued, correlation_id})});
    fmt::print("announcement {} is on its way\n", *queued);
    return 0;
}

int channel(const Arguments& arguments)
{
    arguments.allow_only({"product", "channel"});
    auto connection = connect();
    const auto product = model::find_product_id(connection, arguments.required("product"));
    if (!product)
        return fail(product.error());
    const std::string id = arguments.one("channel").value_or("");
    if (!id.empty() && (id.size() < 15 || id.size() > 20 || id.find_first_not_of("0123456789") != std::string::npos))
        throw UsageError{fmt::format("--channel \"{}\" is no Discord id", id)};
    if (const auto set = model::set_announcement_channel(connection, *product, id); !set)
        return fail(set.error());
    fmt::print("{}\n", id.empty() ? "the product has no channel for announcements any more"
                                  : "announcements of the product go to channel " + id);
    return 0;
}

} // namespace

int discord(const Words& words)
{
    Arguments arguments{words, {"dry-run", "yes"}};
    static const std::map<std::string, int (*)(const Arguments&)> verbs{
        {"sweep", sweep}, {"adopt", adopt}, {"announce", announce}, {"channel", channel}};
    const auto& positional = arguments.positional();
    const auto verb = positional.size() == 1 ? verbs.find(positional[0]) : verbs.end();
    if (verb == verbs.end())
        throw UsageError{
            "write: ciclo discord sweep [--dry-run] [--wait SECONDS] | sweep --show|--confirm|--discard ID | "
            "adopt --role ID [--product P] [--until DATE --reason TEXT --yes] | announce --product P --text "
            "TEXT [--cause KEY] | channel --product P --channel ID"};
    return verb->second(arguments);
}

} // namespace ciclo::cli
