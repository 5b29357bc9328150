#include "guild_json.hpp"

#include <charconv>

namespace ciclo::discord {

namespace {

// Bit sets are decimal texts, because they may be longer than a double can hold.
std::uint64_t bits(JsonView text)
{
    const std::string digits = text.text();
    std::uint64_t value = 0;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

} // namespace

Member read_member(JsonView member)
{
    Member read{member["user"]["id"].text()};
    read.pending = member["pending"].boolean().value_or(false);
    read.username = member["user"]["username"].text();
    read.is_bot = member["user"]["bot"].boolean().value_or(false);
    read.joined_at = member["joined_at"].time();
    for (std::size_t i = 0; i < member["roles"].size(); ++i)
        read.roles.insert(member["roles"].element(i).text());
    return read;
}

std::vector<Role> read_roles(JsonView roles)
{
    std::vector<Role> read;
    for (std::size_t i = 0; i < roles.size(); ++i) {
        const JsonView role = roles.element(i);
        read.push_back(Role{role["id"].text(), role["name"].text(),
                            static_cast<int>(role["position"].integer().value_or(0)),
                            role["managed"].boolean().value_or(false), bits(role["permissions"])});
    }
    return read;
}

std::vector<Channel> read_channels(JsonView channels)
{
    std::vector<Channel> read;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const JsonView channel = channels.element(i);
        Channel one{channel["id"].text(), channel["name"].text(),
                    static_cast<int>(channel["type"].integer().value_or(0))};
        const JsonView overwrites = channel["permission_overwrites"];
        for (std::size_t k = 0; k < overwrites.size(); ++k)
            one.overwrites.push_back({overwrites.element(k)["id"].text(), bits(overwrites.element(k)["allow"]),
                                      bits(overwrites.element(k)["deny"])});
        read.push_back(std::move(one));
    }
    return read;
}

} // namespace ciclo::discord
