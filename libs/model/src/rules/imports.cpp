#include "model/rules/imports.hpp"

#include "core/crypto.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

constexpr std::string_view product_path = "import.product";

std::string text_of(const std::optional<Time>& time)
{
    return time ? to_iso8601(*time) : std::string{};
}

// UUIDv8: made by a rule of our own. Every part ends with a character that none can hold.
std::string id_of(std::string_view kind, const Import& import)
{
    std::string hex = sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", kind, import.email, import.product_id,
                                             text_of(import.since), text_of(import.until), import.name, import.phone));
    hex[12] = '8';
    hex[16] = '8';
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                       hex.substr(20, 12));
}

Fact fact_of(FactType type, std::string id, const Import& import, Time now)
{
    Fact fact;
    fact.id = std::move(id);
    fact.type = type;
    fact.occurred_at = import.since.value_or(now);
    fact.email = import.email;
    fact.name = import.name;
    fact.phone = import.phone;
    fact.candidates = {{std::string{product_path}, import.product_id}};
    fact.access_until = import.until;
    return fact;
}

} // namespace

Fact import_fact(const Import& import, Time now)
{
    return fact_of(FactType::access_imported, id_of("import", import), import, now);
}

// Once for each address and product, whatever else Hotmart tells about the buyer the next time.
Fact historical_buyer_fact(const Import& import, Time now)
{
    const Import identity{import.email, "", "", import.product_id, std::nullopt, std::nullopt};
    return fact_of(FactType::historical_buyer, id_of("historical", identity), import, now);
}

std::string imported_product(const Fact& fact)
{
    if (fact.type != FactType::access_imported && fact.type != FactType::historical_buyer)
        return {};
    return fact.candidates.empty() ? std::string{} : fact.candidates.front().value;
}

} // namespace ciclo::model
