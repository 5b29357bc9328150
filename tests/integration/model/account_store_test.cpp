#include "core/uuid.hpp"
#include "fold_fixture.hpp"
#include "model/stores/access_token_store.hpp"
#include "model/stores/account_store.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/event_retry.hpp"
#include "model/stores/event_search.hpp"
#include "model/stores/reconciliation_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto code = "QX7PL2AB";

std::string failed_event(postgres::Connection& connection, const std::string& type, const std::string& user_id,
                         const std::string& payload)
{
    append_event(connection, {type, user_id, payload, AuditStatus::failed, "why", ""});
    return search_events(connection, {type, "", "failed", {}, {}}, "", 1).front().id;
}

} // namespace

TEST_CASE_METHOD(FoldFixture, "whoever signs in still does after two records became one person", "[model][admin]")
{
    fold({approved("HP1", day(1))});
    fold({with_email(of_subscription(approved("HP2", day(2)), code, day(32)), "rita@new.example")});
    const auto id = add_account(connection(), {"", "rita@new.example", Role::support, "hash"}).value();
    const auto token = issue_access_token(connection(), {id, TokenKind::personal, "script", 24h}).value().token;
    CHECK(add_account(connection(), {"", "rita@new.example", Role::admin, "x"}).error().kind == ErrorKind::duplicate);

    fold({of_subscription(approved("HP3", day(32)), code, day(62))});

    REQUIRE(number("SELECT count(*) FROM users") == 1);
    const auto owner = find_token_owner(connection(), token);
    REQUIRE(owner.has_value());
    CHECK(owner->role == Role::support);
    CHECK(owner->user_id == text("SELECT id FROM users"));
    CHECK(find_account(connection(), "rita@new.example")->password_hash == "hash");
}

TEST_CASE_METHOD(FoldFixture, "a token that is over, taken back or made up has no owner", "[model][admin]")
{
    const auto id = add_account(connection(), {"", "a@escola.example", Role::admin, "hash"}).value();
    const auto issued = issue_access_token(connection(), {id, TokenKind::personal, "one", 24h}).value();

    CHECK(issue_access_token(connection(), {id, TokenKind::personal, "one", 24h}).error().kind == ErrorKind::duplicate);
    CHECK(number("SELECT count(*) FROM access_tokens WHERE token_hash LIKE 'ciclo%'") == 0);
    CHECK_FALSE(find_token_owner(connection(), issued.token + "0"));
    CHECK_FALSE(revoke_access_token(connection(), new_uuid(), issued.id));
    CHECK(revoke_access_token(connection(), id, issued.id));
    CHECK_FALSE(find_token_owner(connection(), issued.token));
    const auto session = issue_access_token(connection(), {id, TokenKind::session, "", session_life}).value().token;
    CHECK(find_token_owner(connection(), session).has_value());
    CHECK(set_account_password(connection(), "a@escola.example", "other"));
    CHECK_FALSE(find_token_owner(connection(), session));
}

TEST_CASE_METHOD(FoldFixture, "a reconciliation that was given up runs again, and its failure is settled",
                 "[model][admin]")
{
    fold({approved("HP1", day(1))});
    const std::string user = user_id();
    connection().script("UPDATE reconciliations SET failed = true, attempts = 8 WHERE target = 'discord'");
    const std::string event = failed_event(connection(), "discord.reconciliation", user, audit_payload(new_uuid()));
    const std::string admin = new_uuid();

    const auto retried = retry_event(connection(), event, admin);

    REQUIRE(retried.has_value());
    CHECK(retried->kind == RetriedEffect::Kind::discord);
    CHECK(text("SELECT actor_id FROM events WHERE type = 'admin.manual_retry'") == admin);
    auto lease = lease_reconciliation(connection(), "discord", user, 60s);
    REQUIRE(lease.has_value());
    CHECK(text("SELECT status FROM events WHERE id = $1", {event}) == "failed");
    complete_reconciliation(connection(), *lease);
    CHECK(text("SELECT status FROM events WHERE id = $1", {event}) == "processed");
    CHECK(number("SELECT count(*) FROM event_retries") == 0);
    CHECK(retry_event(connection(), event, admin).error().kind == ErrorKind::refused);
    CHECK(retry_event(connection(), new_uuid(), admin).error().kind == ErrorKind::not_found);
}

TEST_CASE_METHOD(FoldFixture, "what cannot be run again says so and leaves no trace", "[model][admin]")
{
    fold({approved("HP1", day(1))});
    for (const auto& [type, payload] : {std::pair{"discord.announcement", R"({"product_id": "x"})"},
                                        std::pair{"email.sent", R"({"message_id": "x"})"},
                                        std::pair{"hotmart.purchase_approved", R"({"correlation_id": "x"})"}}) {
        const std::string event = failed_event(connection(), type, "", payload);
        CHECK(retry_event(connection(), event, new_uuid()).error().kind == ErrorKind::refused);
    }
    CHECK(number("SELECT count(*) FROM events WHERE type = 'admin.manual_retry'") == 0);
}
