#include "audit.hpp"
#include "endpoints.hpp"

#include "model/stores/catalogue_desk.hpp"
#include "model/stores/catalogue_store.hpp"

#include <algorithm>

namespace ciclo::admin {

namespace {

void write_mapping(JsonWriter& json, const model::MappingView& mapping)
{
    json.begin_object().member("id", mapping.id);
    json.member("source_hotmart_product_id", mapping.source_hotmart_product_id);
    json.member("target_product_id", mapping.target_product_id).member("target_name", mapping.target_name);
    json.member("created_at", mapping.created_at).key("counts").begin_object();
    json.member("buyers", mapping.buyers).end_object().end_object();
}

model::MappingView existing_mapping(Call& call)
{
    const auto mapping = model::find_mapping(call.connection, uuid_of(call.captures[0], "mapping"));
    if (!mapping)
        throw Refusal{404, "There is no mapping with this id. GET /admin/mappings lists them."};
    return *mapping;
}

void add_mapping(Call& call, const std::string& source, const std::string& target)
{
    if (!model::find_product(call.connection, target))
        throw Refusal{404, "There is no product " + target + "."};
    if (const auto added = model::map_product(call.connection, source, target); !added)
        throw Refusal{409, "A sale of the Hotmart product " + source + " gives this product already."};
}

net::HttpResponse mapping_answer(Call& call, int status, const std::string& source, const std::string& target)
{
    const auto all = model::list_mappings(call.connection);
    const auto mapping = std::find_if(all.begin(), all.end(), [&](const model::MappingView& one) {
        return one.source_hotmart_product_id == source && one.target_product_id == target;
    });
    if (mapping == all.end())
        throw Refusal{404, "The mapping was taken away again meanwhile."};
    JsonWriter json;
    write_mapping(json, *mapping);
    return json_answer(status, json);
}

// PostgreSQL writes ids in lower case.
std::string product_in(const JsonView& body)
{
    auto id = required_text(body, "target_product_id", 36);
    (void)uuid_of(id, "product");
    std::transform(id.begin(), id.end(), id.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter + 32) : letter;
    });
    return id;
}

} // namespace

net::HttpResponse list_mappings(Call& call)
{
    JsonWriter json;
    json.begin_object().key("mappings").begin_array();
    for (const auto& mapping : model::list_mappings(call.connection))
        write_mapping(json, mapping);
    json.end_array().end_object();
    return json_answer(200, json);
}

net::HttpResponse create_mapping(Call& call)
{
    const auto document = json_body(call.request);
    const auto source = required_text(document.root(), "source_hotmart_product_id", 100);
    const auto target = product_in(document.root());
    add_mapping(call, source, target);
    note(call, "admin.mapping_created", {{"source_hotmart_product_id", source}, {"product_id", target}});
    return mapping_answer(call, 201, source, target);
}

// Another one takes its place: sales that were made under the old one keep what it gave.
net::HttpResponse change_mapping(Call& call)
{
    const auto document = json_body(call.request);
    const auto old = existing_mapping(call);
    const auto body = document.root();
    const auto source = body["source_hotmart_product_id"].exists()
                            ? required_text(body, "source_hotmart_product_id", 100)
                            : old.source_hotmart_product_id;
    const auto target = body["target_product_id"].exists() ? product_in(body) : old.target_product_id;
    if (source != old.source_hotmart_product_id || target != old.target_product_id) {
        postgres::Transaction transaction{call.connection};
        add_mapping(call, source, target);
        expect(model::remove_mapping(call.connection, old.source_hotmart_product_id, old.target_product_id));
        note(call, "admin.mapping_changed", {{"source_hotmart_product_id", source}, {"product_id", target}});
        transaction.commit();
    }
    return mapping_answer(call, 200, source, target);
}

net::HttpResponse delete_mapping(Call& call)
{
    const auto mapping = existing_mapping(call);
    expect(model::remove_mapping(call.connection, mapping.source_hotmart_product_id, mapping.target_product_id));
    note(call, "admin.mapping_removed",
         {{"source_hotmart_product_id", mapping.source_hotmart_product_id}, {"product_id", mapping.target_product_id}});
    return no_content();
}

} // namespace ciclo::admin
