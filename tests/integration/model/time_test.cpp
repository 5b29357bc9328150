#include "model/policy.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/due_work.hpp"
#include "model/stores/onboarding_token.hpp"
#include "worker_fixture.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto code = "QX7PL2AB";

class TimeFixture : public WorkerFixture {
public:
    // What the scheduler and a worker do at that time: the rows are moved as if it were the server's present.
    void at(Time present)
    {
        now = present;
        postgres::Transaction transaction{connection()};
        connection().execute("UPDATE users SET refold_at = now() + (refold_at - $1::timestamptz)",
                             {to_iso8601(present)});
        (void)want_timed_folds(connection(), 100);
        connection().execute("UPDATE users SET refold_at = $1::timestamptz + (refold_at - now())",
                             {to_iso8601(present)});
        transaction.commit();
        fold_due();
    }
    std::string state() { return text("SELECT lifecycle FROM users"); }
    std::string access() { return text("SELECT status FROM enrollments"); }
    std::string history()
    {
        return text("SELECT string_agg(status, ' ' ORDER BY valid_from) FROM student_course_status");
    }
};

Fact delayed(Time when)
{
    Fact fact = of_subscription(approved("HP2", when), code);
    fact.id = fact_id("delayed" + to_iso8601(when));
    fact.type = FactType::purchase_delayed;
    fact.hotmart_status = "DELAYED";
    fact.approved_at.reset();
    return fact;
}

} // namespace

TEST_CASE_METHOD(TimeFixture, "a delayed renewal keeps its access until the grace is over", "[model][time]")
{
    now = day(32);
    fold({of_subscription(approved("HP1", day(1)), code, day(31)), linked("220", day(2)), delayed(day(31))});
    CHECK(access() == "active");
    CHECK(history() == "Ativo Inadimplente");

    at(day(37));
    CHECK(access() == "active");
    CHECK(number("SELECT count(*) FROM reconciliations WHERE target = 'lifecycle'") == 0);
    at(day(38));
    CHECK(access() == "blocked");
    CHECK(text("SELECT payload ->> 'trigger' FROM events WHERE type = 'enrollment.unenrolled'") == "refold");
    CHECK(text("SELECT refold_at IS NULL FROM users") == "t");
    CHECK(number("SELECT wanted_version FROM reconciliations WHERE target = 'discord'") == 2);

    fold({of_subscription(completed("HP2", day(39), day(39)), code, day(61))}); // paid after all
    CHECK(access() == "active");
}

TEST_CASE_METHOD(TimeFixture, "a cancelled subscription ends with the paid period when the policy says so",
                 "[model][time]")
{
    policy.cancellation = CancellationPolicy::end_of_period;
    now = day(10);
    fold({of_subscription(approved("HP1", day(1)), code, day(31)), linked("220", day(2)),
          cancelled(code, day(9), day(31))});
    CHECK(state() == "active");

    at(day(30));
    CHECK(state() == "active");
    at(day(31));
    CHECK(state() == "churned");
    CHECK(access() == "expired");
    CHECK(text("SELECT string_agg(template, ' ' ORDER BY id) FROM messages WHERE channel = 'discord_notification'") ==
          "access_expired");
}

TEST_CASE_METHOD(TimeFixture, "a single payment gives as many days as its product says", "[model][time]")
{
    connection().script("UPDATE products SET access_days = 90");
    catalogue = load_catalogue(connection());
    now = day(2);
    fold({approved("HP1", day(1), poetry)});
    CHECK(state() == "active");

    at(day(90));
    CHECK(state() == "active");
    at(day(91));
    CHECK(state() == "churned");
    CHECK(access() == "expired");
}

TEST_CASE_METHOD(TimeFixture, "a token is over by itself, and ManyChat is told", "[model][time]")
{
    now = ciclo::now();
    fold({approved("HP1", now)});
    const auto wanted = [this] {
        return number("SELECT wanted_version FROM reconciliations WHERE target = 'manychat'");
    };
    CHECK(find_onboarding_token(connection(), user_id()).has_value());
    CHECK(close_expired_tokens(connection(), 100) == 0);

    connection().script("UPDATE onboarding_tokens SET expires_at = now() - interval '1 second'");
    CHECK_FALSE(find_onboarding_token(connection(), user_id()).has_value());
    const auto before = wanted();
    CHECK(close_expired_tokens(connection(), 100) == 1);
    CHECK(close_expired_tokens(connection(), 100) == 0);
    CHECK(wanted() == before + 1);
}

TEST_CASE_METHOD(TimeFixture, "switching Discord on later has everybody folded again, once", "[model][time]")
{
    policy.discord_enabled = false;
    fold({approved("HP1", day(1)), with_email(approved("HP2", day(1), poetry), "leo@example.com")});
    CHECK(text("SELECT string_agg(lifecycle, ' ') FROM users") == "active active");
    CHECK(want_policy_folds(connection(), policy_text(policy), 100) == 0);

    policy.discord_enabled = true;
    CHECK(want_policy_folds(connection(), policy_text(policy), 1) == 1);
    CHECK(want_policy_folds(connection(), policy_text(policy), 100) == 1);
    CHECK(want_policy_folds(connection(), policy_text(policy), 100) == 0);
    fold_due();

    CHECK(text("SELECT lifecycle FROM users WHERE email = $1", {rita}) == "pending_onboarding");
    CHECK(text("SELECT lifecycle FROM users WHERE email = 'leo@example.com'") == "active"); // needs no account
    CHECK(want_policy_folds(connection(), policy_text(policy), 100) == 0);
    CHECK(number("SELECT count(*) FROM onboarding_tokens") == 1);
    CHECK(text("SELECT template FROM messages WHERE channel = 'manychat_flow'") == "onboarding");
}
