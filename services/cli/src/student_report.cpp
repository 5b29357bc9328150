#include "student_report.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

namespace {

std::string discord_line(const model::StudentSummary& student)
{
    if (student.discord_id.empty())
        return student.invite_code.empty() ? "no account known"
                                           : "invited by e-mail: https://discord.gg/" + student.invite_code;
    const std::string account = "account " + student.discord_id;
    if (!student.member)
        return account + ", not looked up yet";
    if (!student.member->present)
        return account + ", not in the guild";
    return fmt::format("{}, roles: {}{}", account, student.member->roles.empty() ? "none" : student.member->roles,
                       student.member->pending ? " (has not accepted the rules yet)" : "");
}

} // namespace

std::string student_report(const model::StudentSummary& student)
{
    std::string text = fmt::format("{} <{}>\n  State       {}\n", student.name, student.email,
                                   student.lifecycle.empty() ? "no purchase yet" : student.lifecycle);
    for (const auto& access : student.access)
        text += fmt::format("  Access      {}: {} ({})\n", access.product, access.status, access.transaction);
    text += fmt::format("  Discord     {}\n", discord_line(student));
    for (const auto& trouble : student.troubles)
        text += fmt::format("  Trouble     {}: {}\n", trouble.effect, trouble.error);
    if (!student.steps.empty())
        text += "  Since the latest purchase was received:\n";
    for (const auto& step : student.steps) {
        std::string words;
        for (const std::string& word : {step.detail, step.status == "processed" ? "" : step.status, step.error})
            if (!word.empty())
                words += " " + word;
        text += words.empty() ? fmt::format("    {:>7} ms  {}", step.milliseconds, step.type)
                              : fmt::format("    {:>7} ms  {:<26}{}", step.milliseconds, step.type, words);
        text += "\n";
    }
    return text;
}

} // namespace ciclo::cli
