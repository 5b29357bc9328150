#include "arguments.hpp"
#include "commands.hpp"

#include "model/stores/message_template_store.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

int templates(const Words& words)
{
    Arguments arguments{words, {}};
    arguments.allow_only({"status"});
    if (arguments.positional() != Words{"list"})
        throw UsageError{"write: ciclo templates list [--status APPROVED]"};
    auto connection = connect();
    const auto known = model::list_message_templates(connection, arguments.one("status").value_or(""));
    for (const auto& one : known)
        fmt::print("{:<32} {:<6} {:<10} {:<14} {}{}{}\n", one.shown.name, one.shown.language, one.shown.status,
                   one.shown.category, one.shown.parameter_format,
                   one.shown.rejected_reason.empty() ? "" : "  " + one.shown.rejected_reason,
                   one.is_missing ? "  no longer listed by Meta" : "");
    if (known.empty())
        fmt::print("none known; when WHATSAPP_ENABLED is true, ciclo jobs run sync_meta_templates asks Meta\n");
    return known.empty() ? 1 : 0;
}

} // namespace ciclo::cli
