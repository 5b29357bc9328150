#pragma once

#include "discord/guild.hpp"
#include "finding.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// What is right and wrong in how a guild is set up for ciclo, with what a person should click. Pure.
namespace ciclo::cli {

struct DiscordSetup {
    discord::Guild guild;
    discord::Member bot;
    discord::Application application;
    std::vector<discord::Role> roles;
    std::vector<discord::Channel> channels;
    std::set<std::string> configured_roles; // of products, and the visitor role
    std::string welcome_channel;            // ids; empty: not set
    std::string registration_channel;
    std::set<std::string> announcement_channels;
};

// `locale`: "pt-BR", "es" or "en".
std::vector<Finding> examine_discord(const DiscordSetup& setup, std::string_view locale);

} // namespace ciclo::cli
