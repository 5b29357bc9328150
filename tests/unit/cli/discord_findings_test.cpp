#include "discord/permissions.hpp"
#include "discord_findings.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace ciclo;
using namespace ciclo::cli;
namespace permission = ciclo::discord::permission;

namespace {

constexpr auto everything_needed = permission::manage_roles | permission::manage_channels |
                                   permission::create_instant_invite | permission::view_channel |
                                   permission::send_messages;

DiscordSetup sound_setup()
{
    DiscordSetup setup;
    setup.guild = {"1", "Escola", "9"};
    setup.bot.user_id = "7";
    setup.bot.roles = {"20"};
    setup.application = {"8", 1U << 15U};
    setup.roles = {{"1", "@everyone", 0, false, 0},
                   {"20", "ciclo", 5, false, everything_needed},
                   {"21", "Clube", 3, false, 0},
                   {"22", "Xadrez", 4, false, 0},
                   {"23", "Apoiador", 2, true, 0}};
    setup.channels = {{"30", "entrada", 0, {}}, {"31", "registro", 0, {}}, {"32", "avisos", 0, {}}};
    setup.configured_roles = {"21", "22"};
    setup.welcome_channel = "30";
    setup.registration_channel = "31";
    setup.announcement_channels = {"32"};
    return setup;
}

// Details of what is wrong, in Portuguese.
std::vector<std::string> faults(const DiscordSetup& setup)
{
    std::vector<std::string> found;
    for (const auto& finding : examine_discord(setup, "pt-BR"))
        if (!finding.is_right)
            found.push_back(finding.detail);
    return found;
}

} // namespace

TEST_CASE("a guild that is set up well has no fault", "[doctor]")
{
    CHECK(faults(sound_setup()).empty());
    CHECK(examine_discord(sound_setup(), "en").size() == 7);
}

TEST_CASE("each fault of a guild is named with what to click", "[doctor]")
{
    auto setup = sound_setup();
    std::string expected;
    SECTION("a role above the bot's")
    {
        setup.roles[2].position = 6;
        expected = "arraste o cargo do bot";
    }
    SECTION("a role as high as the bot's")
    {
        setup.roles[2].position = 5;
        expected = "\"Clube\"";
    }
    SECTION("a role that does not exist")
    {
        setup.configured_roles.insert("99");
        expected = "Copiar ID do cargo";
    }
    SECTION("a role of an integration")
    {
        setup.configured_roles.insert("23");
        expected = "\"Apoiador\" pertence a uma integração";
    }
    SECTION("@everyone")
    {
        setup.configured_roles.insert("1");
        expected = "escolha outro cargo";
    }
    SECTION("no permission to give roles")
    {
        setup.roles[1].permissions &= ~permission::manage_roles;
        expected = "Gerenciar cargos";
    }
    SECTION("no intent")
    {
        setup.application.flags = 0;
        expected = "Server Members Intent";
    }
    SECTION("no welcome channel")
    {
        setup.welcome_channel = "";
        expected = "ciclo setting set welcome_channel_id";
    }
    SECTION("a channel that does not exist")
    {
        setup.registration_channel = "39";
        expected = "o canal 39 não existe";
    }
    SECTION("a channel the bot does not see")
    {
        setup.channels[1].overwrites = {{"20", 0, permission::view_channel}};
        expected = "\"Ver canal\"";
    }
    SECTION("no right to invite there")
    {
        setup.channels[0].overwrites = {{"1", 0, permission::create_instant_invite}};
        expected = "\"Criar convite\"";
    }
    SECTION("no sight of who uses which invite")
    {
        setup.channels[0].overwrites = {{"20", 0, permission::manage_channels}};
        expected = "\"Gerenciar canal\"";
    }
    SECTION("no right to write there")
    {
        setup.channels[2].overwrites = {{"7", 0, permission::send_messages}};
        expected = "\"Enviar mensagens\"";
    }
    const auto found = faults(setup);
    REQUIRE(found.size() == 1);
    CHECK_THAT(found.front(), Catch::Contains(expected));
}

TEST_CASE("permissions follow Discord's order", "[doctor]")
{
    auto setup = sound_setup();
    auto& channel = setup.channels[0];
    const auto may = [&] { return discord::channel_permissions("1", setup.roles, setup.bot, channel); };
    // A role's overwrite counts more than everybody's, and the member's own most, wherever they stand in the list.
    channel.overwrites = {{"7", permission::send_messages, 0},
                          {"20", 0, permission::send_messages},
                          {"1", 0, permission::create_instant_invite}};
    CHECK((may() & permission::send_messages) != 0);
    CHECK((may() & permission::create_instant_invite) == 0);
    channel.overwrites.push_back({"20", permission::create_instant_invite, 0});
    CHECK((may() & permission::create_instant_invite) != 0);
    // An administrator may everything, but stays where the role stands.
    channel.overwrites = {{"20", 0, permission::view_channel}};
    CHECK(may() == 0);
    setup.roles[1].permissions = permission::administrator;
    CHECK((may() & permission::view_channel) != 0);
    CHECK(discord::top_position(setup.roles, setup.bot) == 5);
}
