#include "model/rules/manychat_wish.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace ciclo::model;

namespace {

constexpr CourseStatus statuses[] = {CourseStatus::ativo, CourseStatus::inadimplente, CourseStatus::cancelado,
                                     CourseStatus::reembolsado};

using Tags = std::set<std::string>;

Tags applied(Tags has, const TagDifference& difference)
{
    for (const auto& tag : difference.to_remove)
        has.erase(tag);
    has.insert(difference.to_add.begin(), difference.to_add.end());
    return has;
}

} // namespace

TEST_CASE("each course gives a permanent tag and one with its status")
{
    const std::vector<CourseStanding> courses{{"Curso de Xadrez", CourseStatus::ativo},
                                              {"Clube, Leitura", CourseStatus::reembolsado}};

    CHECK(course_tags(courses) ==
          Tags{"Curso de Xadrez", "Curso de Xadrez, Ativo", "Clube, Leitura", "Clube, Leitura, Reembolsado"});
    CHECK(course_tags({}).empty());
}

TEST_CASE("courses of the same name are one course with the status that gives most")
{
    const std::vector<CourseStanding> courses{
        {"Xadrez", CourseStatus::cancelado}, {"Xadrez", CourseStatus::ativo}, {"Xadrez", CourseStatus::reembolsado}};

    CHECK(course_tags(courses) == Tags{"Xadrez", "Xadrez, Ativo"});
}

TEST_CASE("a status that changes takes every other status tag of the course along, and nothing else")
{
    const std::vector<std::string> catalogue{"Xadrez", "Leitura"};
    const Tags wanted = course_tags(std::vector<CourseStanding>{{"Xadrez", CourseStatus::cancelado}});
    // One of them by hand, and one of somebody else's course.
    const Tags has{"Xadrez", "Xadrez, Ativo", "Xadrez, Inadimplente", "Xadrez, VIP", "comprou", "Leitura, Ativo"};

    const auto difference = tag_difference(wanted, has, managed_course_tags(catalogue));

    CHECK(difference.to_add == std::vector<std::string>{"Xadrez, Cancelado"});
    CHECK(difference.to_remove == std::vector<std::string>{"Leitura, Ativo", "Xadrez, Ativo", "Xadrez, Inadimplente"});
}

TEST_CASE("with N courses a contact ends with 2N of our tags, and keeps all that are not ours")
{
    std::mt19937 dice{20260302};
    const std::vector<std::string> catalogue{"Xadrez", "Leitura", "Violão, básico", "Ábaco", "Pão"};
    const Tags ours = managed_course_tags(catalogue);
    Tags has{"comprou", "lista, Ativo"};
    for (int round = 0; round < 1000; ++round) {
        std::vector<CourseStanding> courses;
        for (const auto& course : catalogue)
            if (dice() % 2 == 0)
                courses.push_back({course, statuses[dice() % 4]});
        // People meddle, too.
        if (dice() % 3 == 0)
            has.insert(catalogue[dice() % 5] + ", " + std::string{to_string(statuses[dice() % 4])});
        if (dice() % 3 == 0)
            has.insert("etiqueta " + std::to_string(dice() % 9));
        Tags foreign;
        std::set_difference(has.begin(), has.end(), ours.begin(), ours.end(), std::inserter(foreign, foreign.end()));
        const Tags wanted = course_tags(courses);

        has = applied(has, tag_difference(wanted, has, ours));

        Tags held;
        std::set_intersection(has.begin(), has.end(), ours.begin(), ours.end(), std::inserter(held, held.end()));
        REQUIRE(held == wanted);
        REQUIRE(held.size() == 2 * courses.size());
        REQUIRE(std::includes(has.begin(), has.end(), foreign.begin(), foreign.end()));
        const auto again = tag_difference(wanted, has, ours);
        REQUIRE((again.to_add.empty() && again.to_remove.empty()));
    }
}

TEST_CASE("custom fields hold what is known, and empty only the token that is over")
{
    const ContactProfile whole{"Rita Alves", "rita@example.com", "ABCD2345", "pending_onboarding", "5531987654321"};

    CHECK(custom_fields(whole, "phone_number") == CustomFields{{"name", "Rita Alves"},
                                                               {"email", "rita@example.com"},
                                                               {"onboarding_token", "ABCD2345"},
                                                               {"lifecycle_status", "pending_onboarding"},
                                                               {"phone_number", "5531987654321"}});
    CHECK(custom_fields({"", "rita@example.com", "", "", ""}, "phone_number") ==
          CustomFields{{"email", "rita@example.com"}, {"onboarding_token", ""}});
}

TEST_CASE("the digest of fields tells any two contents apart, and shows neither")
{
    const auto digest = digest_of({{"name", "Rita"}, {"email", "r"}});

    CHECK(digest == digest_of({{"name", "Rita"}, {"email", "r"}}));
    CHECK(digest != digest_of({{"name", "Ritae"}, {"mail", "r"}}));
    CHECK(digest != digest_of({{"email", "r"}, {"name", "Rita"}}));
    CHECK(digest.find("Rita") == std::string::npos);
    CHECK_FALSE(digest_of({}).empty());
}

TEST_CASE("each status is read from the text that is stored")
{
    for (const auto status : statuses)
        CHECK(course_status_from(to_string(status)) == status);
    CHECK_FALSE(course_status_from("ativo").has_value());
}
