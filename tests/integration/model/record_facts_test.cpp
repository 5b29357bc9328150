#include "fold_fixture.hpp"

#include "model/stores/record_facts.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

const std::string course{chess_id};
constexpr auto run = "00000000-0000-4000-8000-0000000000aa";

Fact fact(FactType type, const std::string& id, int at)
{
    Fact one;
    one.id = "00000000-0000-4000-8000-00000000000" + id;
    one.type = type;
    one.source = "api";
    one.occurred_at = day(at);
    one.email = rita;
    one.transaction = "HP1";
    one.price = "97.50";
    one.currency = "BRL";
    one.candidates = {{"product.id", "4100300"}};
    return one;
}

class RecordFixture : public FoldFixture {
public:
    RecordedFacts record(const std::vector<Fact>& facts, bool keep = true)
    {
        postgres::Transaction transaction{connection()};
        auto recorded = record_facts(connection(), facts, cache, policy, now, run);
        if (keep)
            transaction.commit();
        return recorded;
    }
    CatalogueCache cache;
};

} // namespace

TEST_CASE_METHOD(RecordFixture, "a fact that was found gives access and is noted with its source; again, it is nothing",
                 "[record]")
{
    const auto first = record({fact(FactType::purchase_approved, "1", 1)});
    const auto before = row_versions();
    const auto second = record({fact(FactType::purchase_approved, "1", 1)});

    CHECK(first.new_facts == 1);
    CHECK(first.new_students == 1);
    CHECK(first.revoked.empty());
    CHECK(second.new_facts == 0);
    CHECK(row_versions() == before);
    CHECK(text("SELECT status FROM enrollments") == "active");
    CHECK(text("SELECT payload ->> 'source' FROM events WHERE type = 'hotmart.purchase_approved'") == "api");
    CHECK(text("SELECT body::jsonb ->> 'source' FROM facts") == "api");
}

TEST_CASE_METHOD(RecordFixture, "who would lose access is told before it is committed", "[record]")
{
    record({fact(FactType::purchase_approved, "1", 1)});
    const auto before = stored();

    const auto recorded = record({fact(FactType::purchase_refunded, "2", 5)}, false);

    CHECK(recorded.revoked == std::vector{std::pair{user_id(rita), course}});
    CHECK(recorded.user_of_fact.begin()->second == user_id(rita));
    CHECK(stored() == before);
    CHECK(students_by_product(connection()).at(course) == 1);
}

TEST_CASE_METHOD(RecordFixture, "a payment that is known says how far it has come", "[record]")
{
    record({fact(FactType::purchase_approved, "1", 1)});
    const std::string codes[] = {"HP1", "HP2"};

    const auto known = known_payments(connection(), codes);

    REQUIRE(known.size() == 1);
    CHECK(known.at("HP1").status == "APPROVED");
    CHECK_FALSE(known.at("HP1").has_phone);
}
