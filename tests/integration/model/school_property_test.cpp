#include "worker_fixture.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <latch>

using namespace ciclo;
using namespace ciclo::testing;

namespace {

// Plans to switch to, a product that another one gives besides, and a class.
constexpr const char* more_catalogue = R"sql(
    INSERT INTO product_identifiers (kind, value, product_id) VALUES
        ('plan.id', '900000', '00000000-0000-7000-8000-000000000002'),
        ('plan.id', '900001', '00000000-0000-7000-8000-000000000003');
    INSERT INTO hotmart_product_mapping (id, source_hotmart_product_id, target_product_id) VALUES
        (gen_random_uuid(), '4100200', '00000000-0000-7000-8000-000000000003');
    INSERT INTO classes (id, name) VALUES ('00000000-0000-7000-8000-0000000000c1', 'Turma A');
    INSERT INTO access_rules (id, product_id, kind, value) VALUES
        (gen_random_uuid(), '00000000-0000-7000-8000-000000000002', 'class_enrollment',
         '00000000-0000-7000-8000-0000000000c1');
)sql";

class SchoolFixture : public WorkerFixture {
public:
    SchoolFixture() { connection().script(more_catalogue); }

    using Arrive = void (SchoolFixture::*)(const std::vector<Delivery>&, std::uint32_t);

    std::string stored_after(Arrive arrive, const std::vector<Delivery>& deliveries, std::uint32_t seed)
    {
        forget_students();
        (this->*arrive)(deliveries, seed);
        return stored();
    }

    void at_once(const std::vector<Delivery>& deliveries, std::uint32_t /*seed*/) { deliver(deliveries); }

    void in_any_order(const std::vector<Delivery>& deliveries, std::uint32_t seed)
    {
        for (const auto& batch : in_batches(deliveries, seed))
            deliver(batch);
    }

    // Every second batch is another worker's, at the same time.
    void by_two_workers(const std::vector<Delivery>& deliveries, std::uint32_t seed)
    {
        const auto batches = in_batches(deliveries, seed);
        auto second = another_connection();
        std::latch start{2};
        const auto work = [&](postgres::Connection& own, std::size_t first) {
            start.arrive_and_wait();
            for (std::size_t i = first; i < batches.size(); i += 2)
                deliver_on(own, batches[i]);
        };
        auto other = std::async(std::launch::async, [&] { work(second, 1); });
        work(connection(), 0);
        other.get();
    }

    // The fewest deliveries with which `arrive` still ends differently; at most a few hundred attempts.
    std::string smallest_difference(Arrive arrive, std::vector<Delivery> deliveries, std::uint32_t seed)
    {
        const auto differs = [&](const std::vector<Delivery>& some) {
            return stored_after(&SchoolFixture::at_once, some, seed) != stored_after(arrive, some, seed);
        };
        int attempts = 300;
        for (std::size_t chunk = deliveries.size() / 2; chunk > 0; chunk /= 2)
            for (std::size_t i = 0; i + chunk <= deliveries.size() && attempts > 0; --attempts) {
                auto fewer = deliveries;
                fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i),
                            fewer.begin() + static_cast<std::ptrdiff_t>(i + chunk));
                if (differs(fewer))
                    deliveries = std::move(fewer);
                else
                    i += chunk;
            }
        std::string told;
        for (const Delivery& delivery : deliveries)
            told += delivery.payload + "\n";
        return told + "at once:\n" + stored_after(&SchoolFixture::at_once, deliveries, seed) + "\notherwise:\n" +
               stored_after(arrive, deliveries, seed);
    }

    void expect_same(Arrive arrive, const RandomSchool& school, std::uint32_t seed)
    {
        const auto wanted = stored_after(&SchoolFixture::at_once, school.deliveries, seed);
        if (stored_after(arrive, school.deliveries, seed) == wanted)
            return;
        FAIL(smallest_difference(arrive, school.deliveries, seed));
    }
};

} // namespace

TEST_CASE_METHOD(SchoolFixture, "whatever the order, the batches and the repetitions of deliveries, the same is stored",
                 "[model][property]")
{
    for (std::uint32_t seed = 1; seed <= rounds(60); ++seed) {
        CAPTURE(seed);
        const RandomSchool school = random_school(seed);
        policy = school.policy;
        now = school.now;
        expect_same(&SchoolFixture::in_any_order, school, seed);

        // What was read and folded once is read and folded to the same again, and nothing is written.
        const auto before = stored();
        const auto versions = row_versions();
        REQUIRE(replay() == 0);
        REQUIRE(stored() == before);
        REQUIRE(row_versions() == versions);
    }
}

TEST_CASE_METHOD(SchoolFixture, "two workers that share the deliveries store the same as one", "[model][property]")
{
    for (std::uint32_t seed = 1001; seed <= 1000 + rounds(40); ++seed) {
        CAPTURE(seed);
        const RandomSchool school = random_school(seed);
        policy = school.policy;
        now = school.now;
        expect_same(&SchoolFixture::by_two_workers, school, seed);
        REQUIRE(replay() == 0);
    }
}

TEST_CASE_METHOD(SchoolFixture, "replaying mends a projection that was spoilt", "[model][property]")
{
    for (std::uint32_t seed = 2001; seed <= 2000 + rounds(10); ++seed) {
        CAPTURE(seed);
        const RandomSchool school = random_school(seed);
        policy = school.policy;
        now = school.now;
        forget_students();
        deliver(school.deliveries);
        const auto right = stored();
        connection().script(
            "UPDATE enrollments SET status = 'blocked', ended_at = now(); UPDATE user_ltv SET amount = 7; "
            "UPDATE users SET ltv = 7, lifecycle = 'churned'; "
            "DELETE FROM student_course_status; UPDATE transactions SET price = 1, status = 'PENDING'; "
            "UPDATE subscriptions SET status = 'EXPIRED'; "
            "UPDATE facts SET body = '{}' WHERE type = 'PURCHASE_OUT_OF_SHOPPING_CART'");
        replay();
        CHECK(stored() == right);
        CHECK(replay() == 0);
    }
}
