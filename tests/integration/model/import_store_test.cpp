#include "fold_fixture.hpp"
#include "model/rules/imports.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/historical_buyers.hpp"
#include "model/stores/import_store.hpp"
#include "model/stores/onboarding_token.hpp"
#include "model/stores/raw_event_purge.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using testing::day;

namespace {

class ImportFixture : public testing::FoldFixture {
public:
    Fact row(std::string_view email, std::string_view product = testing::club_id)
    {
        return import_fact({std::string{email}, "Rita Alves", "", std::string{product}, day(1), {}}, now);
    }
    Imported import(const std::vector<Fact>& facts)
    {
        postgres::Transaction transaction{connection()};
        auto imported = import_facts(connection(), facts, "0191f3a0-7c1e-7b3a-9c57-2f1d6a40e6b1");
        transaction.commit();
        return imported;
    }
};

} // namespace

TEST_CASE_METHOD(ImportFixture, "imported students are active, known by their address, and invited by nobody",
                 "[imports]")
{
    const auto imported = import({row(testing::rita), row("davi@example.com")});
    REQUIRE(imported.user_ids.size() == 2);
    CHECK(imported.new_students == 2);
    CHECK(number("SELECT count(*) FROM reconciliations WHERE target = 'lifecycle'") == 2);

    refold(imported.user_ids);

    CHECK(number("SELECT count(*) FROM users WHERE lifecycle = 'active' AND name = 'Rita Alves'") == 2);
    CHECK(number("SELECT count(*) FROM user_emails") == 2);
    CHECK(number("SELECT count(*) FROM enrollments WHERE status = 'active'") == 2);
    CHECK(number("SELECT count(*) FROM onboarding_tokens") == 0);
    CHECK(number("SELECT count(*) FROM messages") == 0);
    CHECK_FALSE(read_discord_wish(connection(), user_id()).has_value());
}

TEST_CASE_METHOD(ImportFixture, "the same rows again change nothing, and a known student keeps the record", "[imports]")
{
    fold({testing::approved("HP1", day(2), testing::chess)});
    const auto rita = user_id();
    const std::vector<Fact> rows{row(testing::rita), row("davi@example.com"), row(testing::rita)};
    CHECK(count_new_facts(connection(), rows) == 2);

    const auto first = import(rows);
    CHECK(first.new_facts == 2);
    CHECK(first.new_students == 1);
    CHECK(user_id() == rita);
    const auto before = row_versions();
    const auto again = import(rows);

    CHECK(again.new_facts == 0);
    CHECK(again.user_ids.empty());
    CHECK(count_new_facts(connection(), rows) == 0);
    CHECK(row_versions() == before);
}

TEST_CASE_METHOD(ImportFixture, "whoever has waited for a day is found, in pages, and nobody else", "[imports]")
{
    fold({testing::approved("HP1", day(1)), testing::with_email(testing::approved("HP2", day(1)), "davi@example.com"),
          testing::with_email(testing::approved("HP3", day(1)), "iara@example.com")});
    connection().script("UPDATE onboarding_tokens SET created_at = now() - interval '25 hours', "
                        "expires_at = now() + interval '6 days'");
    const auto asked_before = ciclo::now() - std::chrono::hours{24};

    const auto first = open_onboardings(connection(), asked_before, "", 2);
    REQUIRE(first.size() == 2);
    const auto rest = open_onboardings(connection(), asked_before, first.back().token, 2);
    REQUIRE(rest.size() == 1);
    CHECK(rest.front().user_id != first.front().user_id);

    connection().script("UPDATE onboarding_tokens SET created_at = now()");
    CHECK(open_onboardings(connection(), asked_before, "", 10).empty());
}

TEST_CASE_METHOD(ImportFixture, "only old and finished payloads are purged, page by page", "[imports]")
{
    connection().script(R"sql(
        INSERT INTO webhook_events (id, event_type, payload, received_at, status)
        SELECT gen_random_uuid(), 'PURCHASE_APPROVED', '{}', now() - days * interval '1 day', status
        FROM unnest(ARRAY[10, 400]) AS days, unnest(ARRAY['received', 'processed', 'ignored', 'no_match',
                                                          'unprocessed', 'failed']) AS status;
        INSERT INTO rejected_webhooks (id, received_at, reason, content_type, body)
        SELECT gen_random_uuid(), now() - days * interval '1 day', 'x', 'y', ''
        FROM unnest(ARRAY[10, 400]) AS days;
    )sql");
    const auto limit = ciclo::now() - std::chrono::days{365};
    CHECK(count_purgeable_events(connection(), limit, "") == 2);

    const auto first = purge_events(connection(), limit, "", 1);
    CHECK(first.purged == 1);
    const auto second = purge_events(connection(), limit, first.last_id, 1);
    CHECK(second.purged == 1);
    CHECK(purge_events(connection(), limit, second.last_id, 1).purged == 0);
    CHECK(purge_events(connection(), limit, "", 10).purged == 0);
    CHECK(delete_rejected_webhooks(connection(), limit, 10) == 1);

    CHECK(number("SELECT count(*) FROM webhook_events WHERE payload IS NULL") == 2);
    CHECK(number("SELECT count(*) FROM webhook_events") == 12);
    CHECK(number("SELECT count(*) FROM rejected_webhooks") == 1);
}

TEST_CASE_METHOD(ImportFixture, "active buyers without an account are found with their products, also on a later page",
                 "[imports]")
{
    fold({testing::with_email(testing::approved("HP1", day(1)), "conhecida@example.com")});
    connection().script(R"sql(
        INSERT INTO hotmart_buyers (id, email, name, hotmart_product_id, status, last_synced_at, sale_transaction,
                                    sale_weight, sale_at)
        SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, email, 'Davi', product, status, now(), 'HP' || n, 1,
               now()
        FROM (VALUES (1, 'davi@example.com', '4100200', 'APPROVED'), (2, 'conhecida@example.com', '4100300', 'APPROVED'),
                     (3, 'davi@example.com', '4100300', 'COMPLETED'), (4, 'iara@example.com', '4100200', 'REFUNDED'),
                     (5, 'lia@example.com', '9999999', 'APPROVED')) AS buyer (n, email, product, status);
    )sql");
    CHECK(count_active_buyers(connection()) == 4);
    const auto onboard = [&](const std::string& after, int most) {
        const auto buyers = active_buyers(connection(), "", after, most);
        std::vector<Fact> facts;
        for (const auto& buyer : buyers)
            for (const auto& product_id : buyer.has_account ? std::vector<std::string>{} : buyer.product_ids)
                facts.push_back(
                    historical_buyer_fact({buyer.email, buyer.name, buyer.phone, product_id, {}, {}}, day(1)));
        refold(import(facts).user_ids);
        return buyers;
    };

    const auto first = onboard("", 2);
    REQUIRE(first.size() == 2);
    CHECK_FALSE(first[0].has_account);
    CHECK(first[0].product_ids == std::vector<std::string>{std::string{testing::club_id}});
    CHECK(first[1].has_account);
    const auto second = onboard(first.back().id, 2);
    REQUIRE(second.size() == 2);
    CHECK_FALSE(second[0].has_account); // made by the first page: the next course is theirs, too
    CHECK(second[1].product_ids.empty());
    CHECK(onboard(second.back().id, 2).empty());

    const auto davi = user_id("davi@example.com");
    CHECK(number("SELECT count(*) FROM enrollments WHERE user_id = $1 AND status = 'active'", {davi}) == 2);
    CHECK(text("SELECT lifecycle FROM users WHERE id = $1", {davi}) == "pending_onboarding");
    CHECK(number("SELECT count(*) FROM onboarding_tokens WHERE user_id = $1", {davi}) == 1);
    CHECK(number("SELECT count(*) FROM users") == 2);
    const auto before = row_versions();
    onboard("", 10);
    CHECK(row_versions() == before);
}
