#include "fold_fixture.hpp"
#include "model/stores/student_store.hpp"
#include "worker_fixture.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <future>
#include <latch>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

constexpr auto code = "QX7PL2AB";

// What two workers might be given of one student, in the same moment.
std::vector<std::pair<std::vector<Fact>, std::vector<Fact>>> shares()
{
    const auto first_month = of_subscription(approved("HP1", day(1)), code, day(31));
    return {
        {{first_month}, {linked("220000000000000001", day(2))}},
        {{first_month}, {cancelled(code, day(3), day(31))}},
        {{approved("HP1", day(1))}, {refunded("HP1", day(2))}},
        {{approved("HP1", day(1)), approved("HP2", day(1), chess)},
         {approved("HP3", day(1), poetry), refunded("HP2", day(2), chess)}},
        {{first_month}, {with_email(of_subscription(completed("HP1", day(8), day(1)), code), "rita@new.example")}},
        // Two who turn out to be one.
        {{first_month},
         {with_email(approved("HP2", day(1), chess), "leo@example.com"),
          with_email(cancelled(code, day(3), day(31)), "leo@example.com")}},
    };
}

class ConcurrencyFixture : public FoldFixture {
public:
    // What is stored after these batches, one after the other.
    std::string in_sequence(const std::vector<std::vector<Fact>>& batches)
    {
        forget_students();
        for (const auto& batch : batches)
            if (!batch.empty())
                fold(batch);
        return stored();
    }
};

} // namespace

TEST_CASE_METHOD(ConcurrencyFixture,
                 "two workers that fold the same student at the same moment end as one after the other",
                 "[model][fold]")
{
    // The student is known in one half of the rounds and new in the other.
    for (std::uint32_t round = 0; round < 2 * rounds(8); ++round)
        for (const auto& [mine, theirs] : shares()) {
            const bool is_known = round % 2 == 1;
            INFO("known " << is_known << ", first fact " << to_string(theirs[0].type));
            const std::vector<Fact> before =
                is_known ? std::vector{of_subscription(approved("HP0", day(0), poetry), code)} : std::vector<Fact>{};
            std::vector<Fact> all = before;
            all.insert(all.end(), mine.begin(), mine.end());
            all.insert(all.end(), theirs.begin(), theirs.end());
            forget_students();
            if (is_known)
                fold(before);

            auto other = another_connection();
            std::latch start{2};
            const auto work = [&start, this](postgres::Connection& own, const std::vector<Fact>& facts) {
                start.arrive_and_wait();
                fold_on(own, facts);
            };
            auto worker = std::async(std::launch::async, work, std::ref(other), std::cref(theirs));
            work(connection(), mine);
            worker.get();

            // Nothing is left to be written: the stored state follows from all facts together.
            REQUIRE(number("SELECT count(*) FROM users") == 1);
            REQUIRE(number("SELECT count(*) FROM facts") == static_cast<std::int64_t>(all.size()));
            const auto versions = row_versions();
            refold({text("SELECT id FROM users")});
            CHECK(row_versions() == versions);
            const auto together = stored();
            CHECK((together == in_sequence({before, mine, theirs}) || together == in_sequence({before, theirs, mine})));
        }
}
