#include "core/environment.hpp"

#include "core/text.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace ciclo {

namespace {

std::optional<std::string> from_process(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

std::string help_line(const std::string& name, std::string_view fallback, std::string_view help)
{
    return fmt::format("  {:<32} {}{}\n", name, help, fallback.empty() ? "" : fmt::format(" (default {})", fallback));
}

} // namespace

Environment::Environment() : Environment(from_process) {}

Environment::Environment(Lookup lookup) : lookup_(std::move(lookup)) {}

std::optional<std::string> Environment::find(const std::string& name)
{
    auto value = lookup_(name);
    const auto file = lookup_(name + "_FILE");
    if (value && file && !value->empty() && !file->empty())
        fault(name, fmt::format("set either {0} or {0}_FILE, not both", name));
    if (value && !value->empty())
        return value;
    if (!file || file->empty())
        return std::nullopt;
    std::ifstream stream{*file};
    stream.peek(); // a folder can be opened, and fails only when it is read
    std::ostringstream content;
    content << stream.rdbuf();
    if (!stream.is_open() || stream.bad()) {
        fault(name, fmt::format("{}_FILE names {}, which cannot be read", name, *file));
        return std::nullopt;
    }
    // Empty is not set, as for the variable itself: nobody means an empty secret.
    std::string secret{trimmed(content.str())};
    return secret.empty() ? std::nullopt : std::optional{std::move(secret)};
}

std::string Environment::required(const std::string& name, std::string_view help)
{
    help_lines_.push_back(help_line(name, "", fmt::format("{} (required)", help)));
    auto value = find(name);
    if (!value)
        fault(name, fmt::format("is not set: {}", help));
    return value.value_or("");
}

std::string Environment::text(const std::string& name, std::string_view fallback, std::string_view help)
{
    help_lines_.push_back(help_line(name, fallback, help));
    return find(name).value_or(std::string{fallback});
}

bool Environment::flag(const std::string& name, bool fallback, std::string_view help)
{
    help_lines_.push_back(help_line(name, fallback ? "true" : "false", help));
    const auto value = find(name);
    if (!value)
        return fallback;
    const auto word = lower_case(*value);
    if (word == "true" || word == "1")
        return true;
    if (word == "false" || word == "0")
        return false;
    fault(name, fmt::format("is \"{}\": write true or false", *value));
    return fallback;
}

std::int64_t Environment::integer(const std::string& name, std::int64_t fallback, std::int64_t least, std::int64_t most,
                                  std::string_view help)
{
    help_lines_.push_back(help_line(name, std::to_string(fallback), help));
    const auto value = find(name);
    if (!value)
        return fallback;
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (failure != std::errc{} || end != value->data() + value->size() || number < least || number > most) {
        fault(name, fmt::format("is \"{}\": write a whole number from {} to {}", *value, least, most));
        return fallback;
    }
    return number;
}

std::string Environment::one_of(const std::string& name, const std::vector<std::string>& choices, std::string_view help)
{
    help_lines_.push_back(help_line(name, choices.front(), help));
    auto value = find(name).value_or(choices.front());
    if (std::find(choices.begin(), choices.end(), value) != choices.end())
        return value;
    fault(name, fmt::format("is \"{}\": write one of {}", value, fmt::join(choices, ", ")));
    return choices.front();
}

void Environment::fault(const std::string& name, std::string_view what_to_do)
{
    faults_.push_back(fmt::format("{} {}", name, what_to_do));
}

std::string Environment::help() const
{
    std::string text =
        "Environment variables (each may also be given as NAME_FILE, a path to a file with the value):\n";
    for (const auto& line : help_lines_)
        text += line;
    return text;
}

} // namespace ciclo
