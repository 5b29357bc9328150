#include "audit.hpp"
#include "endpoints.hpp"

#include "model/rules/catalogue_input.hpp"
#include "model/stores/access_rule_store.hpp"
#include "model/stores/catalogue_desk.hpp"
#include "model/stores/catalogue_store.hpp"

#include <fmt/core.h>

namespace ciclo::admin {

namespace {

constexpr std::int64_t most_priority = 1'000'000;
constexpr std::int64_t most_access_days = 36'500;
constexpr std::size_t most_in_one_request = 100;

void write_product(JsonWriter& json, const model::ProductView& product)
{
    json.begin_object().member("id", product.id).member("name", product.name).member("priority", product.priority);
    json.member("active", product.active).key("access_days");
    if (product.access_days)
        json.value(*product.access_days);
    else
        json.null();
    json.member("created_at", product.created_at).member_raw("identifiers", product.identifiers);
    json.member_raw("access_rules", product.access_rules).key("counts").begin_object();
    json.member("active_students", product.active_students).member("sales", product.sales).end_object().end_object();
}

net::HttpResponse product_answer(Call& call, int status, const std::string& id)
{
    const auto product = model::find_product(call.connection, id);
    if (!product)
        throw Refusal{404, fmt::format("There is no product {}.", id)};
    JsonWriter json;
    write_product(json, *product);
    return json_answer(status, json);
}

// {"kind": ..., "value": ...}
std::pair<std::string, std::string> kind_and_value(const JsonView& object)
{
    return {required_text(object, "kind", 40), required_text(object, "value", 500)};
}

std::vector<std::pair<std::string, std::string>> list_of(const JsonView& body, std::string_view name,
                                                         Result<void> (*check)(std::string_view, std::string_view))
{
    std::vector<std::pair<std::string, std::string>> list;
    const auto array = body[name];
    if (!array.exists())
        return list;
    if (!array.is_array() || array.size() > most_in_one_request)
        throw Refusal{400, fmt::format("`{}` must be a list of at most {} objects with `kind` and `value`.", name,
                                       most_in_one_request)};
    for (std::size_t i = 0; i < array.size(); ++i) {
        list.push_back(kind_and_value(array.element(i)));
        if (const auto fine = check(list.back().first, list.back().second); !fine)
            throw refusal_of(fine.error());
    }
    return list;
}

} // namespace

net::HttpResponse list_products(Call& call)
{
    JsonWriter json;
    json.begin_object().key("products").begin_array();
    for (const auto& product : model::list_product_views(call.connection))
        write_product(json, product);
    json.end_array().end_object();
    return json_answer(200, json);
}

net::HttpResponse show_product(Call& call)
{
    return product_answer(call, 200, uuid_of(call.captures[0], "product"));
}

net::HttpResponse create_product(Call& call)
{
    const auto document = json_body(call.request);
    const auto body = document.root();
    model::NewProduct product;
    product.name = required_text(body, "name");
    product.priority = static_cast<int>(integer_or(body, "priority", 0, -most_priority, most_priority));
    product.access_days = static_cast<int>(integer_or(body, "access_days", 0, 0, most_access_days));
    product.identifiers = list_of(body, "identifiers", model::check_identifier);
    if (product.identifiers.empty())
        throw Refusal{400, "`identifiers` is missing: without one, no sale can be matched to the product."};
    for (auto& [kind, value] : list_of(body, "access_rules", model::check_access_rule)) {
        if (kind == "class_enrollment" && !model::class_exists(call.connection, value))
            throw Refusal{404, fmt::format("There is no class {}.", value)};
        auto& rules = kind == "discord_role"       ? product.discord_roles
                      : kind == "class_enrollment" ? product.classes
                      : kind == "manychat_tag"     ? product.manychat_tags
                                                   : product.manychat_flows;
        rules.push_back(std::move(value));
    }
    const auto added = model::add_product(call.connection, product);
    const auto& id = expect(added);
    note(call, "admin.product_created", {{"product_id", id}});
    return product_answer(call, 201, id);
}

net::HttpResponse change_product(Call& call)
{
    const auto id = uuid_of(call.captures[0], "product");
    const auto document = json_body(call.request);
    const auto body = document.root();
    model::ProductChange change;
    if (body["name"].exists())
        change.name = required_text(body, "name");
    if (body["priority"].exists())
        change.priority = integer_or(body, "priority", 0, -most_priority, most_priority);
    if (body["access_days"].exists())
        change.access_days = integer_or(body, "access_days", 0, 0, most_access_days);
    const bool switches = body["active"].exists();
    const bool active = truth(body, "active", true);
    postgres::Transaction transaction{call.connection};
    const auto changed = model::change_product(call.connection, id, change);
    if (!changed)
        throw refusal_of(changed.error());
    if (switches)
        expect(model::set_product_active(call.connection, id, active));
    note(call, "admin.product_changed", {{"product_id", id}});
    transaction.commit();
    return product_answer(call, 200, id);
}

net::HttpResponse delete_product(Call& call)
{
    const auto id = uuid_of(call.captures[0], "product");
    const auto deleted = model::delete_product(call.connection, id);
    if (!deleted)
        throw refusal_of(deleted.error());
    note(call, "admin.product_deleted", {{"product_id", id}});
    return no_content();
}

net::HttpResponse create_identifier(Call& call)
{
    const auto id = uuid_of(call.captures[0], "product");
    const auto document = json_body(call.request);
    const auto [kind, value] = kind_and_value(document.root());
    if (const auto fine = model::check_identifier(kind, value); !fine)
        throw refusal_of(fine.error());
    if (const auto added = model::add_identifier(call.connection, id, kind, value); !added)
        throw refusal_of(added.error());
    note(call, "admin.identifier_added", {{"product_id", id}, {"kind", kind}, {"value", value}});
    return product_answer(call, 201, id);
}

// For new sales only: what was sold before keeps its product.
net::HttpResponse delete_identifier(Call& call)
{
    const auto id = uuid_of(call.captures[0], "product");
    const auto kind = plain_text(call.captures[1], "kind", 40);
    const auto value = plain_text(call.captures[2], "value", 500);
    if (!model::has_identifier(call.connection, id, kind, value))
        throw Refusal{404, "The product has no such identifier."};
    expect(model::remove_identifier(call.connection, kind, value));
    note(call, "admin.identifier_removed", {{"product_id", id}, {"kind", kind}, {"value", value}});
    return no_content();
}

} // namespace ciclo::admin
