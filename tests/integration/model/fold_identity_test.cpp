#include "fold_fixture.hpp"
#include "model/rules/hotmart_event.hpp"
#include "model/stores/student_store.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <optional>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

constexpr auto code = "QX7PL2AB";

} // namespace

TEST_CASE_METHOD(FoldFixture, "a cancellation waits under its code for the purchase, whatever its address",
                 "[model][fold]")
{
    fold({with_email(cancelled(code, day(10)), "rita@old.example")});
    CHECK(text("SELECT lifecycle IS NULL FROM users") == "t");
    CHECK(text("SELECT status FROM subscriptions") == "CANCELLED");

    fold({of_subscription(approved("HP1", day(1)), code, day(31))});

    CHECK(number("SELECT count(*) FROM users") == 1);
    CHECK(text("SELECT status FROM enrollments") == "cancelled");
    CHECK(text("SELECT lifecycle FROM users") == "churned");
}

TEST_CASE_METHOD(FoldFixture, "a subscriber who writes from another address stays the same student", "[model][fold]")
{
    fold({of_subscription(approved("HP1", day(1)), code, day(31))});
    fold({with_email(of_subscription(approved("HP2", day(31)), code, day(61)), "rita@new.example")});

    CHECK(number("SELECT count(*) FROM users") == 1);
    CHECK(text("SELECT email FROM users") == "rita@new.example");
    CHECK(number("SELECT count(*) FROM user_emails") == 2);
    CHECK(number("SELECT count(*) FROM transactions") == 2);
}

TEST_CASE_METHOD(FoldFixture, "a refund under another address reaches the payment it is about", "[model][fold]")
{
    fold({approved("HP1", day(1))});
    fold({with_email(refunded("HP1", day(3)), "rita@new.example")});

    CHECK(number("SELECT count(*) FROM users") == 1);
    CHECK(text("SELECT status FROM enrollments") == "cancelled");
    CHECK(text("SELECT lifecycle FROM users") == "churned");
}

TEST_CASE_METHOD(FoldFixture, "two students who turn out to be one keep everything that happened to either",
                 "[model][fold]")
{
    fold({approved("HP1", day(1))});
    fold({with_email(of_subscription(approved("HP2", day(2)), code, day(32)), "rita@new.example")});
    CHECK(number("SELECT count(*) FROM users") == 2);

    fold({of_subscription(approved("HP3", day(32)), code, day(62))});

    CHECK(number("SELECT count(*) FROM users") == 1);
    CHECK(number("SELECT count(DISTINCT user_id) FROM facts") == 1);
    CHECK(number("SELECT count(*) FROM transactions WHERE user_id = $1", {user_id()}) == 3);
    CHECK(text("SELECT ltv FROM users") == "269.70");
}

TEST_CASE_METHOD(FoldFixture, "whoever stays of two students takes over the other's contact, unless there is one",
                 "[model][fold]")
{
    const bool has_one = GENERATE(false, true);
    fold({of_subscription(approved("HP1", day(1)), code, day(31))});
    fold({with_email(approved("HP2", day(2)), "rita@new.example")});
    const auto loser = user_id("rita@new.example");
    connection().execute("UPDATE users SET manychat_subscriber_id = '902' WHERE id = $1", {loser});
    connection().execute("INSERT INTO manychat_contacts (user_id, applied_tags) VALUES ($1, '{Clube}')", {loser});
    if (has_one)
        connection().execute("UPDATE users SET manychat_subscriber_id = '901' WHERE id = $1", {user_id()});

    fold({with_email(of_subscription(approved("HP3", day(31)), code, day(61)), "rita@new.example")});

    CHECK(number("SELECT count(*) FROM users") == 1);
    CHECK(text("SELECT manychat_subscriber_id FROM users") == (has_one ? "901" : "902"));
    // What was applied to the other contact would be missing from this one.
    CHECK(text("SELECT coalesce(string_agg(array_to_string(applied_tags, ','), ''), '') FROM manychat_contacts") ==
          (has_one ? "" : "Clube"));
}

TEST_CASE_METHOD(FoldFixture, "people without an address are recorded together and get nothing", "[model][fold]")
{
    fold({with_email(approved("HP1", day(1)), unknown_email), with_email(approved("HP2", day(1)), unknown_email)});

    CHECK(text("SELECT email || coalesce(lifecycle, ' in no state') FROM users") ==
          "unknown@hotmart.local in no state");
    CHECK(number("SELECT count(*) FROM transactions") == 2);
    CHECK(number("SELECT count(*) FROM enrollments") == 0);
    CHECK(number("SELECT count(*) FROM reconciliations") == 0);
}

TEST_CASE_METHOD(FoldFixture, "an event without address belongs to the student whose code it tells", "[model][fold]")
{
    fold({of_subscription(approved("HP1", day(1)), code, day(31))});
    fold({with_email(of_subscription(completed("HP1", day(8), day(1)), code), unknown_email)});

    CHECK(number("SELECT count(*) FROM users") == 1);
    CHECK(text("SELECT status FROM enrollments") == "active");
    CHECK(text("SELECT lifecycle FROM users") == "pending_onboarding");
}

TEST_CASE_METHOD(FoldFixture, "a code first heard without address does not tie its owner to the nobody",
                 "[model][fold]")
{
    fold({with_email(of_subscription(approved("HP1", day(1)), code, day(31)), unknown_email)});
    fold({of_subscription(approved("HP2", day(31)), code, day(61))});

    CHECK(text("SELECT status FROM enrollments WHERE user_id = $1", {user_id()}) == "active");
    CHECK(number("SELECT count(*) FROM enrollments WHERE user_id = $1", {user_id(unknown_email)}) == 0);
    CHECK(text("SELECT user_id FROM subscriptions") == user_id());

    // And the nobody does not take the subscription back.
    fold({with_email(approved("HP9", day(40)), unknown_email)});
    CHECK(text("SELECT user_id FROM subscriptions") == user_id());
}

TEST_CASE_METHOD(FoldFixture, "whoever took over the facts of a nobody is found again by the address alone",
                 "[model][fold]")
{
    fold({with_email(of_subscription(approved("HP1", day(1)), code, day(31)), unknown_email)});
    fold({of_subscription(approved("HP2", day(31)), code, day(61))});
    fold({approved("HP3", day(40))});

    CHECK(number("SELECT count(*) FROM users WHERE email <> $1", {unknown_email}) == 1);
    CHECK(number("SELECT count(*) FROM transactions WHERE user_id = $1", {user_id()}) == 3);
}

TEST_CASE_METHOD(FoldFixture, "one phone on two addresses stays two students", "[model][fold]")
{
    fold({approved("HP1", day(1)), with_email(approved("HP2", day(1)), "leo@example.com")});

    CHECK(number("SELECT count(*) FROM users") == 2);
    CHECK(number("SELECT count(DISTINCT phone) FROM users") == 1);
}

TEST_CASE_METHOD(FoldFixture, "who waited for a student that was merged meanwhile has locked the one who stayed",
                 "[model][fold]")
{
    fold({of_subscription(approved("HP1", day(1)), code, day(31))});
    fold({with_email(approved("HP2", day(1)), "leo@example.com")});
    fold({with_email(approved("HP2", day(1)), "leo@example.com"), // leo has a second address
          with_email(completed("HP2", day(2), day(1)), "leo@new.example")});
    const std::string survivor = user_id();
    REQUIRE(number("SELECT count(*) FROM users") == 2);

    auto merging = another_connection();
    auto waiting = another_connection();
    auto third = another_connection();
    auto observer = another_connection();
    std::optional<postgres::Transaction> merge{std::in_place, merging};
    (void)find_students(merging, std::vector{with_email(cancelled(code, day(3)), "leo@example.com")});

    std::promise<void> done;
    const auto waiting_pid = session_pid(waiting);
    std::promise<std::string> found;
    auto second = std::async(std::launch::async, [&] {
        const postgres::Transaction own{waiting};
        found.set_value(find_students(waiting, std::vector{with_email(approved("HP4", day(4)), "leo@new.example")})
                            .of_fact.front()
                            .id);
        done.get_future().wait(); // keeps its locks
    });
    REQUIRE(waits_for_lock(observer, waiting_pid));
    merge->commit();
    merge.reset();

    CHECK(found.get_future().get() == survivor);
    const auto third_pid = session_pid(third);
    auto another = std::async(std::launch::async, [&] {
        const postgres::Transaction own{third};
        return lock_students(third, {&survivor, 1}).size();
    });
    CHECK(waits_for_lock(observer, third_pid));
    done.set_value();
    second.get();
    CHECK(another.get() == 1);
}

TEST_CASE_METHOD(FoldFixture, "letters that only Unicode can make small do not stop a sale", "[model][fold]")
{
    // Read as Hotmart's reader does it: ASCII letters become small, others stay as they are.
    CHECK_NOTHROW(fold({with_email(approved("HP1", day(1)), "jos\u00c9.antigo@example.com")}));
    CHECK_NOTHROW(fold({with_email(approved("HP2", day(1)), "josÉ@example.com")}));

    CHECK(text("SELECT lifecycle FROM users WHERE email = 'josÉ@example.com'") == "pending_onboarding");
}

TEST_CASE_METHOD(FoldFixture, "an account that belongs to somebody else is a failure, and nothing of it stays",
                 "[model][fold]")
{
    fold({approved("HP1", day(1)), linked("220000000000000001", day(2))});
    const auto before = row_versions();

    try {
        fold({with_email(approved("HP2", day(1)), "leo@example.com"),
              with_email(linked("220000000000000001", day(3)), "leo@example.com")});
        FAIL("accepted");
    } catch (const postgres::Failure& failure) {
        CHECK(failure.is_unique_violation());
    }
    CHECK(row_versions() == before);
    CHECK(fold({with_email(approved("HP2", day(1)), "leo@example.com")}).size() == 1);
}
