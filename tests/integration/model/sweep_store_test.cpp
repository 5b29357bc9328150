#include "core/uuid.hpp"
#include "fold_fixture.hpp"
#include "model/stores/courtesy_store.hpp"
#include "model/stores/sweep_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

class Sweeps : public FoldFixture {
public:
    // A student of the club with this account.
    void add(const std::string& name, const std::string& account)
    {
        const std::string email = name + "@example.com";
        fold({with_email(approved("HP-" + name, day(1)), email), with_email(linked(account, day(2)), email)});
    }
    std::vector<std::string> accounts(const std::string& after, const std::string& until, int most = 100)
    {
        std::vector<std::string> found;
        for (const auto& student : students_by_account(connection(), after, until, most))
            found.push_back(student.discord_id);
        return found;
    }
};

} // namespace

TEST_CASE_METHOD(Sweeps, "students come in the order of their accounts' numbers, page by page", "[discord][sweep]")
{
    add("ana", "900");
    add("bia", "1000");
    add("caio", "80");
    using List = std::vector<std::string>;
    CHECK(accounts("", "") == List{"80", "900", "1000"});
    CHECK(accounts("80", "900") == List{"900"});
    CHECK(accounts("900", "") == List{"1000"});
    CHECK(accounts("", "", 2) == List{"80", "900"});
    const auto first = students_by_account(connection(), "", "", 1).front();
    CHECK(first.wanted == std::set<std::string>{std::string{club_role}});
    CHECK_FALSE(first.was_present.has_value());
}

TEST_CASE_METHOD(Sweeps, "a page of sights is written at once, and older than what is known it changes nothing",
                 "[discord][sweep]")
{
    add("ana", "80");
    add("bia", "90");
    const auto students = students_by_account(connection(), "", "", 10);
    const std::vector<Sight> sights{{"80", students[0].user_id, true, true, {"5", "6"}},
                                    {"90", students[1].user_id, false, false, {}}};
    record_sights(connection(), sights, day(5));
    CHECK(text("SELECT string_agg(discord_id || present || pending || seen_roles::text, ' ' ORDER BY discord_id) FROM "
               "discord_members") == "80truetrue{5,6} 90falsefalse{}");
    record_sights(connection(), std::vector<Sight>{{"80", students[0].user_id, false, false, {}}}, day(4));
    CHECK(students_by_account(connection(), "", "", 10)[0].was_present == true);
    CHECK(students_by_account(connection(), "", "", 10)[1].was_present == false);
}

TEST_CASE_METHOD(Sweeps, "what a sweep would take is counted by product, with the product's students",
                 "[discord][sweep]")
{
    add("ana", "80");
    add("bia", "90");
    const auto students = students_by_account(connection(), "", "", 10);
    const std::string sweep = new_uuid();
    begin_sweep(connection(), {sweep, false});
    const std::vector<RoleToTake> taken{{students[0].user_id, "80", std::string{club_role}},
                                        {students[0].user_id, "80", "77"}};
    note_revocations(connection(), sweep, taken, day(5));
    note_revocations(connection(), sweep, taken, day(5)); // the page again
    const auto revocations = revocations_by_product(connection(), sweep, 100);
    CHECK(revocations.size() == 2); // the club, and a role that no product gives
    const auto counts = count_students(connection(), revocations);
    CHECK(counts.size() == 1);
    CHECK(counts.begin()->second == 3); // two with access, and one who would lose it
    CHECK(list_revocations(connection(), sweep, 10).size() == 2);
    CHECK(list_revocations(connection(), sweep, 10)[0].email == "ana@example.com");
    CHECK(people_losing(connection(), sweep) == std::vector{students[0].user_id});
}

TEST_CASE_METHOD(Sweeps, "roles held by hand are listed until a sweep does not see them any more", "[discord][sweep]")
{
    add("ana", "80");
    const std::string ana = user_id("ana@example.com");
    note_hand_held(connection(), std::vector<HandHeldRole>{{"80", "5", ana, "ana"}, {"99", "5", "", "guest"}}, day(5));
    auto list = list_hand_held(connection(), "5");
    REQUIRE(list.size() == 2);
    CHECK(list[0].email == "ana@example.com");
    CHECK(list[1].username == "guest");
    CHECK(list[1].email.empty());
    note_hand_held(connection(), std::vector<HandHeldRole>{{"80", "5", ana, "ana"}}, day(6));
    forget_hand_held_before(connection(), day(6));
    CHECK(list_hand_held(connection(), "5").size() == 1);
    CHECK(list_hand_held(connection(), "6").empty());
}

TEST_CASE_METHOD(Sweeps, "adopting somebody is a fact, and gives the role until its end", "[discord][courtesy]")
{
    add("ana", "80");
    fold({with_email(refunded("HP-ana", day(10)), "ana@example.com")});
    const std::string ana = user_id("ana@example.com");
    const Courtesy courtesy{"ana@example.com", std::string{club_id}, "moderator", day(300)};

    const auto students = grant_courtesies(connection(), {&courtesy, 1}, day(20));

    CHECK(students == std::vector{ana});
    CHECK(number(
              "SELECT count(*) FROM reconciliations WHERE target = 'lifecycle' AND applied_version < wanted_version") ==
          1);
    CHECK(text("SELECT payload ->> 'reason' FROM events WHERE type = 'access.courtesy_granted'") == "moderator");
    const auto folded = refold({ana});
    CHECK(folded.front().discord_wanted);
    CHECK(text("SELECT status FROM enrollments") == "active");
    CHECK(students_by_account(connection(), "", "", 10)[0].wanted == std::set<std::string>{std::string{club_role}});

    const Courtesy nobody{"nobody@example.com", std::string{club_id}, "x", day(300)};
    CHECK_THROWS(grant_courtesies(connection(), {&nobody, 1}, day(20)));
    CHECK(number("SELECT count(*) FROM users") == 1);
}
