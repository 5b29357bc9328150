#include "fold_fixture.hpp"
#include "model/stores/reconciliation_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view discord = "discord";

// One student for whom Discord is to be reconciled.
class ReconciliationFixture : public testing::FoldFixture {
public:
    ReconciliationFixture()
    {
        fold({testing::approved("HP1", testing::day(1))});
        user = user_id();
        connection().script("DELETE FROM reconciliations WHERE target <> 'discord'");
    }

    void want()
    {
        const WantedReconciliation one{user, std::string{discord}, ""};
        const auto statement = want_reconciliations({&one, 1});
        connection().execute(statement.sql, statement.params);
    }
    std::optional<Lease> lease(std::chrono::seconds duration = 60s)
    {
        return lease_reconciliation(connection(), discord, user, duration);
    }
    // As if the time had passed.
    void expire_lease()
    {
        connection().script("UPDATE reconciliations SET leased_until = now() - interval '1 second'");
    }
    void reach_next_attempt() { connection().script("UPDATE reconciliations SET next_attempt_at = now()"); }

    std::int64_t seconds_to_wait()
    {
        return number("SELECT ceil(extract(epoch FROM next_attempt_at - now()))::bigint FROM reconciliations");
    }

    std::string user;
};

Error error_of(ErrorKind kind, std::chrono::milliseconds retry_after = 0ms)
{
    return Error{kind, "told by a test", retry_after};
}

} // namespace

TEST_CASE_METHOD(ReconciliationFixture, "a lease is exclusive until it is given back or over", "[model][leases]")
{
    const auto first = lease();
    REQUIRE(first.has_value());
    CHECK(first->user_id == user);
    CHECK(first->target == "discord");
    CHECK(first->version == 1);
    CHECK(first->attempts == 1);
    CHECK(first->correlation_id == testing::approved("HP1", testing::day(1)).id);

    auto other = another_connection();
    CHECK_FALSE(lease_reconciliation(other, discord, user, 60s).has_value());
    CHECK_FALSE(lease_reconciliation(other, "manychat", user, 60s).has_value());

    expire_lease();
    const auto second = lease_reconciliation(other, discord, user, 60s);
    REQUIRE(second.has_value());
    CHECK(second->attempts == 2);
}

TEST_CASE_METHOD(ReconciliationFixture, "what was applied is not due any more", "[model][leases]")
{
    const auto leased = lease();

    CHECK_FALSE(complete_reconciliation(connection(), *leased));

    CHECK_FALSE(lease().has_value());
    CHECK(text("SELECT applied_version || ' ' || attempts || ' ' || (applied_at IS NOT NULL) FROM reconciliations") ==
          "1 0 true");
}

TEST_CASE_METHOD(ReconciliationFixture, "when more was wanted meanwhile the worker goes again", "[model][leases]")
{
    const auto first = lease();
    want();
    want();

    CHECK(complete_reconciliation(connection(), *first));

    const auto second = lease();
    REQUIRE(second.has_value());
    CHECK(second->version == 3);
    CHECK(second->attempts == 1);
    CHECK_FALSE(complete_reconciliation(connection(), *second));
}

TEST_CASE_METHOD(ReconciliationFixture, "a worker that comes late does not undo what a faster one applied",
                 "[model][leases]")
{
    const auto slow = lease();
    expire_lease();
    want();
    const auto fast = lease();
    complete_reconciliation(connection(), *fast);

    CHECK_FALSE(complete_reconciliation(connection(), *slow));
    CHECK(number("SELECT applied_version FROM reconciliations") == 2);
}

TEST_CASE_METHOD(ReconciliationFixture, "a transient error waits with growing delay until it is given up",
                 "[model][leases]")
{
    for (int attempt = 1; attempt < max_attempts; ++attempt) {
        CAPTURE(attempt);
        const auto leased = lease();
        REQUIRE(leased.has_value());
        CHECK(leased->attempts == attempt);
        CHECK(postpone_reconciliation(connection(), *leased, error_of(ErrorKind::unavailable)) == RetryDecision::retry);
        CHECK_FALSE(lease().has_value());
        const auto wait = seconds_to_wait();
        CHECK(wait >= (1 << (attempt - 1)));
        CHECK(wait <= (1 << (attempt - 1)) * 3 / 2 + 1);
        reach_next_attempt();
    }

    CHECK(postpone_reconciliation(connection(), *lease(), error_of(ErrorKind::unavailable)) == RetryDecision::give_up);

    reach_next_attempt();
    CHECK_FALSE(lease().has_value());
    CHECK(text("SELECT failed || ' ' || last_error FROM reconciliations") == "true told by a test");
}

TEST_CASE_METHOD(ReconciliationFixture, "a rate limit waits as long as it says and uses no attempt", "[model][leases]")
{
    for (int i = 0; i < max_attempts + 2; ++i) {
        const auto leased = lease();
        REQUIRE(leased.has_value());
        CHECK(leased->attempts == 1);
        CHECK(postpone_reconciliation(connection(), *leased, error_of(ErrorKind::rate_limited, 90s)) ==
              RetryDecision::wait);
        CHECK(seconds_to_wait() >= 89);
        CHECK(seconds_to_wait() <= 91);
        reach_next_attempt();
    }
    CHECK(text("SELECT failed FROM reconciliations") == "f");
}

TEST_CASE_METHOD(ReconciliationFixture, "an unknown outcome is simply tried again, because repeating does no harm",
                 "[model][leases]")
{
    CHECK(postpone_reconciliation(connection(), *lease(), error_of(ErrorKind::unknown_outcome)) ==
          RetryDecision::retry);

    connection().script("UPDATE reconciliations SET attempts = 7, next_attempt_at = now()");
    CHECK(postpone_reconciliation(connection(), *lease(), error_of(ErrorKind::unknown_outcome)) ==
          RetryDecision::give_up);
}

TEST_CASE_METHOD(ReconciliationFixture, "a permanent error is given up at once", "[model][leases]")
{
    CHECK(postpone_reconciliation(connection(), *lease(), error_of(ErrorKind::refused)) == RetryDecision::give_up);

    reach_next_attempt();
    CHECK_FALSE(lease().has_value());
}

TEST_CASE_METHOD(ReconciliationFixture, "what was wanted after a permanent error gets its own chance",
                 "[model][leases]")
{
    const auto leased = lease();
    want();
    CHECK(postpone_reconciliation(connection(), *leased, error_of(ErrorKind::refused)) == RetryDecision::give_up);

    CHECK(text("SELECT failed FROM reconciliations") == "f");
    reach_next_attempt();
    CHECK(lease().has_value());
}

TEST_CASE_METHOD(ReconciliationFixture, "wanting again revives what was given up", "[model][leases]")
{
    postpone_reconciliation(connection(), *lease(), error_of(ErrorKind::refused));

    want();

    const auto leased = lease();
    REQUIRE(leased.has_value());
    CHECK(leased->version == 2);
    CHECK(leased->attempts == 1);
}

TEST_CASE_METHOD(ReconciliationFixture, "attempts never fall below none", "[model][leases]")
{
    const auto leased = lease();
    want(); // starts to count anew
    postpone_reconciliation(connection(), *leased, error_of(ErrorKind::rate_limited, 1s));

    CHECK(number("SELECT attempts FROM reconciliations") == 0);
}

TEST_CASE_METHOD(ReconciliationFixture, "what has waited longest keeps its place when more is wanted",
                 "[model][leases]")
{
    connection().script("UPDATE reconciliations SET wanted_at = now() - interval '1 hour'");
    want();
    CHECK(text("SELECT wanted_at < now() - interval '59 minutes' FROM reconciliations") == "t");

    complete_reconciliation(connection(), *lease());
    want();
    CHECK(text("SELECT wanted_at > now() - interval '1 minute' FROM reconciliations") == "t");
}
