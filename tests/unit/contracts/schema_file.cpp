#include "schema_file.hpp"

#include <rapidjson/document.h>
#include <rapidjson/schema.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>

namespace ciclo::testing {

std::string read_contract_file(const std::string& name)
{
    const std::string path = std::string{CICLO_PROTO_SCHEMAS_DIR} + "/" + name;
    std::ifstream file{path};
    if (!file)
        throw std::runtime_error{"cannot read " + path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

struct SchemaFile::Impl {
    std::optional<rapidjson::SchemaDocument> schema;
};

SchemaFile::SchemaFile(std::string_view type) : impl_{std::make_unique<Impl>()}
{
    const std::string text = read_contract_file("messages/" + std::string{type} + ".schema.json");
    rapidjson::Document document;
    if (document.Parse(text.data(), text.size()).HasParseError())
        throw std::runtime_error{"the schema is not JSON: " + std::string{type}};
    impl_->schema.emplace(document);
}

SchemaFile::~SchemaFile() = default;

bool SchemaFile::accepts(const std::string& document) const
{
    rapidjson::Document parsed;
    if (parsed.Parse(document.data(), document.size()).HasParseError())
        return false;
    rapidjson::SchemaValidator validator{*impl_->schema};
    return parsed.Accept(validator);
}

} // namespace ciclo::testing
