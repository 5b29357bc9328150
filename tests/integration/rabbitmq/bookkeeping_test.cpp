// The parts of the library that need no broker.
#include "backoff.hpp"
#include "confirm_window.hpp"
#include "unanswered.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ciclo::rabbitmq;
using namespace std::chrono_literals;

namespace {

ConfirmWindow window_of(int count)
{
    ConfirmWindow window{10};
    for (int i = 1; i <= count; ++i)
        window.add(Message{"queue", "type", std::to_string(i), ""});
    return window;
}

std::string bodies(const std::deque<Message>& messages)
{
    std::string all;
    for (const auto& message : messages)
        all += message.body;
    return all;
}

Unanswered delivered(std::uint64_t count)
{
    Unanswered unanswered;
    for (std::uint64_t tag = 1; tag <= count; ++tag)
        unanswered.delivered(tag);
    return unanswered;
}

} // namespace

TEST_CASE("confirms may come out of order, many at once, and twice")
{
    auto window = window_of(6);
    CHECK(window.room() == 4);

    CHECK(window.confirm(3, false) == 1);
    CHECK(window.confirm(3, false) == 0);
    CHECK(window.confirm(4, true) == 3);
    CHECK(window.confirm(4, true) == 0);
    CHECK(window.confirm(99, false) == 0);

    CHECK(window.room() == 8);
    CHECK(bodies(window.give_up()) == "56");
}

TEST_CASE("a refused message is handed back once")
{
    auto window = window_of(4);
    std::deque<Message> again;

    CHECK(window.refuse(2, true, again) == 2);
    CHECK(window.confirm(4, true) == 2);

    CHECK(bodies(again) == "12");
    CHECK(window.give_up().empty());
}

TEST_CASE("a new connection counts its confirms from one")
{
    auto window = window_of(3);
    CHECK(window.confirm(1, false) == 1);
    CHECK(bodies(window.give_up()) == "23");

    window.add(Message{"queue", "type", "again", ""});

    CHECK(window.confirm(1, false) == 1);
    CHECK(window.room() == 10);
}

TEST_CASE("consecutive deliveries are answered by one ack")
{
    auto unanswered = delivered(5);

    const auto acks = unanswered.answer_all({3, 1, 2});

    CHECK(acks.all_up_to == 3);
    CHECK(acks.single.empty());
}

TEST_CASE("an ack for many never reaches a delivery that is still worked on")
{
    auto unanswered = delivered(6);

    const auto first = unanswered.answer_all({1, 3, 4});
    CHECK(first.all_up_to == 1);
    CHECK(first.single == std::vector<std::uint64_t>{3, 4});

    const auto second = unanswered.answer_all({2, 5, 3});
    CHECK(second.all_up_to == 5);
    CHECK(second.single.empty());
}

TEST_CASE("a delivery is answered once")
{
    auto unanswered = delivered(2);

    CHECK(unanswered.answer(2));
    CHECK_FALSE(unanswered.answer(2));
    CHECK_FALSE(unanswered.answer(7));
    CHECK(unanswered.answer_all({1, 2, 1}).all_up_to == 1);
    CHECK_FALSE(unanswered.answer(1));
}

TEST_CASE("pauses between connections grow to five seconds, and start again after a connection that held")
{
    Backoff backoff;
    CHECK(backoff.next() <= 100ms);
    for (int i = 0; i < 10; ++i)
        CHECK(backoff.next() <= 5s);
    CHECK(backoff.next() >= 2500ms);

    backoff.connection_lasted(1s);
    CHECK(backoff.next() >= 2500ms);
    backoff.connection_lasted(6s);
    CHECK(backoff.next() <= 100ms);
}
