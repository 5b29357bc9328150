#include "core/result.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace ciclo;

TEST_CASE("every kind of error has a name of its own", "[core][result]")
{
    std::set<std::string_view> names;
    for (const auto kind : {ErrorKind::not_found, ErrorKind::duplicate, ErrorKind::invalid_input, ErrorKind::refused,
                            ErrorKind::unauthorized, ErrorKind::rate_limited, ErrorKind::unavailable,
                            ErrorKind::unknown_outcome, ErrorKind::internal})
        names.insert(to_string(kind));

    CHECK(names.size() == 9);
}

TEST_CASE("asking a failed result for its value throws kind and detail", "[core][result]")
{
    const Result<int> failed = Error{ErrorKind::not_found, "no such student"};

    CHECK_THROWS_WITH(failed.value(), "not_found: no such student");
}
