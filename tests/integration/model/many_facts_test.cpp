#include "fold_fixture.hpp"
#include "model/rules/hotmart_event.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/given_role_store.hpp"
#include "model/stores/operator_actions.hpp"
#include "model/stores/replay.hpp"
#include "model/stores/student_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

// Enough for the planner to prefer an index, where there is one.
constexpr const char* a_big_school = R"sql(
    INSERT INTO users (id, email) SELECT gen_random_uuid(), 'aluno' || n || '@escola.example' FROM generate_series(1, 10000) AS n;
    INSERT INTO user_emails SELECT email, id FROM users;
    INSERT INTO facts (id, user_id, type, occurred_at, body)
    SELECT gen_random_uuid(), id, CASE n WHEN 4 THEN 'DISCORD_LINKED' ELSE 'PURCHASE_OUT_OF_SHOPPING_CART' END, now(),
           json_build_object('email', email, 'discord_id', CASE n WHEN 4 THEN email END)
    FROM users, generate_series(1, 4) AS n;
    INSERT INTO transactions (code, user_id, candidates, status, price)
    SELECT 'HB' || email, id, 'product.id=1', 'PENDING', 1 FROM users;
    INSERT INTO subscriptions (subscriber_code, user_id, status)
    SELECT 'CB' || email, id, 'PENDING_PAYMENT' FROM users;
    INSERT INTO messages (id, channel, cause_key, class, template, user_id)
    SELECT gen_random_uuid(), 'email', email, 'service', 't', id FROM users;
    ANALYZE;
)sql";

} // namespace

TEST_CASE_METHOD(FoldFixture, "nothing that is about one student reads everybody's rows", "[model][scale]")
{
    connection().script(a_big_school);
    // Without expect_key_lookups(): the planner is free to choose, as for the command line.
    auto own = another_connection();
    own.script("SET plan_cache_mode = force_generic_plan");
    const auto scans = [&] {
        own.execute("SELECT pg_stat_force_next_flush()");
        return text("SELECT string_agg(relname || '=' || seq_scan, ' ' ORDER BY relname) FROM pg_stat_user_tables "
                    "WHERE relname IN ('users', 'user_emails', 'facts', 'transactions', 'subscriptions', 'messages')");
    };
    const auto before = scans();

    fold_on(own, {with_email(approved("HP1", day(1)), unknown_email)});
    fold_on(own, {of_subscription(approved("HP1", day(1)), "QX7PL2AB", day(31)), approved("HP2", day(1), chess)});
    fold_on(own, {with_email(approved("HP3", day(2)), "leo@example.com")});
    fold_on(own, {with_email(cancelled("QX7PL2AB", day(3)), "leo@example.com")}); // two become one
    REQUIRE(link_discord_account(own, rita, "220", day(4)).has_value());
    CHECK(link_discord_account(own, "ana@example.com", "220", day(4)).has_error());
    const std::string id = find_student_id(own, rita).value();
    (void)read_former_accounts(own, id);
    (void)read_discord_wish(own, id);

    CHECK(scans() == before);
}

TEST_CASE_METHOD(FoldFixture, "a page of a replay reads its own facts, and not those of all the others",
                 "[model][scale]")
{
    connection().script(a_big_school);
    connection().script("INSERT INTO webhook_events (id, event_type, payload, received_at, status) "
                        "SELECT id, type, '{}', now(), 'processed' FROM facts; ANALYZE");
    auto own = another_connection();
    own.script("SET plan_cache_mode = force_generic_plan");
    const auto facts_read = [&] {
        own.execute("SELECT pg_stat_force_next_flush()");
        return number("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'facts'");
    };
    const auto before = facts_read();

    CatalogueCache cache;
    std::string after;
    std::int64_t events = 0;
    for (int page = 0; page < 10; ++page) {
        const auto read = replay_facts(own, {}, after, cache);
        events += static_cast<std::int64_t>(read.events);
        after = read.last_id;
    }

    CHECK(events == 2000);
    CHECK(facts_read() - before <= 2 * events);
}
