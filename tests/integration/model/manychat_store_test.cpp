#include "fold_fixture.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/due_work.hpp"
#include "model/stores/manychat_pace.hpp"
#include "model/stores/manychat_store.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/settings_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

using Tags = std::set<std::string>;

class ManychatFixture : public FoldFixture {
public:
    ManychatFixture() { club_name = text("SELECT name FROM products WHERE id = $1", {std::string{club_id}}); }

    ManychatWish wish(const std::string& user) { return read_manychat_wish(connection(), user).value(); }
    void apply(const AppliedContact& contact)
    {
        const auto statement = record_applied(contact);
        connection().execute(statement.sql, statement.params);
    }

    std::string club_name;
};

} // namespace

TEST_CASE_METHOD(ManychatFixture, "what ManyChat should show follows from the tables", "[model][manychat]")
{
    connection().execute("INSERT INTO access_rules (id, product_id, kind, value) VALUES "
                         "(gen_random_uuid(), $1, 'manychat_tag', 'turma-2026')",
                         {std::string{club_id}});
    fold({approved("HP1", day(1))});

    auto found = wish(user_id());
    CHECK(found.tags == Tags{club_name, club_name + ", Ativo", "turma-2026"});
    CHECK(found.profile.name == "Rita Alves");
    CHECK(found.profile.phone_digits == "5531988887777");
    CHECK(found.profile.lifecycle == "pending_onboarding");
    CHECK(found.profile.onboarding_token.empty()); // made on a day of the story, and over
    CHECK(found.product_names == std::vector{club_name});
    CHECK(found.product_ids == Tags{std::string{club_id}});
    CHECK(found.subscriber_id.empty());
    CHECK(found.applied_tags.empty());

    connection().script("UPDATE onboarding_tokens SET expires_at = now() + interval '1 day', closed_at = NULL");
    CHECK(wish(user_id()).profile.onboarding_token.size() == 8);
    fold({refunded("HP1", day(2))});
    found = wish(user_id());
    CHECK(found.tags == Tags{club_name, club_name + ", Reembolsado"});
    CHECK(found.product_names.empty());
    CHECK_FALSE(read_manychat_wish(connection(), "00000000-0000-7000-8000-0000000000ff").has_value());

    const auto managed = managed_manychat_tags(connection());
    for (const auto& tag : {club_name, club_name + ", Inadimplente", std::string{"turma-2026"}})
        CHECK(managed.contains(tag));
}

TEST_CASE_METHOD(ManychatFixture, "what was applied is remembered until the contact is gone", "[model][manychat]")
{
    fold({approved("HP1", day(1))});
    const auto user = user_id();
    REQUIRE(claim_subscriber(connection(), user, "1200000001"));
    record_not_found(connection(), user, "words", "nobody");
    CHECK(wish(user).not_found_because == "nobody");

    apply({user, {"a", "b, c"}, "digest"});

    auto found = wish(user);
    CHECK(found.subscriber_id == "1200000001");
    CHECK(found.applied_tags == Tags{"a", "b, c"});
    CHECK(found.applied_fields == "digest");
    CHECK(found.seen_at.has_value());
    CHECK(found.sought_as.empty());
    forget_subscriber(connection(), user);
    found = wish(user);
    CHECK(found.subscriber_id.empty());
    CHECK(found.applied_tags.empty());
}

TEST_CASE_METHOD(ManychatFixture, "a contact belongs to one student, who may claim it again", "[model][manychat]")
{
    fold({approved("HP1", day(1)), with_email(approved("HP2", day(1)), "leo@example.com")});
    const auto rita_id = user_id();
    const auto leo_id = user_id("leo@example.com");

    CHECK(claim_subscriber(connection(), rita_id, "7"));
    CHECK(claim_subscriber(connection(), rita_id, "7"));
    CHECK_FALSE(claim_subscriber(connection(), leo_id, "7"));
    CHECK(claim_subscriber(connection(), leo_id, "8"));
}

TEST_CASE_METHOD(ManychatFixture, "pages show everybody with a course once, and nobody else", "[model][manychat]")
{
    std::vector<Fact> facts;
    for (int i = 0; i < 7; ++i)
        facts.push_back(
            with_email(approved("HP" + std::to_string(i), day(1)), "aluno" + std::to_string(i) + "@example.com"));
    facts.push_back(with_email(approved("HP8", day(1), chess), "xadrez@example.com"));
    fold(facts);
    connection().script(
        "INSERT INTO users (id, email) VALUES ('00000000-0000-7000-8000-00000000beef', 'n@example.com')");

    for (const auto& [product, expected] : {std::pair{std::string{}, 8}, std::pair{std::string{club_id}, 7}}) {
        CHECK(count_manychat_students(connection(), product) == expected);
        std::vector<std::string> all;
        for (auto page = manychat_page(connection(), "", product, 3); !page.empty();
             page = manychat_page(connection(), page.back(), product, 3)) {
            CHECK(page.size() <= 3);
            all.insert(all.end(), page.begin(), page.end());
        }
        CHECK(all.size() == static_cast<std::size_t>(expected));
        CHECK(std::is_sorted(all.begin(), all.end()));
        CHECK(std::set(all.begin(), all.end()).size() == all.size());
        CHECK(read_manychat_wishes(connection(), all).size() == all.size());
    }
}

TEST_CASE_METHOD(ManychatFixture, "only one worker at a time is at a contact", "[model][manychat]")
{
    auto other = another_connection();
    {
        const ContactLock mine{connection(), "a"};
        CHECK(mine.held());
        CHECK_FALSE(ContactLock{other, "a"}.held());
        CHECK(ContactLock{other, "b"}.held());
    }
    CHECK(ContactLock{other, "a"}.held());
}

TEST_CASE_METHOD(ManychatFixture, "turns of an endpoint lie apart, over all connections, and can be held back",
                 "[model][manychat]")
{
    auto other = another_connection();
    const auto first = reserve_manychat_turn(connection(), "sending/sendFlow", 10s);
    const auto second = reserve_manychat_turn(other, "sending/sendFlow", 10s);
    const auto third = reserve_manychat_turn(connection(), "sending/sendFlow", 10s);

    CHECK(first == 0ms);
    CHECK(second > 5s);
    CHECK(third - second > 5s);
    CHECK(reserve_manychat_turn(connection(), "page/getTags", 10s) == 0ms);
    hold_manychat_turns(other, "page/getTags", 1h);
    CHECK(reserve_manychat_turn(connection(), "page/getTags", 10s) > 59min);
}

TEST_CASE_METHOD(ManychatFixture, "flows wait for their contact, and the chosen ones are known by their use",
                 "[model][manychat]")
{
    fold({approved("HP1", day(1))});
    connection().script("DELETE FROM messages");
    const auto message = queue_message(connection(), {.channel = "manychat_flow",
                                                      .cause_key = "flow:welcome:1",
                                                      .user_id = user_id(),
                                                      .template_name = "welcome",
                                                      .use_by = std::nullopt,
                                                      .correlation_id = ""});
    set_setting(connection(), "manychat_flow_welcome", "content1");
    set_setting(connection(), "manychat_flow_churn", "");

    const auto waiting = queued_flows(connection(), user_id());
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].message_id == *message);
    const auto chosen = chosen_manychat_flows(connection());
    REQUIRE(chosen.size() == 1);
    CHECK(chosen[0].used_for == "welcome");
    CHECK(chosen[0].flow_ns == "content1");
}

TEST_CASE_METHOD(ManychatFixture, "the flows of a student are known in their order, with what each is about",
                 "[model][manychat]")
{
    connection().execute("INSERT INTO access_rules (id, product_id, kind, value) VALUES "
                         "(gen_random_uuid(), $1, 'manychat_flow', 'content7')",
                         {std::string{club_id}});
    catalogue = load_catalogue(connection());
    now = day(1);
    fold({approved("HP1", day(1))});
    fold({refunded("HP1", day(1) + 1h)});

    const auto flows = flows_of_student(connection(), user_id());
    REQUIRE(flows.size() == 3);
    std::multiset<std::string> first{flows[0].purpose, flows[1].purpose};
    CHECK(first == std::multiset<std::string>{"access", "onboarding"});
    CHECK(flows[2].purpose == "churn");
    const auto& access = flows[0].purpose == "access" ? flows[0] : flows[1];
    CHECK(access.product_id == club_id);
    CHECK(access.flow_ns == "content7");
    CHECK(access.is_open);
    mark_sent(connection(), access.id, "");
    for (const auto& flow : flows_of_student(connection(), user_id()))
        CHECK(flow.sent_at.has_value() == (flow.id == access.id));
}

TEST_CASE_METHOD(ManychatFixture, "what was given up shows with the contact, and gets a new chance when asked for",
                 "[model][manychat]")
{
    fold({approved("HP1", day(1))});
    CHECK_FALSE(wish(user_id()).given_up);
    connection().script("UPDATE reconciliations SET failed = true");
    CHECK(wish(user_id()).given_up);

    retry_given_up(connection(), user_id(), "manychat");
    CHECK_FALSE(wish(user_id()).given_up);
    CHECK(due_reconciliations(connection(), "manychat", 0s, 10).size() == 1);
    CHECK(number("SELECT count(*) FROM reconciliations WHERE failed") == 1); // Discord's waits for a person

    const auto before = row_versions();
    retry_given_up(connection(), user_id(), "manychat");
    CHECK(row_versions() == before);
}

TEST_CASE_METHOD(ManychatFixture, "when two records become one, the contact goes along", "[model][manychat]")
{
    constexpr auto other_address = "rita.nova@example.com";
    fold({of_subscription(approved("HP1", day(1)), "QX7PL2AB", day(31))});
    fold({with_email(approved("HP2", day(2), chess), other_address)});
    REQUIRE(claim_subscriber(connection(), user_id(other_address), "1200000001"));
    apply({user_id(other_address), {"a"}, "digest"});

    // A renewal under the other address shows that both are one.
    fold({with_email(of_subscription(approved("HP3", day(31)), "QX7PL2AB", day(61)), other_address)});

    CHECK(number("SELECT count(*) FROM users") == 1);
    const auto found = wish(text("SELECT id FROM users"));
    CHECK(found.subscriber_id == "1200000001");
    CHECK(found.applied_tags == Tags{"a"});
    CHECK(found.tags.size() == 4);
}
