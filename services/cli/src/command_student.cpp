#include "arguments.hpp"
#include "commands.hpp"
#include "ring.hpp"
#include "student_report.hpp"

#include "core/text.hpp"
#include "core/time.hpp"
#include "model/stores/operator_actions.hpp"
#include "model/stores/student_store.hpp"

#include <fmt/core.h>

#include <chrono>
#include <thread>

namespace ciclo::cli {

namespace {

using namespace std::chrono_literals;

int show(const Arguments& arguments)
{
    arguments.allow_only({"wait"});
    const auto& email = arguments.positional()[1];
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds{arguments.integer("wait", 0, 0, 3600)};
    auto connection = connect();
    auto user_id = model::find_student_id(connection, email);
    while ((!user_id || !model::is_settled(connection, *user_id)) && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(50ms);
        user_id = model::find_student_id(connection, email);
    }
    if (!user_id) {
        fmt::print(stderr, "nobody with the e-mail {} is known\n", email);
        return 1;
    }
    fmt::print("{}", student_report(model::read_student_summary(connection, *user_id)));
    if (!model::is_settled(connection, *user_id))
        fmt::print("  Something is still under way; ciclo student show {} --wait 10 waits for it\n", email);
    return 0;
}

int link(const Arguments& arguments)
{
    arguments.allow_only({});
    const auto& email = arguments.positional()[1];
    const auto& account = arguments.positional()[2];
    if (trimmed(email).find('@') == std::string_view::npos)
        throw UsageError{fmt::format("\"{}\" is no e-mail address", email)};
    if (account.size() < 15 || account.size() > 20 || account.find_first_not_of("0123456789") != std::string::npos)
        throw UsageError{fmt::format("\"{}\" is no Discord account id: it has 17 to 19 digits", account)};
    auto connection = connect();
    const auto linked = model::link_discord_account(connection, email, account, now());
    if (!linked) {
        fmt::print(stderr, "not linked: {}\n", linked.error().detail);
        return 1;
    }
    if (!linked->was_linked)
        ring_folds({linked->user_id});
    fmt::print("{} {} Discord account {}\n", email, linked->was_linked ? "already has" : "is now tied to", account);
    return 0;
}

} // namespace

int student(const Words& words)
{
    Arguments arguments{words, {}};
    const auto& verbs = arguments.positional();
    if (verbs.size() == 2 && verbs[0] == "show")
        return show(arguments);
    if (verbs.size() == 3 && verbs[0] == "link")
        return link(arguments);
    throw UsageError{"write: ciclo student show EMAIL [--wait SECONDS], or: ciclo student link EMAIL DISCORD_ID"};
}

} // namespace ciclo::cli
