#include "database_fixture.hpp"

#include "model/stores/provider_access.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace ciclo;
using namespace ciclo::model;
using namespace std::chrono_literals;
using ciclo::testing::DatabaseFixture;

namespace {

std::function<std::optional<ProviderToken>()> gives(const std::string& value, int& asked)
{
    return [value, &asked]() -> std::optional<ProviderToken> {
        ++asked;
        return ProviderToken{value, now() + 1h};
    };
}

} // namespace

TEST_CASE_METHOD(DatabaseFixture, "a token is asked for once and shared until it nears its end or is refused",
                 "[provider]")
{
    int asked = 0;
    const auto obtain = [&](Time until, const std::string& rejected, const std::string& next) {
        return obtain_provider_token(connection(), "hotmart", "secret", until, rejected, gives(next, asked))
            .value()
            .value;
    };
    CHECK(obtain(now(), "", "one") == "one");
    CHECK(obtain(now() + 5min, "", "two") == "one");
    CHECK(obtain(now() + 2h, "", "two") == "two");
    CHECK(obtain(now(), "one", "three") == "two"); // another replica has renewed it meanwhile
    CHECK(obtain(now(), "two", "three") == "three");
    CHECK(asked == 3);
    CHECK(text("SELECT position('three' IN encode(sealed_token, 'escape')) FROM provider_tokens") == "0");
    CHECK(obtain_provider_token(connection(), "hotmart", "new secret", now(), "", gives("four", asked))->value ==
          "four");
}

TEST_CASE_METHOD(DatabaseFixture, "replicas that need a token at the same time ask for one", "[provider]")
{
    std::atomic<int> asked = 0;
    std::vector<std::jthread> replicas;
    for (int i = 0; i < 4; ++i)
        replicas.emplace_back([&] {
            auto own = another_connection();
            (void)obtain_provider_token(own, "hotmart", "secret", now(), "", [&]() -> std::optional<ProviderToken> {
                return ProviderToken{"token " + std::to_string(++asked), now() + 1h};
            });
        });
    replicas.clear();
    CHECK(asked == 1);
}

TEST_CASE_METHOD(DatabaseFixture, "all replicas together get the calls of a window, and no more", "[provider]")
{
    std::atomic<int> taken = 0;
    std::atomic<int> refused = 0;
    std::vector<std::jthread> replicas;
    for (int i = 0; i < 4; ++i)
        replicas.emplace_back([&] {
            auto own = another_connection();
            for (int call = 0; call < 20; ++call) {
                const auto grant = take_provider_calls(own, "hotmart", 3, 100, 60s);
                taken += grant.calls;
                if (grant.calls == 0 && grant.wait > 0ms && grant.wait <= 60s)
                    ++refused;
            }
        });
    replicas.clear();
    CHECK(taken == 100);
    CHECK(refused == 80 - 34);
}

TEST_CASE_METHOD(DatabaseFixture, "a window that is over begins anew, and the provider's own count is believed",
                 "[provider]")
{
    CHECK(take_provider_calls(connection(), "hotmart", 5, 5, 60s).calls == 5);
    CHECK(take_provider_calls(connection(), "hotmart", 5, 5, 60s).calls == 0);
    connection().script("UPDATE provider_call_windows SET ends_at = now()");
    CHECK(take_provider_calls(connection(), "hotmart", 3, 5, 60s).calls == 3);
    limit_provider_calls(connection(), "hotmart", 0, 17s);
    const auto refused = take_provider_calls(connection(), "hotmart", 3, 5, 60s);
    CHECK(refused.calls == 0);
    CHECK(refused.wait > 10s);
    CHECK(refused.wait <= 17s);
}
