#include "discord/gateway_session.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace ciclo;
using namespace ciclo::discord;
using namespace ciclo::discord::gateway_action;
using namespace std::chrono_literals;

namespace {

constexpr const char* hello = R"({"op":10,"d":{"heartbeat_interval":40000},"s":null,"t":null})";
constexpr const char* ready =
    R"({"op":0,"s":1,"t":"READY","d":{"session_id":"abc","resume_gateway_url":"wss://again.example","new":[1]}})";
constexpr const char* resumed = R"({"op":0,"s":9,"t":"RESUMED","d":{}})";
constexpr const char* acknowledged = R"({"op":11})";
const SavedSession saved{"abc", 7, "wss://again.example"};
const GatewayInfo info{"wss://gateway.example/", 1000, 1h};

// Tells the machine what happens, and writes down in short what it wants done.
struct Driver {
    SteadyTime now{100h};
    double random = 0.5;
    GatewaySession session{{"secret", 67}, [this] { return random; }};

    std::vector<std::string> list(GatewayActions actions)
    {
        std::vector<std::string> texts;
        for (auto& action : actions) {
            if (std::holds_alternative<LookUp>(action))
                texts.emplace_back("look up");
            else if (const auto* open = std::get_if<Open>(&action))
                texts.push_back("open " + open->url);
            else if (const auto* send = std::get_if<Send>(&action))
                texts.push_back("send " + send->text);
            else if (const auto* close = std::get_if<Close>(&action))
                texts.push_back("close " + std::to_string(close->code));
            else if (const auto* dispatch = std::get_if<Dispatch>(&action))
                texts.push_back("dispatch " + dispatch->name + " " + std::to_string(dispatch->sequence));
            else
                texts.emplace_back("give up");
        }
        return texts;
    }
    std::vector<std::string> message(std::string_view text, bool has_room = true)
    {
        return list(session.on_message(text, has_room, now));
    }
    std::vector<std::string> closed(std::uint16_t code) { return list(session.on_closed(code, now)); }

    // Waits for the timer that is set.
    std::vector<std::string> timer()
    {
        REQUIRE(session.next_timer().has_value());
        now = *session.next_timer();
        return list(session.on_time(now));
    }
    std::chrono::milliseconds until_timer() const
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(session.next_timer().value() - now);
    }

    void become_ready()
    {
        list(session.start(std::nullopt, now));
        list(session.on_info(info, now));
        list(session.on_open(now));
        message(hello);
        message(ready);
        REQUIRE(session.phase() == GatewayPhase::ready);
    }
    void be_greeted()
    {
        list(session.on_open(now));
        message(hello);
    }
};

using Texts = std::vector<std::string>;
const std::string identify =
    R"(send {"op":2,"d":{"token":"secret","intents":67,"properties":{"os":"linux","browser":"ciclo","device":"ciclo"},)"
    R"("compress":false,"large_threshold":50}})";
const std::string open_again = "open wss://again.example/?v=10&encoding=json";

} // namespace

TEST_CASE("a new session is looked up, opened, greeted and identified", "[discord][gateway]")
{
    Driver driver;
    CHECK(driver.list(driver.session.start(std::nullopt, driver.now)) == Texts{"look up"});
    CHECK(driver.list(driver.session.on_info(info, driver.now)) ==
          Texts{"open wss://gateway.example/?v=10&encoding=json"});
    CHECK(driver.list(driver.session.on_open(driver.now)).empty());
    CHECK(driver.message(hello) == Texts{identify});
    CHECK(driver.message(ready) == Texts{"dispatch READY 1"});
    CHECK(driver.session.session()->id == "abc");
    CHECK(driver.session.session()->resume_url == "wss://again.example");
    CHECK(driver.message(R"({"op":0,"s":2,"t":"NEVER_HEARD_OF","d":{}})") == Texts{"dispatch NEVER_HEARD_OF 2"});
    CHECK(driver.message(R"({"op":99,"d":{}})").empty());
    CHECK(driver.session.session()->sequence == 2);
}

TEST_CASE("a session that was kept is resumed on its own URL without an identify", "[discord][gateway]")
{
    Driver driver;
    CHECK(driver.list(driver.session.start(saved, driver.now)) == Texts{open_again});
    driver.list(driver.session.on_open(driver.now));
    CHECK(driver.message(hello) == Texts{R"(send {"op":6,"d":{"token":"secret","session_id":"abc","seq":7}})"});
    CHECK(driver.message(R"({"op":0,"s":8,"t":"GUILD_MEMBER_ADD","d":{}})") == Texts{"dispatch GUILD_MEMBER_ADD 8"});
    CHECK(driver.session.phase() == GatewayPhase::resuming);
    driver.message(resumed);
    CHECK(driver.session.phase() == GatewayPhase::ready);
    CHECK(driver.session.session()->sequence == 9);
}

TEST_CASE("the first heartbeat comes at a random part of the interval, the others follow it", "[discord][gateway]")
{
    Driver driver;
    driver.random = 0.25;
    driver.list(driver.session.start(std::nullopt, driver.now));
    driver.list(driver.session.on_info(info, driver.now));
    driver.be_greeted();
    CHECK(driver.until_timer() == 10s);
    CHECK(driver.timer() == Texts{R"(send {"op":1,"d":null})"});
    CHECK(driver.until_timer() == 40s);
    driver.message(acknowledged);
    driver.message(ready); // waiting for it does not stop the heart
    CHECK(driver.timer() == Texts{R"(send {"op":1,"d":1})"});
}

TEST_CASE("a heartbeat that was not acknowledged when the next is due means a dead connection", "[discord][gateway]")
{
    Driver driver;
    driver.become_ready();
    driver.timer();
    CHECK(driver.timer() == Texts{"close 4000", open_again});
    CHECK(driver.session.phase() == GatewayPhase::opening);
}

TEST_CASE("a heartbeat that is asked for is sent at once, but not without end", "[discord][gateway]")
{
    Driver driver;
    driver.become_ready();
    int sent = 0;
    for (int i = 0; i < 150; ++i)
        sent += driver.message(R"({"op":1,"d":null})") == Texts{R"(send {"op":1,"d":1})"};
    CHECK(sent == 100);
    driver.now += 61s;
    CHECK(driver.message(R"({"op":1})").size() == 1);
}

TEST_CASE("no hello within twenty seconds is an end", "[discord][gateway]")
{
    Driver driver;
    driver.list(driver.session.start(saved, driver.now));
    driver.list(driver.session.on_open(driver.now));
    CHECK(driver.until_timer() == 20s);
    CHECK(driver.timer() == Texts{"close 4000", open_again});
}

TEST_CASE("op 7 is followed at once, with the session kept", "[discord][gateway]")
{
    Driver driver;
    driver.become_ready();
    CHECK(driver.message(R"({"op":7,"d":null})") == Texts{"close 4000", open_again});
    driver.list(driver.session.on_open(driver.now));
    CHECK(driver.message(R"({"op":7,"d":null})").front() == "close 4000"); // before the hello
    CHECK(driver.session.session().has_value());
    CHECK(driver.session.phase() == GatewayPhase::pausing); // not twice in a row without a pause
}

TEST_CASE("op 9 resumes when it says so and begins anew when it does not, after one to five seconds",
          "[discord][gateway]")
{
    for (const bool can_resume : {true, false}) {
        Driver driver;
        driver.become_ready();
        driver.now += 1h;
        driver.random = 0.75;
        CHECK(driver.message(can_resume ? R"({"op":9,"d":true})" : R"({"op":9,"d":false})") == Texts{"close 4000"});
        CHECK(driver.until_timer() == 4s);
        CHECK(driver.session.session().has_value() == can_resume);
        CHECK(driver.timer() == Texts{can_resume ? open_again : "look up"});
    }
}

TEST_CASE("each close code has its consequence", "[discord][gateway]")
{
    const std::set<std::uint16_t> final_codes{4004, 4010, 4011, 4012, 4013, 4014};
    const std::set<std::uint16_t> new_session{4006, 4007, 4009};
    for (const std::uint16_t code :
         std::initializer_list<std::uint16_t>{0,    1000, 1001, 1006, 4000, 4001, 4002, 4003, 4004, 4005,
                                              4006, 4007, 4008, 4009, 4010, 4011, 4012, 4013, 4014, 4999}) {
        INFO(code);
        Driver driver;
        driver.become_ready();
        driver.now += 1h; // it had lasted, so that nothing has to wait
        const auto next = driver.closed(code);
        if (final_codes.contains(code)) {
            CHECK(next == Texts{"give up"});
            CHECK(driver.session.phase() == GatewayPhase::given_up);
            CHECK(driver.until_timer() == 15min);
            CHECK(driver.timer() == Texts{"look up"});
        } else {
            CHECK(next == Texts{new_session.contains(code) ? "look up" : open_again});
        }
    }
}

TEST_CASE("connections that fail are tried again with growing pauses that differ", "[discord][gateway]")
{
    Driver driver;
    driver.random = 0;
    driver.list(driver.session.start(std::nullopt, driver.now));
    std::vector<std::int64_t> seconds;
    for (int i = 0; i < 8; ++i) {
        driver.list(driver.session.on_info(info, driver.now));
        driver.list(driver.session.on_open_failed(driver.now));
        seconds.push_back(driver.until_timer() / 500ms);
        CHECK(driver.timer() == Texts{"look up"});
    }
    CHECK(seconds == std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60});
    driver.random = 0.999;
    driver.list(driver.session.on_info(info, driver.now));
    driver.list(driver.session.on_open_failed(driver.now));
    CHECK(driver.until_timer() > 59s);
}

TEST_CASE("a session that lasts a minute forgets the failures before it, a shorter one does not", "[discord][gateway]")
{
    Driver driver;
    driver.become_ready();
    CHECK(driver.closed(4000) == Texts{open_again});
    driver.be_greeted();
    driver.message(resumed);
    driver.now += 10s;
    CHECK(driver.closed(4000).empty());
    CHECK(driver.timer() == Texts{open_again});
    driver.be_greeted();
    driver.message(resumed);
    driver.now += 61s;
    CHECK(driver.closed(4000) == Texts{open_again});
}

TEST_CASE("a resume URL that cannot be reached three times gives way to a new session, if Discord is there at all",
          "[discord][gateway]")
{
    Driver driver;
    driver.list(driver.session.start(saved, driver.now));
    for (int i = 0; i < 2; ++i) {
        driver.list(driver.session.on_open_failed(driver.now));
        CHECK(driver.timer() == Texts{open_again});
    }
    driver.list(driver.session.on_open_failed(driver.now));
    CHECK(driver.timer() == Texts{"look up"});

    SECTION("Discord is away altogether: the session may still live")
    {
        driver.list(driver.session.on_lookup_failed({ErrorKind::unavailable, "away", {}}, driver.now));
        CHECK(driver.timer() == Texts{open_again});
    }
    SECTION("Discord is there")
    {
        driver.list(driver.session.on_info(info, driver.now));
        driver.list(driver.session.on_open(driver.now));
        CHECK(driver.message(hello) == Texts{identify});
    }
}

TEST_CASE("no identify is spent when Discord's limit is nearly used up", "[discord][gateway]")
{
    Driver driver;
    driver.list(driver.session.start(std::nullopt, driver.now));
    CHECK(driver.list(driver.session.on_info({"wss://gateway.example", 5, 2h}, driver.now)).empty());
    CHECK(driver.until_timer() == 2h);
    CHECK(driver.timer() == Texts{"look up"});
}

TEST_CASE("identifies are five seconds apart and at most thirty an hour", "[discord][gateway]")
{
    Driver driver;
    driver.random = 0;
    driver.list(driver.session.start(std::nullopt, driver.now));
    const auto first = driver.now;
    SteadyTime last{};
    int identified = 0;
    while (driver.now < first + 59min) {
        if (driver.session.phase() == GatewayPhase::looking_up) {
            driver.list(driver.session.on_info(info, driver.now));
            driver.be_greeted();
            ++identified;
            CHECK(driver.now - last >= 5s);
            last = driver.now;
            driver.message(R"({"op":9,"d":false})");
        }
        driver.timer();
    }
    CHECK(identified == 30);
}

TEST_CASE("a token that is refused is final, other failures of the look-up are not", "[discord][gateway]")
{
    Driver driver;
    driver.list(driver.session.start(std::nullopt, driver.now));
    driver.list(driver.session.on_lookup_failed({ErrorKind::rate_limited, "429", 90s}, driver.now));
    CHECK(driver.until_timer() == 90s);
    driver.timer();
    CHECK(driver.list(driver.session.on_lookup_failed({ErrorKind::unauthorized, "401", {}}, driver.now)) ==
          Texts{"give up"});
}

TEST_CASE("an event that has no place is asked for again", "[discord][gateway]")
{
    Driver driver;
    driver.become_ready();
    driver.now += 1h;
    CHECK(driver.message(R"({"op":0,"s":2,"t":"A","d":{}})") == Texts{"dispatch A 2"});
    CHECK(driver.message(R"({"op":0,"s":3,"t":"B","d":{}})", false) == Texts{"close 4000", open_again});
    driver.list(driver.session.on_open(driver.now));
    CHECK(driver.message(hello) == Texts{R"(send {"op":6,"d":{"token":"secret","session_id":"abc","seq":2}})"});
}

TEST_CASE("what is no gateway message ends the connection, and nothing else", "[discord][gateway]")
{
    for (const auto* text : {"", "{", "[1]", R"({"op":"x"})", R"({"op":0})", R"({"op":10,"d":{}})",
                             R"({"op":10,"d":{"heartbeat_interval":-1}})"}) {
        INFO(text);
        Driver driver;
        driver.list(driver.session.start(saved, driver.now));
        driver.list(driver.session.on_open(driver.now));
        CHECK_NOTHROW(driver.message(text));
        CHECK(driver.session.session().has_value());
    }
}

TEST_CASE("what comes after the end of a connection counts for nothing", "[discord][gateway]")
{
    Driver driver;
    driver.become_ready();
    driver.message(R"({"op":7})");
    CHECK(driver.message(ready).empty());
    CHECK(driver.closed(4014).empty());
}
