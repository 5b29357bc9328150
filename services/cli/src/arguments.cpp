#include "arguments.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace ciclo::cli {

Arguments::Arguments(std::vector<std::string> words, const std::vector<std::string>& switches)
{
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string word = words[i];
        if (!word.starts_with("--") || word.size() == 2) {
            positional_.push_back(std::move(word));
            continue;
        }
        word.erase(0, 2);
        if (const auto equals = word.find('='); equals != std::string::npos) {
            options_[word.substr(0, equals)].push_back(word.substr(equals + 1));
        } else if (std::find(switches.begin(), switches.end(), word) != switches.end()) {
            options_[word].emplace_back("true");
        } else if (i + 1 < words.size()) {
            options_[word].push_back(words[++i]);
        } else {
            throw UsageError{fmt::format("--{} needs a value", word)};
        }
    }
}

std::vector<std::string> Arguments::all(const std::string& option) const
{
    const auto found = options_.find(option);
    return found == options_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::string> Arguments::one(const std::string& option) const
{
    const auto values = all(option);
    if (values.size() > 1)
        throw UsageError{fmt::format("--{} is given {} times", option, values.size())};
    return values.empty() ? std::nullopt : std::optional{values.front()};
}

std::string Arguments::required(const std::string& option) const
{
    const auto value = one(option);
    if (!value || value->empty())
        throw UsageError{fmt::format("--{} is missing", option)};
    return *value;
}

int Arguments::integer(const std::string& option, int fallback, int least, int most) const
{
    const auto text = one(option);
    if (!text)
        return fallback;
    int number = 0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failure != std::errc{} || end != text->data() + text->size() || number < least || number > most)
        throw UsageError{fmt::format("--{} is \"{}\": write a whole number from {} to {}", option, *text, least, most)};
    return number;
}

void Arguments::allow_only(const std::vector<std::string>& known) const
{
    for (const auto& [option, values] : options_)
        if (std::find(known.begin(), known.end(), option) == known.end())
            throw UsageError{
                fmt::format("--{} is not known here{}", option,
                            known.empty() ? std::string{} : fmt::format(": there is --{}", fmt::join(known, ", --")))};
}

} // namespace ciclo::cli
