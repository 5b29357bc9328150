#include "core/time.hpp"
#include "core/uuid.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace ciclo;

namespace {

std::int64_t milliseconds_in(const std::string& uuid)
{
    return std::stoll(uuid.substr(0, 8) + uuid.substr(9, 4), nullptr, 16);
}

std::int64_t present_milliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch()).count();
}

} // namespace

TEST_CASE("a new id is a UUID of version 7 that starts with the present millisecond", "[core][uuid]")
{
    const auto before = present_milliseconds();
    const std::string id = new_uuid();
    const auto after = present_milliseconds();

    CAPTURE(id);
    CHECK(is_uuid(id));
    CHECK(id[14] == '7');
    CHECK(std::string_view{"89ab"}.find(id[19]) != std::string_view::npos);
    // A counter that ran over in an earlier test may be some milliseconds ahead of the clock.
    CHECK(milliseconds_in(id) >= before);
    CHECK(milliseconds_in(id) <= after + 1000);
}

TEST_CASE("ids made one after the other ascend, also within a millisecond", "[core][uuid]")
{
    std::vector<std::string> ids(20'000);
    std::generate(ids.begin(), ids.end(), new_uuid);

    const auto not_ascending = std::adjacent_find(ids.begin(), ids.end(), [](const auto& a, const auto& b) {
        return a.substr(0, 18) >= b.substr(0, 18); // time and counter alone, without the random part
    });
    CHECK(not_ascending == ids.end());
}

TEST_CASE("threads that make ids at the same moment never make the same one", "[core][uuid]")
{
    std::vector<std::vector<std::string>> made(4, std::vector<std::string>(2'000));
    {
        std::vector<std::jthread> threads;
        threads.reserve(made.size());
        for (auto& ids : made)
            threads.emplace_back([&ids] { std::generate(ids.begin(), ids.end(), new_uuid); });
    }

    std::set<std::string> distinct;
    for (const auto& ids : made) {
        CHECK(std::is_sorted(ids.begin(), ids.end()));
        distinct.insert(ids.begin(), ids.end());
    }
    CHECK(distinct.size() == 8'000);
}

TEST_CASE("a UUID has 32 hexadecimal digits in five groups", "[core][uuid]")
{
    CHECK(is_uuid("0c4d7a52-6a1e-4e55-9d19-7f8c2b6a9a01"));
    CHECK(is_uuid("0C4D7A52-6A1E-4E55-9D19-7F8C2B6A9A01"));
    CHECK(is_uuid("00000000-0000-0000-0000-000000000000"));

    CHECK_FALSE(is_uuid(""));
    CHECK_FALSE(is_uuid("0c4d7a526a1e4e559d197f8c2b6a9a01"));
    CHECK_FALSE(is_uuid("0c4d7a52-6a1e-4e55-9d19-7f8c2b6a9a0"));
    CHECK_FALSE(is_uuid("0c4d7a52-6a1e-4e55-9d19-7f8c2b6a9a011"));
    CHECK_FALSE(is_uuid("0c4d7a52-6a1e-4e55-9d19-7f8c2b6a9a0g"));
    CHECK_FALSE(is_uuid("0c4d7a5-26a1e-4e55-9d19-7f8c2b6a9a01"));
    CHECK_FALSE(is_uuid("{c4d7a52-6a1e-4e55-9d19-7f8c2b6a9a0}"));
    CHECK_FALSE(is_uuid("--------------------------------------"));
}
