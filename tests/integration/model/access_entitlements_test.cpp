#include "core/uuid.hpp"
#include "model/stores/catalogue_store.hpp"
#include "worker_fixture.hpp"

#include <catch2/catch.hpp>

#include <fmt/core.h>

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

using Moment = std::optional<Time>;

struct Access {
    std::string user_id;
    Time started_at;
    Moment since;
};

std::optional<std::string> in_words(const Moment& moment)
{
    return moment ? std::optional{to_iso8601(*moment)} : std::nullopt;
}

class EntitlementsFixture : public WorkerFixture {
public:
    // Each rule gives another role; its name says for whom it is.
    void add_rule(const Moment& from, const Moment& until)
    {
        const std::string role =
            fmt::format("from {} until {}", in_words(from).value_or("-"), in_words(until).value_or("-"));
        connection().execute("INSERT INTO access_rules (id, product_id, kind, value, applies_from, applies_until) "
                             "VALUES ($1, $2, 'discord_role', $3, $4, $5)",
                             {new_uuid(), poetry_id, role, in_words(from), in_words(until)});
    }
    Access add_student(Time started_at, const Moment& since)
    {
        const Access access{new_uuid(), started_at, since};
        connection().execute("INSERT INTO users (id, email) VALUES ($1::uuid, $1::uuid || '@example.com')",
                             {access.user_id});
        connection().execute("INSERT INTO enrollments (user_id, product_id, status, started_at, access_since) "
                             "VALUES ($1, $2, 'active', $3, $4)",
                             {access.user_id, poetry_id, to_iso8601(started_at), in_words(since)});
        return access;
    }
    void forget()
    {
        forget_students();
        connection().execute("DELETE FROM access_rules WHERE product_id = $1", {poetry_id});
    }

    std::set<std::string> by_the_rules(const Access& access)
    {
        std::set<std::string> roles;
        for (const Entitlement& role : catalogue.find(std::string{poetry_id})->discord_roles)
            if (role.covers(access.since.value_or(access.started_at)))
                roles.insert(role.value);
        return roles;
    }
    std::map<std::string, std::set<std::string>> by_the_view()
    {
        const auto rows = connection().execute("SELECT user_id, value FROM access_entitlements");
        std::map<std::string, std::set<std::string>> roles;
        for (std::size_t i = 0; i < rows.size(); ++i)
            CHECK(roles[rows.text(i, 0)].insert(rows.text(i, 1)).second);
        return roles;
    }
};

} // namespace

// Entitlement::covers() decides in the fold, the view in SQL: neither can ask the other.
TEST_CASE_METHOD(EntitlementsFixture, "the fold and the view access_entitlements say the same of every rule and access",
                 "[model][rules][property]")
{
    for (std::uint32_t seed = 1; seed <= rounds(10); ++seed) {
        CAPTURE(seed);
        forget();
        std::mt19937_64 random{seed};
        const auto up_to = [&random](std::int64_t most) {
            return std::chrono::microseconds{std::uniform_int_distribution<std::int64_t>{1, most}(random)};
        };
        // Now by a microsecond, now by years; and where a rule ends for everybody, at the beginning of time.
        const auto distance = up_to(seed % 2 == 0 ? 1 : 100'000'000'000'000);
        const Time middle = Time{} + distance + (seed % 4 == 0 ? 0us : up_to(4'000'000'000'000'000));
        const Moment moments[] = {std::nullopt, middle - distance, middle, middle + distance};
        for (const Moment& from : moments)
            for (const Moment& to : moments)
                add_rule(from, to);
        std::vector<Access> everybody;
        for (const Moment& started : moments)
            for (const Moment& since : moments)
                if (started)
                    everybody.push_back(add_student(*started, since));

        catalogue = load_catalogue(connection());
        auto roles = by_the_view();
        for (const Access& access : everybody) {
            CAPTURE(to_iso8601(access.started_at), in_words(access.since).value_or("-"));
            CHECK(roles[access.user_id] == by_the_rules(access));
        }
        CHECK(by_the_rules(everybody.front()) != by_the_rules(everybody.back()));
    }
}
