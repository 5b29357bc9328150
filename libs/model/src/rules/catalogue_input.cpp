#include "model/rules/catalogue_input.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace ciclo::model {

namespace {

constexpr auto identifier_kinds = std::to_array<std::string_view>(
    {"product.id", "product.ucode", "plan.id", "plan.name", "offer.code", "coupon.code", "payment.link"});
constexpr auto rule_kinds =
    std::to_array<std::string_view>({"discord_role", "class_enrollment", "manychat_tag", "manychat_flow"});

Result<void> wrong(std::string what)
{
    return Error{ErrorKind::invalid_input, std::move(what), {}};
}

bool is_snowflake(std::string_view text)
{
    return text.size() >= 15 && text.size() <= 20 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

Result<void> check_identifier(std::string_view kind, std::string_view value)
{
    if (std::find(identifier_kinds.begin(), identifier_kinds.end(), kind) == identifier_kinds.end())
        return wrong(fmt::format("`kind` must be one of {}.", fmt::join(identifier_kinds, ", ")));
    if (value.empty())
        return wrong("`value` is missing.");
    return {};
}

Result<void> check_access_rule(std::string_view kind, std::string_view value)
{
    if (std::find(rule_kinds.begin(), rule_kinds.end(), kind) == rule_kinds.end())
        return wrong(fmt::format("`kind` must be one of {}.", fmt::join(rule_kinds, ", ")));
    if (value.empty())
        return wrong("`value` is missing.");
    if (kind == "discord_role" && !is_snowflake(value))
        return wrong(fmt::format("\"{}\" is no Discord id: copy the role's id, not its name.", value));
    return {};
}

} // namespace ciclo::model
