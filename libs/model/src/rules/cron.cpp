#include "model/rules/cron.hpp"

#include "core/text.hpp"

#include <fmt/core.h>

#include <bit>
#include <charconv>
#include <string>
#include <vector>

namespace ciclo::model {

namespace {

using namespace std::chrono;

// A 29th of February may be eight years away.
constexpr int days_to_look_at = 9 * 366;

struct Field {
    std::string_view name;
    int least;
    int most;
};

constexpr Field minute_field{"minute", 0, 59};
constexpr Field hour_field{"hour", 0, 23};
constexpr Field day_field{"day of the month", 1, 31};
constexpr Field month_field{"month", 1, 12};
constexpr Field weekday_field{"day of the week", 0, 7};

Error wrong(const Field& field, std::string_view text)
{
    return Error{
        ErrorKind::invalid_input,
        fmt::format("\"{}\" is no {}: write *, numbers from {} to {}, ranges 1-5, steps */10, or a list of these", text,
                    field.name, field.least, field.most)};
}

std::optional<int> number(std::string_view text)
{
    int value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || text.empty() || text.front() == '-')
        return std::nullopt;
    return value;
}

constexpr std::uint64_t bit(int value)
{
    return std::uint64_t{1} << static_cast<unsigned>(value);
}

// "*", "7", "1-5", each with or without "/step".
std::optional<std::uint64_t> part_of(std::string_view text, const Field& field)
{
    int step = 1;
    const auto slash = text.find('/');
    const bool has_step = slash != std::string_view::npos;
    if (has_step) {
        const auto given = number(text.substr(slash + 1));
        if (!given || *given < 1)
            return std::nullopt;
        step = *given;
        text = text.substr(0, slash);
    }
    int first = field.least;
    int last = field.most;
    if (text != "*") {
        const auto dash = text.find('-');
        const auto from = number(text.substr(0, dash));
        const auto to = dash == std::string_view::npos ? from : number(text.substr(dash + 1));
        if (!from || !to || *from < field.least || *to > field.most || *from > *to)
            return std::nullopt;
        if (has_step && dash == std::string_view::npos)
            return std::nullopt; // some crons read "5/10" as "5-59/10", others refuse it
        first = *from;
        last = *to;
    }
    std::uint64_t bits = 0;
    // The distance, and not the next value, is compared: a huge step must not overflow.
    for (int value = first;; value += step) {
        bits |= bit(value);
        if (last - value < step)
            return bits;
    }
}

Result<std::uint64_t> field_of(std::string_view text, const Field& field)
{
    std::uint64_t bits = 0;
    for (const auto& part : split(text, ',')) {
        const auto some = part_of(part, field);
        if (!some)
            return wrong(field, text);
        bits |= *some;
    }
    return bits;
}

std::vector<std::string> words_of(std::string_view expression)
{
    std::vector<std::string> words;
    std::string word;
    for (const char c : expression) {
        if (c != ' ' && c != '\t') {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty())
        words.push_back(std::move(word));
    return words;
}

// The lowest value in `bits` that is at least `least`; 64 when there is none.
int first_from(std::uint64_t bits, int least)
{
    return least > 63 ? 64 : std::countr_zero(bits & ~(bit(least) - 1));
}

} // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view expression)
{
    const auto words = words_of(expression);
    if (words.size() != 5)
        return Error{
            ErrorKind::invalid_input,
            fmt::format("\"{}\" has {} fields instead of five: minute, hour, day of the month, month, day of the week",
                        expression, words.size())};
    CronSchedule schedule;
    const std::pair<std::uint64_t CronSchedule::*, Field> fields[] = {{&CronSchedule::minutes_, minute_field},
                                                                      {&CronSchedule::hours_, hour_field},
                                                                      {&CronSchedule::days_, day_field},
                                                                      {&CronSchedule::months_, month_field},
                                                                      {&CronSchedule::weekdays_, weekday_field}};
    std::size_t word = 0;
    for (const auto& [member, field] : fields) {
        auto bits = field_of(words[word++], field);
        if (!bits)
            return bits.error();
        schedule.*member = *bits;
    }
    if ((schedule.weekdays_ & bit(7)) != 0)
        schedule.weekdays_ |= bit(0);
    schedule.any_day_ = words[2].front() == '*';
    schedule.any_weekday_ = words[4].front() == '*';
    return schedule;
}

bool CronSchedule::matches_day(sys_days day) const noexcept
{
    const year_month_day date{day};
    if ((months_ & bit(static_cast<int>(static_cast<unsigned>(date.month())))) == 0)
        return false;
    const bool day_matches = (days_ & bit(static_cast<int>(static_cast<unsigned>(date.day())))) != 0;
    const bool weekday_matches = (weekdays_ & bit(static_cast<int>(weekday{day}.c_encoding()))) != 0;
    return any_day_ || any_weekday_ ? day_matches && weekday_matches : day_matches || weekday_matches;
}

std::optional<Time> CronSchedule::next_after(Time moment) const
{
    const auto earliest = floor<minutes>(moment) + minutes{1};
    sys_days day = floor<days>(earliest);
    const auto time_of_day = earliest - day;
    int hour = static_cast<int>(duration_cast<hours>(time_of_day).count());
    int minute = static_cast<int>((time_of_day - hours{hour}).count());
    for (int i = 0; i < days_to_look_at; ++i, day += days{1}, hour = 0, minute = 0) {
        if (!matches_day(day))
            continue;
        for (int h = first_from(hours_, hour); h < 24; h = first_from(hours_, h + 1), minute = 0) {
            const int m = first_from(minutes_, h == hour ? minute : 0);
            if (m < 60)
                return Time{day + hours{h} + minutes{m}};
        }
    }
    return std::nullopt;
}

} // namespace ciclo::model
