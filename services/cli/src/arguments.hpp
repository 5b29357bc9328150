#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo::cli {

// Something the operator should write differently.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Words and --options of a command line. Options take a value ("--name X", "--name=X") unless they are
// declared as switches.
class Arguments {
public:
    Arguments(std::vector<std::string> words, const std::vector<std::string>& switches);

    const std::vector<std::string>& positional() const noexcept { return positional_; }
    bool has(const std::string& option) const { return options_.contains(option); }
    std::vector<std::string> all(const std::string& option) const;
    std::optional<std::string> one(const std::string& option) const; // UsageError when given twice
    std::string required(const std::string& option) const;
    int integer(const std::string& option, int fallback, int least, int most) const;

    // UsageError for an option that is not in `known`.
    void allow_only(const std::vector<std::string>& known) const;

private:
    std::vector<std::string> positional_;
    std::map<std::string, std::vector<std::string>> options_;
};

} // namespace ciclo::cli
