#include "arguments.hpp"
#include "commands.hpp"

#include "core/log.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <string_view>

namespace {

struct Command {
    std::string_view name;
    int (*run)(const ciclo::cli::Words&);
    std::string_view help;
};

constexpr auto commands = std::to_array<Command>({
    {"migrate", ciclo::cli::migrate, "bring the database's schema up to date"},
    {"admin", ciclo::cli::admin,
     "create EMAIL [--role support] | password EMAIL | role EMAIL ROLE | token EMAIL --name N [--days D] | list"},
    {"product", ciclo::cli::product,
     "add --name N --identifier KIND=VALUE [--priority N] [--discord-role ID] [--class ID] | list | map | identify | "
     "forget | "
     "activate | deactivate"},
    {"rule", ciclo::cli::rule,
     "list PRODUCT | add PRODUCT KIND=VALUE [--apply-to-existing] | extend RULE_ID | end RULE_ID [--apply-to-existing] "
     "[--approve N]"},
    {"class", ciclo::cli::school_class, "add NAME"},
    {"setting", ciclo::cli::setting, "set KEY VALUE"},
    {"student", ciclo::cli::student, "show EMAIL [--wait SECONDS] | link EMAIL DISCORD_ID"},
    {"events", ciclo::cli::events, "tail [--lines N] [--type TYPE] [--follow]"},
    {"failures", ciclo::cli::failures, "list | retry [ID]"},
    {"sales", ciclo::cli::sales, "unmapped | apply [--yes]"},
    {"audit", ciclo::cli::audit, "money: recompute every LTV from the transactions"},
    {"buyers", ciclo::cli::buyers, "courses EMAIL: what somebody has bought, with or without an account"},
    {"replay", ciclo::cli::replay, "--all | --student EMAIL | --since TIME: fold again from the raw events"},
    {"jobs", ciclo::cli::jobs,
     "list | runs [NAME] | run NAME [--product P] [--approve N] [--watch] | show ID | watch ID | cancel ID | schedule "
     "NAME CRON | "
     "enable NAME | disable NAME"},
    {"students", ciclo::cli::students, "import FILE.csv [--product P] [--dry-run]: already active, without onboarding"},
    {"discord", ciclo::cli::discord, "sweep [--dry-run] | adopt --role ID | announce --product P --text T | channel"},
    {"templates", ciclo::cli::templates, "list [--status APPROVED]: the WhatsApp templates that Meta has shown"},
    {"doctor", ciclo::cli::doctor, "test the configuration and every connection"},
    {"healthcheck", ciclo::cli::healthcheck, "URL: exit 0 when it answers 200"},
});

void print_help(std::FILE* out)
{
    fmt::print(out, "usage: ciclo COMMAND ...\n\n");
    for (const auto& command : commands)
        fmt::print(out, "  {:<12} {}\n", command.name, command.help);
    fmt::print(out, "\nThe database is DATABASE_URL; on a local stack: source .state/env\n");
}

} // namespace

int main(int argc, char** argv)
{
    ciclo::log::start("ciclo", "error");
    const std::string_view name = argc > 1 ? argv[1] : "";
    if (name.empty() || name == "--help" || name == "help") {
        print_help(name.empty() ? stderr : stdout);
        return name.empty() ? 2 : EXIT_SUCCESS;
    }
    try {
        for (const auto& command : commands)
            if (command.name == name) {
                const ciclo::cli::Words words{argv + 2, argv + argc};
                if (std::find(words.begin(), words.end(), "--help") == words.end())
                    return command.run(words);
                fmt::print("usage: ciclo {} {}\n", name, command.help);
                return EXIT_SUCCESS;
            }
        fmt::print(stderr, "ciclo: there is no command \"{}\"\n\n", name);
        print_help(stderr);
        return 2;
    } catch (const ciclo::cli::UsageError& wrong) {
        fmt::print(stderr, "ciclo {}: {}\n", name, wrong.what());
        return 2;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "ciclo {}: {}\n", name, failure.what());
        return EXIT_FAILURE;
    }
}
