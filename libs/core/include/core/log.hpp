#pragma once

#include <fmt/core.h>

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

// JSON lines on standard output: time, level, service, message, and the fields given. Never put
// personal data, tokens or webhook addresses in a field: logs leave the machine.
namespace ciclo::log {

enum class Level { debug, info, warning, error };

struct Field {
    std::string_view name;
    std::string value;
    bool quoted = true; // false for numbers and booleans

    Field(std::string_view field, std::string_view text) : name(field), value(text) {}
    Field(std::string_view field, const char* text) : name(field), value(text) {}
    Field(std::string_view field, const std::string& text) : name(field), value(text) {}
    Field(std::string_view field, bool truth) : name(field), value(truth ? "true" : "false"), quoted(false) {}
    template <class Number>
    requires(std::integral<Number> || std::floating_point<Number>) Field(std::string_view field, Number number)
        : name(field), value(fmt::format("{}", number)), quoted(false)
    {
    }
};

using Fields = std::initializer_list<Field>;

// Once, before the first line. `level` is "debug", "info", "warning" or "error".
void start(std::string_view service, std::string_view level);

// Names of the accepted levels, for messages about a wrong one.
bool is_level(std::string_view level) noexcept;

void write(Level level, std::string_view message, Fields fields);

inline void debug(std::string_view message, Fields fields = {})
{
    write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {})
{
    write(Level::info, message, fields);
}
inline void warning(std::string_view message, Fields fields = {})
{
    write(Level::warning, message, fields);
}
inline void error(std::string_view message, Fields fields = {})
{
    write(Level::error, message, fields);
}

} // namespace ciclo::log
