#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ciclo {

// A point in time, UTC, with the precision of PostgreSQL's timestamptz.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

// Passed to everything whose result depends on the present, so that tests can choose it.
using Clock = std::function<Time()>;

Time now() noexcept;

// Accepted range: years 1970 to 9999; anything else is no time.
std::optional<Time> time_from_unix_ms(std::int64_t milliseconds) noexcept;

// "2026-11-19T00:00:00Z", with or without fraction, offset, or `T`; a date alone is midnight UTC.
// PostgreSQL's text form ("2026-11-19 00:00:00.123+00") is read too.
std::optional<Time> time_from_text(std::string_view text) noexcept;

// "2026-11-19T00:00:00.123456Z".
std::string to_iso8601(Time time);

} // namespace ciclo
