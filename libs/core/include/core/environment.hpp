#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo {

// Reads a program's configuration from environment variables. Each call declares one variable for
// `--help` and reads it; faults are collected, so that a wrong start names all of them at once.
// A variable NAME may also be given as NAME_FILE, the path of a file that holds the value.
class Environment {
public:
    using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

    Environment(); // the process environment
    explicit Environment(Lookup lookup);

    std::string required(const std::string& name, std::string_view help);
    std::string text(const std::string& name, std::string_view fallback, std::string_view help);
    bool flag(const std::string& name, bool fallback, std::string_view help);
    std::int64_t integer(const std::string& name, std::int64_t fallback, std::int64_t least, std::int64_t most,
                         std::string_view help);
    std::string one_of(const std::string& name, const std::vector<std::string>& choices, std::string_view help);

    // A fault found by the caller in a value it has read.
    void fault(const std::string& name, std::string_view what_to_do);

    const std::vector<std::string>& faults() const noexcept { return faults_; }
    std::string help() const;

private:
    std::optional<std::string> find(const std::string& name);

    Lookup lookup_;
    std::vector<std::string> faults_;
    std::vector<std::string> help_lines_;
};

} // namespace ciclo
