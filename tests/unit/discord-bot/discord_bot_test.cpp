#include "command_definition.hpp"
#include "core/json.hpp"
#include "event_inbox.hpp"
#include "model/rules/join_match.hpp"
#include "reply_text.hpp"
#include "wanted_roles.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace ciclo;
using namespace ciclo::discord_bot;
using namespace std::chrono_literals;

TEST_CASE("every answer has words of its own in every language", "[discord-bot]")
{
    using enum model::RegistrationOutcome;
    std::set<std::string> texts;
    for (const auto* locale : {"pt-BR", "es", "en"})
        for (const auto outcome : {registered, invalid, expired, already_registered, wrong_channel, throttled}) {
            const auto text = reply_text(outcome, locale, "302");
            CHECK_FALSE(text.empty());
            CHECK(text.size() < 2000);
            CHECK((text.find("<#302>") != std::string::npos) == (outcome == wrong_channel));
            texts.insert(text);
        }
    CHECK(texts.size() == 18);
}

TEST_CASE("the welcome says what to type, and where if there is one place only", "[discord-bot]")
{
    for (const auto* locale : {"pt-BR", "es", "en"}) {
        CHECK(welcome_text(locale, "302").find("<#302>") != std::string::npos);
        CHECK(welcome_text(locale, "").find("<#") == std::string::npos);
        CHECK(welcome_text(locale, "").find("/registrar") != std::string::npos);
    }
}

TEST_CASE("the command's definition keeps Discord's limits", "[discord-bot]")
{
    for (const auto* locale : {"pt-BR", "es", "en"}) {
        const auto document = JsonDocument::parse(command_definition(locale)).value();
        const auto command = document.root().element(0);
        CHECK(command["name"].text() == "registrar");
        CHECK(command["description"].text().size() <= 100);
        CHECK(command["options"].element(0)["name"].text() == "codigo");
        CHECK(command["options"].element(0)["description"].text().size() <= 100);
        CHECK(command["options"].element(0)["required"].boolean() == true);
    }
}

TEST_CASE("an invite is a newcomer's own only without any doubt", "[discord-bot]")
{
    using model::matching_invite;
    CHECK(matching_invite({false, 0, {"a"}}) == "a");
    CHECK_FALSE(matching_invite({false, 0, {}}).has_value());
    CHECK_FALSE(matching_invite({false, 0, {"a", "b"}}).has_value());
    CHECK_FALSE(matching_invite({false, 1, {"a"}}).has_value());
    CHECK_FALSE(matching_invite({true, 0, {"a"}}).has_value());
}

TEST_CASE("only roles of ours make a difference", "[discord-bot]")
{
    const model::DiscordWish active{"", "1", {"club"}, {"club", "chess", "visitor"}, {}};
    const model::DiscordWish churned{"", "1", {}, {"club", "chess", "visitor"}, {}};
    CHECK_FALSE(differs_from_wish(active, "visitor", {"club"}));
    CHECK_FALSE(differs_from_wish(active, "visitor", {"club", "moderator"}));
    CHECK(differs_from_wish(active, "visitor", {}));
    CHECK(differs_from_wish(active, "visitor", {"club", "visitor"}));
    CHECK(differs_from_wish(active, "visitor", {"club", "chess"}));
    CHECK_FALSE(differs_from_wish(churned, "visitor", {"visitor"}));
    CHECK(differs_from_wish(churned, "visitor", {}));
    CHECK_FALSE(differs_from_wish(churned, "", {"moderator"}));
    CHECK(differs_from_wish(churned, "", {"club"}));
}

TEST_CASE("the inbox keeps its order and its bound", "[discord-bot]")
{
    EventInbox inbox{2};
    CHECK_FALSE(inbox.take(0ms, {}).has_value());
    inbox.put({discord::RolesChanged{}, 1, {}});
    CHECK(inbox.has_room());
    inbox.put({discord::RolesChanged{}, 2, {}});
    CHECK_FALSE(inbox.has_room());
    CHECK(inbox.take(0ms, {})->sequence == 1);
    CHECK(inbox.take(0ms, {})->sequence == 2);
    inbox.put({discord::RolesChanged{}, 3, {}});
    inbox.clear();
    CHECK(inbox.size() == 0);
}
