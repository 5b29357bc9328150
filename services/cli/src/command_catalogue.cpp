#include "arguments.hpp"
#include "commands.hpp"

#include "core/text.hpp"
#include "core/uuid.hpp"
#include "model/rules/catalogue_input.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/club_store.hpp"
#include "model/stores/settings_store.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace ciclo::cli {

namespace {

constexpr auto setting_keys = std::to_array<std::string_view>(
    {"welcome_channel_id", "visitor_role_id", "invite_ttl_seconds", "manychat_flow_onboarding", "manychat_flow_welcome",
     "manychat_flow_welcome_back", "manychat_flow_churn", "manychat_flow_follow_up"});

std::pair<std::string, std::string> read_identifier(const std::string& text)
{
    const auto equals = text.find('=');
    const std::string kind = text.substr(0, equals);
    const std::string value{equals == std::string::npos ? std::string_view{}
                                                        : trimmed(std::string_view{text}.substr(equals + 1))};
    if (const auto fine = model::check_identifier(kind, value); !fine)
        throw UsageError{fmt::format("identifier \"{}\": write KIND=VALUE. {}", text, fine.error().detail)};
    return {kind, value};
}

bool is_snowflake(const std::string& text)
{
    return text.size() >= 15 && text.size() <= 20 && text.find_first_not_of("0123456789") == std::string::npos;
}

int add(const Arguments& arguments)
{
    arguments.allow_only({"name", "priority", "identifier", "discord-role", "class", "manychat-tag", "manychat-flow",
                          "access-days", "if-missing"});
    model::NewProduct product;
    product.name = arguments.required("name");
    product.priority = arguments.integer("priority", 0, -1'000'000, 1'000'000);
    for (const auto& text : arguments.all("identifier"))
        product.identifiers.push_back(read_identifier(text));
    if (product.identifiers.empty())
        throw UsageError{"--identifier is missing: without one, no sale can be matched to the product"};
    product.discord_roles = arguments.all("discord-role");
    for (const auto& role : product.discord_roles)
        if (!is_snowflake(role))
            throw UsageError{
                fmt::format("--discord-role \"{}\" is no Discord id: copy the role's id, not its name", role)};
    product.classes = arguments.all("class");
    for (const auto& id : product.classes)
        if (!is_uuid(id))
            throw UsageError{fmt::format("--class \"{}\" is no class id; see ciclo class add", id)};
    product.manychat_tags = arguments.all("manychat-tag");
    product.manychat_flows = arguments.all("manychat-flow");
    product.access_days = arguments.integer("access-days", 0, 1, 36'500);
    auto connection = connect();
    const auto id = model::add_product(connection, product);
    if (id) {
        fmt::print("product {} \"{}\" added\n", *id, product.name);
        return 0;
    }
    if (arguments.has("if-missing")) {
        fmt::print("already there: {}\n", id.error().detail);
        return 0;
    }
    fmt::print(stderr, "not added: {}\n", id.error().detail);
    return 1;
}

int list(const Arguments& arguments)
{
    arguments.allow_only({});
    auto connection = connect();
    for (const auto& product : model::list_products(connection))
        fmt::print("{}  {:<30} priority {:<4} {:<8} {:>6} students  {}  roles: {}\n", product.id, product.name,
                   product.priority, product.active ? "active" : "inactive", product.active_students,
                   product.identifiers, product.roles.empty() ? "none" : product.roles);
    return 0;
}

std::string product_id_of(const std::string& text)
{
    if (!is_uuid(text))
        throw UsageError{fmt::format("\"{}\" is no product id; see ciclo product list", text)};
    return text;
}

int say(const Result<model::Holders>& changed, std::string_view what)
{
    if (!changed) {
        fmt::print(stderr, "nothing changed: {}\n", changed.error().detail);
        return 1;
    }
    fmt::print("{}; {} students with access to product {} keep it\n", what, changed->students, changed->product_id);
    return 0;
}

int identify(const Arguments& arguments)
{
    arguments.allow_only({});
    const auto product_id = product_id_of(arguments.positional()[1]);
    const auto [kind, value] = read_identifier(arguments.positional()[2]);
    auto connection = connect();
    const auto added = model::add_identifier(connection, product_id, kind, value);
    if (!added) {
        fmt::print(stderr, "not added: {}\n", added.error().detail);
        return 1;
    }
    fmt::print("{}={} names product {} now; see who waits for it: ciclo sales apply\n", kind, value, product_id);
    return 0;
}

// For new sales only: what was sold before stays.
int forget(const Arguments& arguments)
{
    arguments.allow_only({});
    const auto [kind, value] = read_identifier(arguments.positional()[1]);
    auto connection = connect();
    return say(model::remove_identifier(connection, kind, value), kind + "=" + value + " names no product any more");
}

int switch_product(const Arguments& arguments, bool active)
{
    arguments.allow_only({});
    const auto product_id = product_id_of(arguments.positional()[1]);
    auto connection = connect();
    return say(model::set_product_active(connection, product_id, active),
               active ? "new sales give it again" : "new sales do not give it any more");
}

int map(const Arguments& arguments)
{
    arguments.allow_only({});
    const auto& source = arguments.positional()[1];
    const auto& target = arguments.positional()[2];
    (void)product_id_of(target);
    auto connection = connect();
    const auto mapped = model::map_product(connection, source, target);
    fmt::print("{}\n", mapped ? fmt::format("a sale of Hotmart product {} also gives {}", source, target)
                              : mapped.error().detail);
    return 0;
}

int club(const Arguments& arguments)
{
    arguments.allow_only({});
    auto connection = connect();
    const auto& product = arguments.positional()[1];
    const auto& subdomain = arguments.positional()[2];
    if (!model::set_product_area(connection, product, subdomain == "none" ? "" : subdomain))
        throw UsageError{fmt::format("there is no product {}: see ciclo product list", product)};
    fmt::print("the members' area of {} is {}\n", product, subdomain);
    return 0;
}

} // namespace

int school_class(const Words& words)
{
    Arguments arguments{words, {}};
    arguments.allow_only({});
    const auto& verbs = arguments.positional();
    if (verbs.size() != 2 || verbs[0] != "add" || verbs[1].empty())
        throw UsageError{"write: ciclo class add NAME"};
    auto connection = connect();
    fmt::print("class {} \"{}\" added\n", model::add_class(connection, verbs[1]), verbs[1]);
    return 0;
}

int product(const Words& words)
{
    Arguments arguments{words, {"if-missing"}};
    const auto& verbs = arguments.positional();
    if (verbs == std::vector<std::string>{"add"})
        return add(arguments);
    if (verbs == std::vector<std::string>{"list"})
        return list(arguments);
    if (verbs.size() == 3 && verbs[0] == "map")
        return map(arguments);
    if (verbs.size() == 3 && verbs[0] == "club")
        return club(arguments);
    if (verbs.size() == 3 && verbs[0] == "identify")
        return identify(arguments);
    if (verbs.size() == 2 && verbs[0] == "forget")
        return forget(arguments);
    if (verbs.size() == 2 && (verbs[0] == "activate" || verbs[0] == "deactivate"))
        return switch_product(arguments, verbs[0] == "activate");
    throw UsageError{"write: ciclo product map HOTMART_PRODUCT_ID PRODUCT_ID, ciclo product club PRODUCT_ID "
                     "SUBDOMAIN|none, ciclo product identify PRODUCT_ID "
                     "KIND=VALUE, ciclo product forget KIND=VALUE, ciclo product activate|deactivate PRODUCT_ID, ciclo "
                     "product add --name NAME "
                     "--identifier KIND=VALUE [--priority N] "
                     "[--discord-role ID] [--class ID] [--manychat-tag NAME] [--manychat-flow ID] [--access-days N] "
                     "[--if-missing], or: ciclo product list"};
}

int setting(const Words& words)
{
    Arguments arguments{words, {}};
    arguments.allow_only({});
    const auto& verbs = arguments.positional();
    if (verbs.size() != 3 || verbs[0] != "set")
        throw UsageError{
            fmt::format("write: ciclo setting set KEY VALUE, with KEY one of {}", fmt::join(setting_keys, ", "))};
    if (std::find(setting_keys.begin(), setting_keys.end(), verbs[1]) == setting_keys.end())
        throw UsageError{
            fmt::format("there is no setting \"{}\": there are {}", verbs[1], fmt::join(setting_keys, ", "))};
    if (!verbs[2].empty() && verbs[1].ends_with("_id") && !is_snowflake(verbs[2]))
        throw UsageError{fmt::format("\"{}\" is no Discord id", verbs[2])};
    if (verbs[1] == "invite_ttl_seconds") {
        Arguments number{{"--invite_ttl_seconds", verbs[2]}, {}};
        (void)number.integer("invite_ttl_seconds", 0, 60, 604'800);
    }
    auto connection = connect();
    model::set_setting(connection, verbs[1], verbs[2]);
    fmt::print("{} = {}\n", verbs[1], verbs[2]);
    return 0;
}

} // namespace ciclo::cli
