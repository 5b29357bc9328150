#include "model/rules/imports.hpp"

#include "model/rules/import_row.hpp"
#include "story.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

Fact imported(Time since, std::optional<Time> until = {}, std::string_view product = club_id)
{
    return import_fact({std::string{rita}, "Rita Alves", "", std::string{product}, since, until}, day(300));
}

StudentView view(const std::vector<Fact>& facts, Time now = day(200))
{
    return project(facts, story_catalogue(), Policy{}, now);
}

EnrollmentStatus club_status(const StudentView& student)
{
    return student.enrollments.at(std::string{club_id}).status;
}

} // namespace

TEST_CASE("an imported student is active at once, and nobody asks for a registration", "[model][imports]")
{
    const auto student = view({imported(day(1))});

    CHECK(student.lifecycle == Lifecycle::active);
    CHECK(club_status(student) == EnrollmentStatus::active);
    CHECK(student.enrollments.at(std::string{club_id}).started_at == day(1));
    CHECK(student.enrollments.at(std::string{club_id}).origin_transaction.empty());
    CHECK(student.ltv.empty());
    REQUIRE(student.course_statuses.size() == 1);
    CHECK(student.course_statuses.front().status == CourseStatus::ativo);
    CHECK(student.course_statuses.front().valid_from == day(1));
}

TEST_CASE("a purchase of another role asks an imported student to register, a purchase of the same course as well",
          "[model][imports]")
{
    CHECK(view({imported(day(1)), approved("HP1", day(2), chess)}).lifecycle == Lifecycle::pending_onboarding);
    CHECK(view({imported(day(1)), approved("HP1", day(2), poetry)}).lifecycle == Lifecycle::active);
    CHECK(view({imported(day(1)), linked("700000000000000900", day(2)), approved("HP1", day(3), chess)}).lifecycle ==
          Lifecycle::active);
}

TEST_CASE("a historical buyer has access and is asked to register", "[model][imports]")
{
    const auto fact =
        historical_buyer_fact({std::string{rita}, "Rita Alves", "", std::string{club_id}, {}, {}}, day(1));

    const auto student = view({fact});

    CHECK(student.lifecycle == Lifecycle::pending_onboarding);
    CHECK(club_status(student) == EnrollmentStatus::active);
}

TEST_CASE("imported access ends with its date, and the fold says when to look again", "[model][imports]")
{
    const auto before = view({imported(day(1), day(30))}, day(29));
    CHECK(club_status(before) == EnrollmentStatus::active);
    CHECK(before.changes_at == day(30));

    const auto after = view({imported(day(1), day(30))}, day(30));
    CHECK(club_status(after) == EnrollmentStatus::expired);
    CHECK(after.lifecycle == Lifecycle::churned);
    CHECK_FALSE(after.changes_at.has_value());
    CHECK(after.course_statuses.back().status == CourseStatus::cancelado);
    CHECK(after.course_statuses.back().valid_from == day(30));
}

TEST_CASE("money that goes back after the import ends it; what came before, or came to nothing, does not",
          "[model][imports]")
{
    CHECK(club_status(view({imported(day(5)), refunded("HP1", day(9))})) == EnrollmentStatus::cancelled);
    CHECK(club_status(view({imported(day(5)), charged_back("HP1", day(9))})) == EnrollmentStatus::cancelled);
    CHECK(club_status(view({imported(day(5)), refunded("HP1", day(3))})) == EnrollmentStatus::active);
    CHECK(club_status(view({imported(day(5)), refunded("HP1", day(9), chess)})) == EnrollmentStatus::active);
    CHECK(club_status(view({approved("HP1", day(1)), imported(day(5)), refunded("HP1", day(9))})) ==
          EnrollmentStatus::cancelled);
    CHECK(club_status(view({approved("HP1", day(1)), refunded("HP1", day(3)), imported(day(5))})) ==
          EnrollmentStatus::active);
    CHECK(club_status(view({of_subscription(approved("HP1", day(1)), "S1", day(31)), imported(day(5)),
                            cancelled("S1", day(9))})) == EnrollmentStatus::cancelled);

    Fact failed_attempt = approved("HP1", day(9));
    failed_attempt.type = FactType::purchase_canceled;
    failed_attempt.hotmart_status = "CANCELLED";
    CHECK(club_status(view({imported(day(5)), failed_attempt})) == EnrollmentStatus::active);
}

TEST_CASE("another live purchase keeps what a dated import would end", "[model][imports]")
{
    const auto student = view({imported(day(1), day(30)), approved("HP1", day(20))});

    CHECK(club_status(student) == EnrollmentStatus::active);
    CHECK(student.enrollments.at(std::string{club_id}).started_at == day(1));
    CHECK(student.enrollments.at(std::string{club_id}).origin_transaction == "HP1");
}

TEST_CASE("an import of access that is over already ends when it begins", "[model][imports]")
{
    const auto enrollment = view({imported(day(5), day(3))}).enrollments.at(std::string{club_id});

    CHECK(enrollment.status == EnrollmentStatus::expired);
    CHECK(enrollment.started_at == day(5));
    CHECK(enrollment.ended_at == day(5));
}

TEST_CASE("a product that is not in the catalogue any more gives nothing", "[model][imports]")
{
    const auto student = view({imported(day(1), {}, "00000000-0000-7000-8000-00000000ffff")});

    CHECK(student.enrollments.empty());
    CHECK_FALSE(student.lifecycle.has_value());
}

TEST_CASE("the same import is the same fact, whenever it is made", "[model][imports]")
{
    const Import row{std::string{rita}, "Rita", "", std::string{club_id}, {}, {}};
    Import other_name = row;
    other_name.name = "Rita Alves";

    CHECK(import_fact(row, day(1)).id == import_fact(row, day(2)).id);
    CHECK(import_fact(row, day(1)).id != import_fact(other_name, day(1)).id);
    CHECK(historical_buyer_fact(row, day(1)).id == historical_buyer_fact(other_name, day(2)).id);
    CHECK(historical_buyer_fact(row, day(1)).id != import_fact(row, day(1)).id);
}

TEST_CASE("the columns of an import have Portuguese, Spanish and English names", "[model][imports]")
{
    const auto columns = ImportColumns::read({"Nome", " E-MAIL ", "Telefone", "Curso",
                                              "In\xC3\xAD"
                                              "cio",
                                              "At\xC3\xA9"});
    REQUIRE(columns.has_value());
    CHECK(columns->has_product());
    CHECK(columns->field({"Rita", "r@x.com"}, "email") == "r@x.com");
    CHECK(columns->field({"Rita", "r@x.com"}, "phone").empty());

    for (const auto& header :
         std::vector<std::vector<std::string>>{{"nome"}, {"email", "e-mail"}, {"email", "cpf"}, {"email", ""}, {}})
        CHECK_FALSE(ImportColumns::read(header).has_value());
}

TEST_CASE("a row of an import is read, or the fault is named", "[model][imports]")
{
    struct Example {
        std::vector<std::string> row;
        const char* fault; // nullptr: none
    };
    const Example examples[] = {
        {{"Rita.Alves@Example.com", "Rita", "xadrez", "2026-01-02", ""}, nullptr},
        {{"rita@example.com", "", "XADREZ", "02/01/2026", "03/01/2026 14:30"}, nullptr},
        {{"rita@example.com", "", "xadrez", "", ""}, nullptr},
        {{"rita@example.com", "", "xadrez"}, nullptr},
        {{"", "Rita", "xadrez", "", ""}, "e-mail is missing"},
        {{"rita", "", "xadrez", "", ""}, "no e-mail address"},
        {{"rita@example", "", "xadrez", "", ""}, "no e-mail address"},
        {{"rita alves@example.com", "", "xadrez", "", ""}, "no e-mail address"},
        {{"a@b@example.com", "", "xadrez", "", ""}, "no e-mail address"},
        {{"unknown@hotmart.local", "", "xadrez", "", ""}, "nobody"},
        {{"rita@example.com", "", "", "", ""}, "product is missing"},
        {{"rita@example.com", "", "damas", "", ""}, "no product"},
        {{"rita@example.com", "", "dois", "", ""}, "more than one"},
        {{"rita@example.com", "", "xadrez", "ontem", ""}, "since"},
        {{"rita@example.com", "", "xadrez", "31/02/2026", ""}, "since"},
        {{"rita@example.com", "", "xadrez", "2027-01-01", ""}, "future"},
        {{"rita@example.com", "", "xadrez", "2026-01-02", "2026-01-02"}, "until"},
        {{"rita@example.com", "", "xadrez", "", "", "too", "many"}, "fields"},
        {{"rita@example.com", std::string(1000, 'x'), "xadrez", "", ""}, "too long"},
    };
    const auto columns = ImportColumns::read({"email", "name", "product", "since", "until"}).value();
    const ProductNames products{{"xadrez", std::string{chess_id}}, {"dois", ""}};
    for (const auto& example : examples) {
        CAPTURE(example.row);
        const auto fact = read_import_row(columns, example.row, products, "", day(200));
        REQUIRE(fact.has_value() == (example.fault == nullptr));
        if (!fact)
            CHECK_THAT(fact.error().detail, Catch::Contains(example.fault));
        else
            CHECK(imported_product(*fact) == chess_id);
    }
    const auto dated = read_import_row(columns, examples[1].row, products, "", day(200)).value();
    CHECK(to_iso8601(dated.occurred_at).substr(0, 19) == "2026-01-02T00:00:00");
    CHECK(to_iso8601(*dated.access_until).substr(0, 19) == "2026-01-03T14:30:00");
    CHECK(read_import_row(columns, examples[0].row, products, "", day(200))->email == "rita.alves@example.com");
    CHECK(read_import_row(columns, examples[2].row, products, "", day(200))->occurred_at == day(200));
}
