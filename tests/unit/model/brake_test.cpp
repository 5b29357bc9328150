#include "model/rules/brake.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace ciclo::model;

namespace {

// `people` lose access to the product, users numbered from `first`.
std::vector<Revocation> loss(std::size_t people, const std::string& product, std::size_t first = 0)
{
    std::vector<Revocation> revocations;
    for (std::size_t i = 0; i < people; ++i)
        revocations.push_back({"user" + std::to_string(first + i), product});
    return revocations;
}

std::vector<Revocation> operator+(std::vector<Revocation> one, const std::vector<Revocation>& other)
{
    one.insert(one.end(), other.begin(), other.end());
    return one;
}

} // namespace

TEST_CASE("a run stops when it would take access from too many people, or too large a part of a product's")
{
    struct Example {
        std::vector<Revocation> revocations;
        std::map<std::string, std::size_t> students;
        bool stops;
    };
    const Example examples[] = {
        {{}, {}, false},
        {loss(20, "a"), {{"a", 10'000}}, false},
        {loss(21, "a"), {{"a", 10'000}}, true},
        {loss(5, "a"), {{"a", 100}}, false},
        {loss(6, "a"), {{"a", 100}}, true},
        {loss(1, "a"), {{"a", 1}}, false}, // one person is no mass
        {loss(2, "a"), {{"a", 2}}, true},
        {loss(2, "a"), {}, true}, // nobody is known to have it: it cannot be a small part
        {loss(12, "a") + loss(12, "b", 12), {{"a", 10'000}, {"b", 10'000}}, true}, // people count over all products
        {loss(12, "a") + loss(12, "b"), {{"a", 10'000}, {"b", 10'000}}, false},    // each person once
        {loss(2, "a") + loss(2, "a"), {{"a", 40}}, false},
        {loss(1, "a") + loss(6, "b", 1), {{"a", 1'000}, {"b", 100}}, true},
        {loss(20, ""), {}, false},
        {loss(21, ""), {}, true},
    };
    for (const auto& example : examples) {
        CAPTURE(example.revocations.size(), example.students.size());
        const auto decision = decide_brake(example.revocations, example.students, {});
        CHECK(decision.stops == example.stops);
        CHECK(decision.reason.empty() != example.stops);
    }
}

TEST_CASE("the list of people is complete, also when the run stops")
{
    const auto decision = decide_brake(loss(30, "a") + loss(30, "b", 10), {{"a", 50}, {"b", 50}}, {});

    CHECK(decision.stops);
    CHECK(decision.people.size() == 40);
    CHECK(std::is_sorted(decision.people.begin(), decision.people.end()));
}

TEST_CASE("a person may approve a number of revocations, and no more than that")
{
    BrakePolicy policy;
    policy.approved_people = 40;

    CHECK_FALSE(decide_brake(loss(40, "a"), {{"a", 40}}, policy).stops);
    CHECK(decide_brake(loss(41, "a"), {{"a", 41}}, policy).stops);
}

TEST_CASE("a limit of zero stops every revocation")
{
    BrakePolicy policy;
    policy.most_people = 0;

    CHECK(decide_brake(loss(1, "a"), {{"a", 1'000}}, policy).stops);
    CHECK_FALSE(decide_brake({}, {}, policy).stops);
}
