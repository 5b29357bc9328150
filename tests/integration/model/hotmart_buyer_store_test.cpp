#include "fold_fixture.hpp"

#include "model/stores/catalogue_store.hpp"
#include "model/stores/hotmart_buyer_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

const std::string bought{chess};

BuyerSale sale(std::string transaction, TransactionStatus status, int at, std::string email = std::string{rita})
{
    return BuyerSale{std::move(email), "Rita Alves", std::move(transaction), status, day(at)};
}

class BuyersFixture : public FoldFixture {
public:
    BuyersWritten write(const std::vector<BuyerSale>& sales)
    {
        return write_buyers(connection(), bought, sales, day(200));
    }
    std::string rows()
    {
        return text(
            "SELECT coalesce(string_agg(email || ' ' || status || ' ' || sale_transaction, ', ' ORDER BY email), '') "
            "FROM hotmart_buyers");
    }
};

} // namespace

TEST_CASE_METHOD(BuyersFixture, "a buyer without an account has the courses that were bought", "[buyers]")
{
    CHECK(write({sale("HP1", TransactionStatus::approved, 1)}).inserted == 1);

    const auto courses = courses_of_email(connection(), " Rita.Alves@Example.com ");

    REQUIRE(courses.size() == 1);
    CHECK(courses[0].product_name == "Curso de Xadrez");
    CHECK(courses[0].status == "APPROVED");
    CHECK_FALSE(courses[0].by_mapping);
    CHECK(courses_of_email(connection(), "nobody@example.com").empty());
}

TEST_CASE_METHOD(BuyersFixture, "mapped products are courses of the buyer, too, each once", "[buyers]")
{
    const std::string given{poetry_id};
    REQUIRE(map_product(connection(), bought, given).has_value());
    REQUIRE(map_product(connection(), bought, std::string{chess_id}).has_value());
    write({sale("HP1", TransactionStatus::approved, 1)});

    const auto courses = courses_of_email(connection(), rita);

    REQUIRE(courses.size() == 2);
    CHECK(courses[0].product_name == "Curso de Xadrez");
    CHECK_FALSE(courses[0].by_mapping);
    CHECK(courses[1].product_id == given);
    CHECK(courses[1].by_mapping);
}

TEST_CASE_METHOD(BuyersFixture, "a buyer with an account is tied to it, also when it comes later", "[buyers]")
{
    write({sale("HP1", TransactionStatus::approved, 1)});
    Fact purchase;
    purchase.id = "00000000-0000-4000-8000-000000000001";
    purchase.email = rita;
    purchase.transaction = "HP1";
    purchase.occurred_at = day(1);
    purchase.candidates = {{"product.id", bought}};
    fold({purchase});

    CHECK(write({sale("HP1", TransactionStatus::approved, 1)}).updated == 1);
    CHECK(text("SELECT user_id FROM hotmart_buyers") == user_id(rita));
}

TEST_CASE_METHOD(BuyersFixture, "a new status changes the row and makes no second one", "[buyers]")
{
    write({sale("HP1", TransactionStatus::approved, 1)});

    const auto written = write({sale("HP1", TransactionStatus::refunded, 1)});

    CHECK(written.inserted == 0);
    CHECK(written.updated == 1);
    CHECK(rows() == "rita.alves@example.com REFUNDED HP1");
}

TEST_CASE_METHOD(BuyersFixture, "the pages of an unchanged snapshot write nothing, in any order", "[buyers]")
{
    const std::vector<BuyerSale> attempts{sale("HP3", TransactionStatus::cancelled, 60),
                                          sale("HP9", TransactionStatus::pending, 61, "leo@example.com")};
    const std::vector<BuyerSale> payments{sale("HP1", TransactionStatus::completed, 1),
                                          sale("HP2", TransactionStatus::approved, 30)};
    write(attempts);
    write(payments);
    CHECK(rows() == "leo@example.com PENDING HP9, rita.alves@example.com APPROVED HP2");
    const auto before = row_versions();

    for (const auto& page : {attempts, payments, {payments[1]}, {payments[0]}}) {
        const auto written = write(page);
        CHECK(written.inserted + written.updated == 0);
    }
    CHECK(row_versions() == before);
}

TEST_CASE_METHOD(BuyersFixture, "a payment that is taken back makes room for an older one within one snapshot",
                 "[buyers]")
{
    write({sale("HP1", TransactionStatus::completed, 1), sale("HP2", TransactionStatus::approved, 30)});

    write({sale("HP2", TransactionStatus::cancelled, 30)});
    write({sale("HP1", TransactionStatus::completed, 1)});

    CHECK(rows() == "rita.alves@example.com COMPLETED HP1");
}

TEST_CASE_METHOD(BuyersFixture, "a phone fills a gap, follows the deciding sale, and is never blanked", "[buyers]")
{
    write({sale("HP1", TransactionStatus::completed, 1), sale("HP2", TransactionStatus::approved, 30)});
    const auto tell = [&](const std::string& transaction, const std::string& phone) {
        const BuyerPhone told{std::string{rita}, transaction, phone};
        return write_buyer_phones(connection(), bought, {&told, 1}, day(200));
    };

    CHECK(tell("HP1", "311") == 1);
    CHECK(tell("HP1", "319") == 0);
    CHECK(tell("HP2", "312") == 1);
    CHECK(tell("HP2", "312") == 0);
    write({sale("HP3", TransactionStatus::approved, 40)});
    CHECK(text("SELECT phone FROM hotmart_buyers") == "312");
}

TEST_CASE_METHOD(BuyersFixture, "a mapping that was taken away counts for what was bought before", "[buyers]")
{
    REQUIRE(map_product(connection(), bought, std::string{poetry_id}).has_value());
    write({sale("HP1", TransactionStatus::approved, 10)});
    const auto removed = [&](int at) {
        connection().execute("UPDATE hotmart_product_mapping SET removed_at = $1", {to_iso8601(day(at))});
        return courses_of_email(connection(), rita).size();
    };
    CHECK(removed(11) == 2);
    CHECK(removed(9) == 1);
}
