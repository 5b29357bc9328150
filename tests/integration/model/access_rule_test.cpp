#include "model/stores/access_rule_store.hpp"

#include "model/stores/catalogue_desk.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/given_role_store.hpp"
#include "model/stores/manychat_store.hpp"
#include "worker_fixture.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto leo = "leo@example.com";
constexpr auto ana = "ana@example.com";
constexpr auto told_after = 5s; // between the payment and its event, in the story

// The workshop of the story gives nothing by itself. Moments are real ones: a rule's time is the database's.
class RulesFixture : public WorkerFixture {
public:
    RulesFixture()
    {
        now = ciclo::now();
        class_id = add_class(connection(), "Noite");
    }

    AccessRule rule(const std::string& kind) const
    {
        const std::string value = kind == "discord_role"       ? "1100000000000000009"
                                  : kind == "class_enrollment" ? class_id
                                  : kind == "manychat_tag"     ? "oficina"
                                                               : "content2026_1";
        return {"", std::string{poetry_id}, kind, value};
    }
    AccessRule add(const std::string& kind, RuleReach reach)
    {
        AccessRule made = rule(kind);
        made.id = add_access_rule(connection(), made, reach).value();
        catalogue = load_catalogue(connection());
        return made;
    }
    void end(const AccessRule& old, RuleReach reach)
    {
        end_access_rule(connection(), old, reach);
        catalogue = load_catalogue(connection());
    }
    // Answers the transaction. Just now: access begins at this very moment.
    std::string buy(std::string_view email, std::chrono::seconds ago = 0s)
    {
        now = ciclo::now() + told_after - ago;
        const std::string transaction = "HP " + std::string{email} + to_iso8601(now);
        fold({with_email(approved(transaction, now, poetry), email)});
        now = ciclo::now() + told_after;
        return transaction;
    }
    void look_again()
    {
        const auto rows = connection().execute("SELECT id FROM users ORDER BY id");
        for (std::size_t i = 0; i < rows.size(); ++i)
            refold({rows.text(i, 0)});
    }

    // Whether the student has what the rule gives; of a flow, how often it was queued.
    std::int64_t has(const AccessRule& wanted, std::string_view email)
    {
        const auto user = user_id(email);
        if (wanted.kind == "discord_role") {
            const auto wish = read_discord_wish(connection(), user); // nobody to invite: none
            return wish && wish->roles.contains(wanted.value) ? 1 : 0;
        }
        if (wanted.kind == "manychat_tag")
            return read_manychat_wish(connection(), user)->tags.contains(wanted.value) ? 1 : 0;
        if (wanted.kind == "class_enrollment")
            return number("SELECT count(*) FROM class_enrollments WHERE user_id = $1 AND ended_at IS NULL", {user});
        return number("SELECT count(*) FROM messages WHERE user_id = $1 AND template = 'access'", {user});
    }

    std::string class_id;
};

} // namespace

TEST_CASE_METHOD(RulesFixture,
                 "a new rule is for those who buy after it; present students get it when that is asked for, once",
                 "[model][rules]")
{
    const std::string kind = GENERATE("discord_role", "class_enrollment", "manychat_tag", "manychat_flow");
    CAPTURE(kind);
    buy(rita, 1h);

    const auto made = add(kind, RuleReach::new_access);
    look_again();
    CHECK(has(made, rita) == 0);
    buy(leo);
    CHECK(has(made, leo) == 1);
    CHECK(has(made, rita) == 0);

    extend_access_rule(connection(), made);
    catalogue = load_catalogue(connection());
    CHECK(follow_rule_change(connection(), RuleChange::changed, made, RuleReach::everybody, "") == 2);
    fold_due();
    for (int again = 0; again < 2; ++again) {
        CHECK(has(made, rita) == 1);
        CHECK(has(made, leo) == 1);
        look_again();
    }
    buy(ana);
    CHECK(has(made, ana) == 1);
}

TEST_CASE_METHOD(RulesFixture, "a rule may be for everybody from the beginning", "[model][rules]")
{
    const std::string kind = GENERATE("discord_role", "class_enrollment", "manychat_tag", "manychat_flow");
    CAPTURE(kind);
    buy(rita, 1h);
    const auto made = add(kind, RuleReach::everybody);
    CHECK(follow_rule_change(connection(), RuleChange::changed, made, RuleReach::everybody, "") == 1);
    fold_due();
    CHECK(has(made, rita) == 1);
}

TEST_CASE_METHOD(RulesFixture, "a rule that ends takes nothing from who has it, unless that is asked for",
                 "[model][rules]")
{
    const std::string kind = GENERATE("discord_role", "class_enrollment", "manychat_tag");
    CAPTURE(kind);
    buy(rita, 1h);
    const auto made = add(kind, RuleReach::everybody);
    look_again();
    REQUIRE(has(made, rita) == 1);
    CHECK(products_giving(connection(), made.kind, made.value) == std::vector{made.product_id});

    end(made, RuleReach::new_access);
    CHECK(products_giving(connection(), made.kind, made.value).empty());
    look_again();
    CHECK(has(made, rita) == 1);
    buy(leo);
    CHECK(has(made, leo) == 0);
    CHECK_FALSE(find_access_rule(connection(), made.id).has_value());
    CHECK(find_product(connection(), std::string{poetry_id})->access_rules == "[]");

    // The same again, for who comes from now on; and at last for nobody.
    const auto second = add(kind, RuleReach::new_access);
    buy(ana);
    CHECK(has(second, ana) == 1);
    CHECK(has(second, leo) == 0);
    end(second, RuleReach::everybody);
    look_again();
    CHECK(has(second, ana) == 0);
    CHECK(has(made, rita) == 1);
    // What was given by it is still known as ours, so that it can be taken.
    if (kind == "discord_role")
        CHECK(managed_roles(connection()).contains(made.value));
    if (kind == "manychat_tag")
        CHECK(managed_manychat_tags(connection()).contains(made.value));
}

TEST_CASE_METHOD(RulesFixture, "a rule that served nobody leaves nothing behind", "[model][rules]")
{
    end(add("discord_role", RuleReach::new_access), RuleReach::new_access);
    CHECK(number("SELECT count(*) FROM access_rules WHERE product_id = $1", {std::string{poetry_id}}) == 0);
}

TEST_CASE_METHOD(RulesFixture, "while nobody has access, a rule also serves sales that are told late", "[model][rules]")
{
    const auto made = add("discord_role", RuleReach::new_access);
    buy(rita, 24h * 30);
    CHECK(has(made, rita) == 1);
}

TEST_CASE_METHOD(RulesFixture,
                 "who would lose something by the end of a rule is counted without those whom another serves",
                 "[model][rules]")
{
    buy(rita, 1h);
    buy(leo, 1h);
    fold({with_email(approved("HP-club", ciclo::now() - 1h, club), leo)});
    AccessRule same = rule("discord_role");
    same.value = club_role;
    same.id = add_access_rule(connection(), same, RuleReach::everybody).value();

    CHECK(weigh_ending(connection(), same, {}).people == std::vector{user_id()});
    end(same, RuleReach::everybody);
    CHECK(weigh_ending(connection(), same, {}).people.empty());
}

TEST_CASE_METHOD(RulesFixture, "a role for present students asks those to register who need it, and invites them",
                 "[model][rules]")
{
    buy(rita, 1h);
    REQUIRE(text("SELECT lifecycle FROM users") == "active");
    const auto made = add("discord_role", RuleReach::new_access);
    look_again();
    REQUIRE(text("SELECT lifecycle FROM users") == "active");

    extend_access_rule(connection(), made);
    catalogue = load_catalogue(connection());
    follow_rule_change(connection(), RuleChange::changed, made, RuleReach::everybody, "");
    const auto wanted = number("SELECT wanted_version FROM reconciliations WHERE target = 'discord'");
    fold_due();

    CHECK(text("SELECT lifecycle FROM users") == "pending_onboarding");
    // Discord may have looked before the fold, when there was nobody to invite.
    CHECK(number("SELECT wanted_version FROM reconciliations WHERE target = 'discord'") == wanted + 1);
}

TEST_CASE_METHOD(RulesFixture, "the end of access is evidence only for roles that its rules gave", "[model][rules]")
{
    const auto transaction = buy(rita, 1h);
    const auto made = add("discord_role", RuleReach::new_access);
    fold({refunded(transaction, ciclo::now(), poetry)});
    REQUIRE(text("SELECT status FROM enrollments") == "cancelled");
    // She never had it by the rule: whoever gave it to her by hand meant it.
    CHECK_FALSE(read_role_evidence(connection(), user_id(), "220").ended.contains(made.value));
}
