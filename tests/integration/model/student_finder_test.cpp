#include "fold_fixture.hpp"
#include "model/stores/student_store.hpp"

#include <catch2/catch.hpp>

#include <future>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto code = "QX7PL2AB";

std::vector<StoredStudent> find(postgres::Connection& connection, const std::vector<Fact>& facts)
{
    const postgres::Transaction transaction{connection};
    return find_students(connection, facts).of_fact;
}

} // namespace

TEST_CASE_METHOD(FoldFixture, "somebody never heard of is new, and the same for all facts of the batch",
                 "[model][students]")
{
    const auto found =
        find(connection(),
             {approved("HP1", day(1)), approved("HP2", day(2)), with_email(approved("HP3", day(1)), "leo@example.com"),
              with_email(of_subscription(approved("HP4", day(1)), code), "leo@example.com"),
              with_email(cancelled(code, day(2)), "leo@new.example")});

    REQUIRE(found.size() == 5);
    for (const auto& student : found)
        CHECK(student.is_new);
    CHECK(found[0].id == found[1].id);
    CHECK(found[2].id != found[0].id);
    CHECK(found[3].id == found[2].id);
    CHECK(found[4].id == found[2].id);
    CHECK(number("SELECT count(*) FROM users") == 0);
}

TEST_CASE_METHOD(FoldFixture, "a known student comes with what is stored", "[model][students]")
{
    fold({approved("HP1", day(1)), linked("220000000000000001", day(2))});

    const auto found = find(connection(), {approved("HP2", day(3))});

    REQUIRE(found.size() == 1);
    CHECK_FALSE(found[0].is_new);
    CHECK(found[0].id == user_id());
    CHECK(found[0].email == rita);
    CHECK(found[0].name == "Rita Alves");
    CHECK(found[0].phone == "31988887777");
    CHECK(found[0].lifecycle == "active");
    CHECK(found[0].discord_id == "220000000000000001");
}

TEST_CASE_METHOD(FoldFixture, "a code that ties two known students together makes them one", "[model][students]")
{
    fold({of_subscription(approved("HP1", day(1)), code)});
    fold({with_email(approved("HP2", day(1)), "leo@example.com")});

    const std::string rita_before = user_id(rita); // the older record stays

    const auto found = find(connection(), {with_email(cancelled(code, day(3)), "leo@example.com"),
                                           with_email(approved("HP3", day(3)), "leo@example.com")});

    CHECK(found[0].id == rita_before);
    CHECK(found[1].id == rita_before);
}

TEST_CASE_METHOD(FoldFixture, "students can be locked and read by id", "[model][students]")
{
    fold({approved("HP1", day(1)), with_email(approved("HP2", day(1)), "leo@example.com")});
    const std::vector<std::string> ids{user_id(), user_id("leo@example.com"), "00000000-0000-7000-8000-00000000dead"};

    const postgres::Transaction transaction{connection()};
    const auto found = lock_students(connection(), ids);

    CHECK(found.size() == 2);
    CHECK(lock_students(connection(), {}).empty());
}

TEST_CASE_METHOD(FoldFixture, "two workers that meet the same student work one after the other", "[model][students]")
{
    // However the student is named: the second must wait for the first.
    struct Meeting {
        const char* how;
        std::vector<Fact> first;
        std::vector<Fact> second;
    };
    const Fact known = of_subscription(approved("HP1", day(1)), code);
    const std::vector<Meeting> meetings{
        {"somebody new, by address",
         {with_email(approved("HP2", day(2)), "leo@example.com")},
         {with_email(approved("HP3", day(2)), "leo@example.com")}},
        {"somebody new, by code",
         {with_email(cancelled("NEW00001", day(2)), "a@example.com")},
         {with_email(cancelled("NEW00001", day(3)), "b@example.com")}},
        {"by address", {approved("HP2", day(2))}, {approved("HP3", day(2))}},
        {"by code and by address",
         {with_email(cancelled(code, day(2)), "rita@new.example")},
         {approved("HP3", day(2))}},
        {"by address and by code",
         {approved("HP3", day(2))},
         {with_email(cancelled(code, day(2)), "rita@new.example")}},
    };
    for (const Meeting& meeting : meetings) {
        CAPTURE(meeting.how);
        forget_students();
        fold({known});
        auto other = another_connection();
        const auto pid = session_pid(other);

        postgres::Transaction transaction{connection()};
        const auto mine = find_students(connection(), meeting.first).of_fact;
        auto theirs = std::async(std::launch::async, [&] { return find(other, meeting.second); });
        auto observer = another_connection();
        const bool waited = waits_for_lock(observer, pid, 2s);
        transaction.commit();

        CHECK(waited);
        if (!mine[0].is_new)
            CHECK(theirs.get()[0].id == mine[0].id);
    }
}

TEST_CASE_METHOD(FoldFixture, "a fold that nobody asked for waits for a worker that has the student",
                 "[model][students]")
{
    fold({of_subscription(approved("HP1", day(1)), code)});
    const std::vector<std::string> ids{user_id()};
    auto other = another_connection();
    const auto pid = session_pid(other);

    postgres::Transaction transaction{connection()};
    (void)find_students(connection(), std::vector{with_email(cancelled(code, day(2)), "rita@new.example")});
    auto theirs = std::async(std::launch::async, [&] {
        const postgres::Transaction inner{other};
        return lock_students(other, ids).size();
    });
    auto observer = another_connection();
    CHECK(waits_for_lock(observer, pid, 2s));
    transaction.commit();
    CHECK(theirs.get() == 1);
}

TEST_CASE_METHOD(FoldFixture, "workers with different students do not wait for each other", "[model][students]")
{
    const postgres::Transaction mine{connection()};
    (void)find_students(connection(), std::vector{approved("HP1", day(1))});
    auto other = another_connection();
    other.limit_statements(2s);

    CHECK(find(other, {with_email(approved("HP2", day(1)), "leo@example.com")}).size() == 1);
}

TEST_CASE_METHOD(FoldFixture, "workers that take the same students in opposite order do not block each other for good",
                 "[model][students]")
{
    std::vector<Fact> facts;
    facts.reserve(20);
    for (int i = 0; i < 20; ++i)
        facts.push_back(
            with_email(approved("HP" + std::to_string(i), day(1)), "student" + std::to_string(i) + "@example.com"));
    std::vector<Fact> backwards{facts.rbegin(), facts.rend()};
    std::vector<std::future<void>> workers;
    workers.reserve(4);
    for (const auto* batch : {&facts, &backwards, &facts, &backwards})
        workers.push_back(std::async(std::launch::async, [this, batch] {
            auto own = another_connection();
            own.limit_statements(10s);
            for (int round = 0; round < 10; ++round)
                fold_on(own, *batch);
        }));

    for (auto& worker : workers)
        CHECK_NOTHROW(worker.get());
    CHECK(number("SELECT count(*) FROM users") == 20);
}
