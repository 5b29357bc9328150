#include "discord/gateway_event.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::discord;

namespace {

std::optional<GatewayEvent> read(std::string_view name, std::string_view content)
{
    const auto document = JsonDocument::parse(content).value();
    return read_event(name, document.root(), "613");
}

constexpr const char* interaction = R"({"id":"786","application_id":"900","type":2,"token":"aW50","guild_id":"613",
    "channel_id":"645","member":{"user":{"id":"8035","username":"ana"},"roles":[],"pending":false},
    "data":{"id":"771","type":1,"name":"registrar","options":[{"type":3,"name":"codigo","value":"ABC123"}]},
    "context":0,"something":{"new":[]}})";

} // namespace

TEST_CASE("a member event tells account, roles, rules and time", "[discord][gateway]")
{
    const auto event = read("GUILD_MEMBER_ADD", R"({"guild_id":"613","user":{"id":"8035","bot":false},
        "roles":["4","5"],"joined_at":"2026-08-01T12:00:00.000000+00:00","pending":true,"flags":0})");
    const auto& member = std::get<MemberSeen>(event.value());
    CHECK(member.discord_id == "8035");
    CHECK(member.roles == std::set<std::string>{"4", "5"});
    CHECK(member.pending == true);
    CHECK(member.joined);
    CHECK(member.joined_at == time_from_text("2026-08-01T12:00:00Z"));

    const auto update = read("GUILD_MEMBER_UPDATE", R"({"guild_id":"613","user":{"id":"8035"},"roles":[]})");
    CHECK_FALSE(std::get<MemberSeen>(update.value()).pending.has_value());
    CHECK_FALSE(std::get<MemberSeen>(update.value()).joined);
}

TEST_CASE("a command tells who typed what where", "[discord][gateway]")
{
    const auto event = read("INTERACTION_CREATE", interaction);
    const auto& used = std::get<CommandUsed>(event.value());
    CHECK(used.interaction_id == "786");
    CHECK(used.token == "aW50");
    CHECK(used.application_id == "900");
    CHECK(used.channel_id == "645");
    CHECK(used.discord_id == "8035");
    CHECK(used.command == "registrar");
    CHECK(used.code == "ABC123");
}

TEST_CASE("other events are told apart", "[discord][gateway]")
{
    CHECK(std::get<SessionBegan>(
              *read("READY", R"({"session_id":"s","resume_gateway_url":"u","application":{"id":"9"}})"))
              .application_id == "9");
    CHECK(std::holds_alternative<SessionResumed>(*read("RESUMED", "{}")));
    CHECK(std::get<MemberLeft>(*read("GUILD_MEMBER_REMOVE", R"({"guild_id":"613","user":{"id":"1"}})")).discord_id ==
          "1");
    CHECK(std::get<InviteGone>(*read("INVITE_DELETE", R"({"guild_id":"613","channel_id":"2","code":"x"})")).code ==
          "x");
    CHECK(std::get<GuildLost>(*read("GUILD_DELETE", R"({"id":"613","unavailable":true})")).is_outage);
    CHECK_FALSE(std::get<GuildLost>(*read("GUILD_DELETE", R"({"id":"613"})")).is_outage);
    CHECK(std::holds_alternative<RolesChanged>(*read("GUILD_ROLE_UPDATE", R"({"guild_id":"613","role":{}})")));
}

TEST_CASE("events of other guilds, of other kinds and without what they need are left alone", "[discord][gateway]")
{
    CHECK_FALSE(read("GUILD_MEMBER_ADD", R"({"guild_id":"614","user":{"id":"1"},"roles":[]})").has_value());
    CHECK_FALSE(read("GUILD_MEMBER_ADD", R"({"guild_id":"613","roles":[]})").has_value());
    CHECK_FALSE(read("GUILD_MEMBER_ADD", R"({"guild_id":"613","user":{"id":"1"}})").has_value());
    CHECK_FALSE(read("INTERACTION_CREATE", R"({"type":3,"id":"1","token":"t","guild_id":"613"})").has_value());
    CHECK_FALSE(read("INTERACTION_CREATE", R"({"type":2,"id":"1","token":"t","user":{"id":"1"}})").has_value());
    CHECK_FALSE(read("CHANNEL_CREATE", R"({"guild_id":"613"})").has_value());
    CHECK_FALSE(read("NEVER_HEARD_OF", "[]").has_value());
}
