#include "model/rules/cron.hpp"
#include "model/rules/job_catalogue.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <random>
#include <set>
#include <sstream>

using namespace ciclo;
using namespace ciclo::model;
using namespace std::chrono;

namespace {

std::string next(const char* expression, const char* after)
{
    const auto found = CronSchedule::parse(expression).value().next_after(time_from_text(after).value());
    return found ? to_iso8601(*found).substr(0, 16) : "never";
}

// What cron means, said as plainly as possible: one field, one value, one question.
bool matches(const std::string& field, int value, int least, int most)
{
    std::stringstream parts{field};
    std::string part;
    while (std::getline(parts, part, ',')) {
        int step = 1;
        if (const auto slash = part.find('/'); slash != std::string::npos) {
            step = std::stoi(part.substr(slash + 1));
            part.resize(slash);
        }
        int first = least;
        int last = most;
        if (part != "*") {
            first = std::stoi(part);
            last = part.find('-') == std::string::npos ? first : std::stoi(part.substr(part.find('-') + 1));
        }
        for (int i = first; i <= last; i += step)
            if (i == value)
                return true;
    }
    return false;
}

bool matches(const std::vector<std::string>& fields, Time moment)
{
    const auto day = floor<days>(moment);
    const year_month_day date{day};
    const auto minute_of_day = static_cast<int>(duration_cast<minutes>(moment - day).count());
    const int weekday_number = static_cast<int>(weekday{day}.c_encoding());
    const bool day_matches = matches(fields[2], static_cast<int>(static_cast<unsigned>(date.day())), 1, 31);
    const bool weekday_matches =
        matches(fields[4], weekday_number, 0, 7) || (weekday_number == 0 && matches(fields[4], 7, 0, 7));
    const bool either = fields[2][0] != '*' && fields[4][0] != '*';
    return matches(fields[0], minute_of_day % 60, 0, 59) && matches(fields[1], minute_of_day / 60, 0, 23) &&
           matches(fields[3], static_cast<int>(static_cast<unsigned>(date.month())), 1, 12) &&
           (either ? day_matches || weekday_matches : day_matches && weekday_matches);
}

// Expressions that come often enough for a search minute by minute.
class RandomExpressions {
public:
    std::vector<std::string> next()
    {
        return {field(0, 59), field(0, 23), chance(3) ? field(1, 31) : "*", chance(4) ? field(1, 12) : "*",
                chance(3) ? field(0, 7) : "*"};
    }
    int number(int least, int most) { return std::uniform_int_distribution{least, most}(random_); }

private:
    bool chance(int one_in) { return number(1, one_in) == 1; }
    std::string field(int least, int most)
    {
        std::string text;
        for (int parts = number(1, 3); parts > 0; --parts) {
            const int from = number(least, most);
            const int to = number(from, most);
            const int kind = number(0, 4);
            text += text.empty() ? "" : ",";
            text += kind == 0   ? "*"
                    : kind == 1 ? fmt::format("{}", from)
                    : kind == 2 ? fmt::format("{}-{}", from, to)
                    : kind == 3 ? fmt::format("{}-{}/{}", from, to, number(1, 70))
                                : fmt::format("*/{}", number(1, 70));
        }
        return text;
    }
    std::mt19937 random_{20261125};
};

} // namespace

TEST_CASE("the next run is the first full minute that matches")
{
    struct Example {
        const char* expression;
        const char* after;
        const char* expected;
    };
    const Example examples[] = {
        {"0 2 * * *", "2026-11-25T01:59:59Z", "2026-11-25T02:00"},
        {"0 2 * * *", "2026-11-25T02:00:00Z", "2026-11-26T02:00"},
        {"0 2 * * *", "2026-11-25T02:00:00.5Z", "2026-11-26T02:00"},
        {"* * * * *", "2026-12-31T23:59:59Z", "2027-01-01T00:00"},
        {"*/15 8-10 * * *", "2026-11-25T10:45:00Z", "2026-11-26T08:00"},
        {"30 4 1 * *", "2026-11-25T12:00:00Z", "2026-12-01T04:30"},
        {"0 0 29 2 *", "2026-11-25T12:00:00Z", "2028-02-29T00:00"},
        {"0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00"},
        {"0 0 30 2 *", "2026-11-25T12:00:00Z", "never"},
        {"0 9 * * 1-5", "2026-11-27T09:00:00Z", "2026-11-30T09:00"}, // from a Friday to a Monday
        {"0 9 * * 7", "2026-11-25T00:00:00Z", "2026-11-29T09:00"},
        {"0 9 * * 0", "2026-11-25T00:00:00Z", "2026-11-29T09:00"},
        {"0 0 13 * 5", "2026-11-25T00:00:00Z", "2026-11-27T00:00"},  // either day is enough
        {"0 0 */2 * 5", "2026-11-25T00:00:00Z", "2026-11-27T00:00"}, // a step over all days restricts nothing by itself
        {"5,35 0 * * *", "2026-11-25T00:05:00Z", "2026-11-25T00:35"},
        {"10-50/20 * * * *", "2026-11-25T00:30:00Z", "2026-11-25T00:50"},
        {"  0\t2  * * * ", "2026-11-25T00:00:00Z", "2026-11-25T02:00"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.expression, example.after);
        CHECK(next(example.expression, example.after) == example.expected);
    }
}

TEST_CASE("an expression that is none is refused with the field that is wrong")
{
    const std::pair<const char*, const char*> examples[] = {
        {"", "0 fields"},
        {"* * * *", "4 fields"},
        {"* * * * * *", "6 fields"},
        {"60 * * * *", "minute"},
        {"-1 * * * *", "minute"},
        {"1,,2 * * * *", "minute"},
        {"1, * * * *", "minute"},
        {"* 24 * * *", "hour"},
        {"* 5-3 * * *", "hour"},
        {"* * 0 * *", "day of the month"},
        {"* * 32 * *", "day of the month"},
        {"* * * 13 *", "month"},
        {"* * * jan *", "month"},
        {"* * * * 8", "day of the week"},
        {"*/0 * * * *", "minute"},
        {"*/ * * * *", "minute"},
        {"5/10 * * * *", "minute"},
        {"1-2-3 * * * *", "minute"},
        {"99999999999999999999 * * * *", "minute"},
        {"@daily", "1 fields"},
    };
    for (const auto& [expression, fault] : examples) {
        CAPTURE(expression);
        const auto parsed = CronSchedule::parse(expression);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().kind == ErrorKind::invalid_input);
        CHECK_THAT(parsed.error().detail, Catch::Contains(fault));
    }
    CHECK(CronSchedule::parse("*/2147483647 * * * *").has_value());
}

TEST_CASE("for any expression and moment, the next run is the one that a search minute by minute finds")
{
    RandomExpressions random;
    const Time start = time_from_text("2027-12-20T00:00:00Z").value();
    for (int i = 0; i < 300; ++i) {
        const auto fields = random.next();
        const auto expression = fmt::format("{} {} {} {} {}", fields[0], fields[1], fields[2], fields[3], fields[4]);
        const Time moment = start + seconds{random.number(0, 400 * 86400)};
        CAPTURE(expression, to_iso8601(moment));

        const auto found = CronSchedule::parse(expression).value().next_after(moment);

        // Wherever the rule stops looking, the search would have to find something earlier to contradict it.
        const Time horizon = std::min(found.value_or(Time::max()), moment + days{40});
        Time searched = floor<minutes>(moment) + minutes{1};
        while (searched < horizon && !matches(fields, searched))
            searched += minutes{1};
        REQUIRE(searched >= horizon);
        if (found) {
            CHECK(matches(fields, *found));
            CHECK(*found > moment);
        }
    }
}

TEST_CASE("every job of the catalogue has a name of its own, a schedule that comes, and an event")
{
    std::set<std::string_view> names;
    std::set<std::string> events;
    for (const JobDefinition& job : all_jobs()) {
        INFO(job.name);
        CHECK(names.insert(job.name).second);
        CHECK(events.insert(completed_event(job)).second);
        CHECK(find_job(job.name) == &job);
        if (!job.schedule.empty())
            CHECK(CronSchedule::parse(job.schedule).value().next_after(now()).has_value());
    }
    CHECK(find_job("sync_everything") == nullptr);
    CHECK(completed_event(*find_job("sync_manychat_tags")) == "manychat.sync_completed");
    CHECK(completed_event(*find_job("sync_hotmart_buyers")) == "hotmart_buyers.sync_completed");
    CHECK(completed_event(*find_job("sync_hotmart_products")) == "sync_hotmart_products.sync_completed");
    CHECK_FALSE(find_job("purge_raw_events")->enabled);
}
