#include "database_fixture.hpp"
#include "discord/rate_limits.hpp"
#include "model/stores/provider_health.hpp"
#include "model/stores/shared_state_store.hpp"

#include <catch2/catch.hpp>

#include <mutex>
#include <thread>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

// Stands for Discord: a fixed window that begins with its first request, and refuses what is too much.
class Window {
public:
    Window(int limit, std::chrono::milliseconds length) : limit_(limit), length_(length) {}

    net::HttpAnswer take()
    {
        const std::lock_guard lock{mutex_};
        const auto present = std::chrono::steady_clock::now();
        if (present >= ends_) {
            ends_ = present + length_;
            used_ = 0;
        }
        const auto left = std::chrono::duration<double>(ends_ - present).count();
        const bool passes = used_ < limit_;
        passes ? ++used_ : ++refused;
        passed += passes ? 1 : 0;
        return {passes ? 204 : 429,
                {{"X-RateLimit-Bucket", "roles"},
                 {"X-RateLimit-Limit", std::to_string(limit_)},
                 {"X-RateLimit-Remaining", std::to_string(limit_ - used_)},
                 {"X-RateLimit-Reset-After", std::to_string(left)}},
                passes ? "" : R"({"retry_after":)" + std::to_string(left) + R"(,"global":false})"};
    }

    int passed = 0;
    int refused = 0;

private:
    int limit_;
    std::chrono::milliseconds length_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point ends_{};
    int used_ = 0;
};

} // namespace

TEST_CASE_METHOD(DatabaseFixture, "several processes at once never ask for more than Discord's window holds",
                 "[model][limits]")
{
    constexpr int processes = 4;
    constexpr int requests_each = 12;
    Window discord{5, 300ms};
    const discord::Route route{"PUT /guilds/{guild}/members/{user}/roles/{role}", "613"};
    std::vector<std::jthread> threads;
    for (int i = 0; i < processes; ++i)
        threads.emplace_back([&] {
            StoredSharedState state{url()};
            discord::RateLimits limits{state, 10'000};
            for (int sent = 0; sent < requests_each;) {
                const auto wait = limits.reserve(route);
                if (wait > 0ms) {
                    std::this_thread::sleep_for(wait);
                    continue;
                }
                limits.learn(route, discord.take());
                ++sent;
            }
        });
    threads.clear();
    CHECK(discord.passed == processes * requests_each);
    CHECK(discord.refused == 0);
}

TEST_CASE_METHOD(DatabaseFixture, "limits that were lost are learned again, one request at a time", "[model][limits]")
{
    StoredSharedState state{url()};
    discord::RateLimits limits{state};
    const discord::Route route{"GET /guilds/{guild}/members/{user}", "613"};
    Window discord{5, 60s};
    REQUIRE(limits.reserve(route) == 0ms);
    limits.learn(route, discord.take());
    CHECK(limits.reserve(route) == 0ms);
    connection().execute("DELETE FROM shared_states"); // as a crash of the server does to an unlogged table
    CHECK(limits.reserve(route) == 0ms);
    CHECK(limits.reserve(route) > 0ms);
    limits.no_answer(route);
    CHECK(limits.reserve(route) == 0ms);
}

TEST_CASE_METHOD(DatabaseFixture, "a change that fails writes nothing, and the next one works", "[model][limits]")
{
    StoredSharedState state{url()};
    CHECK_THROWS(state.change({"a"}, [](Time, SharedState::Texts& texts) {
        texts["a"] = "1";
        throw std::runtime_error{"no"};
    }));
    state.change({"a"}, [](Time, SharedState::Texts& texts) {
        CHECK(texts.empty());
        texts["a"] = "2";
    });
    StoredSharedState other{url()};
    other.change({"a", "b"}, [](Time, SharedState::Texts& texts) { CHECK(texts == SharedState::Texts{{"a", "2"}}); });
}

TEST_CASE_METHOD(DatabaseFixture, "after five failures in a row one caller tries, whichever process it is",
                 "[model][health]")
{
    using Permit = ProviderHealth::Permit;
    ProviderHealth here{"discord"};
    ProviderHealth there{"discord"};
    auto other = another_connection();
    const Error down{ErrorKind::unavailable, "503", {}};
    CHECK(here.ask(connection()) == Permit::open);
    for (int i = 0; i < 4; ++i)
        CHECK(here.failed(connection(), down).kind == ErrorKind::unavailable);
    CHECK(there.ask(other) == Permit::open);
    const Error everybodys = there.failed(other, down);
    CHECK(everybodys.kind == ErrorKind::rate_limited);
    CHECK(everybodys.detail == "503");
    CHECK(everybodys.retry_after == 5s);
    CHECK(there.failed(other, {ErrorKind::unknown_outcome, "cut", 7s}).retry_after == 7s);
    CHECK(here.ask(connection()) == Permit::shut);
    CHECK_FALSE(here.claim_probe(connection()));

    connection().execute("UPDATE provider_health SET open_until = now()");
    CHECK(here.ask(connection()) == Permit::probe);
    CHECK(there.claim_probe(other));
    CHECK_FALSE(here.claim_probe(connection()));
    CHECK(here.ask(connection()) == Permit::shut);
    there.succeeded(other);
    CHECK(here.ask(connection()) == Permit::open);
}

TEST_CASE_METHOD(DatabaseFixture, "credentials that are refused stop all calls at once, until a new process looks",
                 "[model][health]")
{
    using Permit = ProviderHealth::Permit;
    ProviderHealth health{"discord"};
    const Error everybodys = health.failed(connection(), {ErrorKind::unauthorized, "401", {}});
    CHECK(everybodys.kind == ErrorKind::rate_limited);
    CHECK(everybodys.retry_after == 60s);
    CHECK(health.ask(connection()) == Permit::shut);
    health.started(connection());
    CHECK(health.ask(connection()) == Permit::probe);
    CHECK(health.claim_probe(connection()));
    CHECK(health.failed(connection(), {ErrorKind::refused, "50013", {}}).kind == ErrorKind::refused); // a clear answer
    CHECK(health.ask(connection()) == Permit::open);
    CHECK(health.failed(connection(), {ErrorKind::rate_limited, "429", 2s}).retry_after == 2s);
    CHECK(health.ask(connection()) == Permit::open);
    CHECK(health.failed(connection(), {ErrorKind::unavailable, "503", {}}).kind == ErrorKind::unavailable);
}
