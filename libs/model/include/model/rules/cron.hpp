#pragma once

#include "core/result.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace ciclo::model {

// A cron expression of five fields, in UTC: minute (0-59), hour (0-23), day of the month (1-31), month (1-12), day of
// the week (0-7, Sunday is 0 and 7). Each field is `*`, a number, a range `1-5`, a step `*/10`, `10-50/10`, or a list
// of these with commas. As in POSIX cron, when both days are restricted, either of them is enough.
class CronSchedule {
public:
    // invalid_input says which field is wrong, and how.
    static Result<CronSchedule> parse(std::string_view expression);

    // The first full minute after `moment` that matches. Nothing when there is none, e.g. on the 30th of February.
    std::optional<Time> next_after(Time moment) const;

private:
    bool matches_day(std::chrono::sys_days day) const noexcept;

    std::uint64_t minutes_ = 0; // one bit for each value
    std::uint64_t hours_ = 0;
    std::uint64_t days_ = 0;
    std::uint64_t months_ = 0;
    std::uint64_t weekdays_ = 0;
    bool any_day_ = false; // the field begins with `*`
    bool any_weekday_ = false;
};

} // namespace ciclo::model
