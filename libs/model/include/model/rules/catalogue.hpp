#pragma once

#include "core/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ciclo::model {

// One name under which an event may refer to a product.
struct Candidate {
    std::string path;  // where it stood: "subscription.plan.id"
    std::string value; // opaque text, whatever its JSON type was

    friend bool operator==(const Candidate&, const Candidate&) = default;
    std::string text() const { return path + "=" + value; }
};

// Which kind of identifier (product_identifiers.kind) a candidate at `path` can match.
std::string_view identifier_kind(std::string_view path) noexcept;

// Events of one sale name it more or less fully: what a later one tells at a path replaces what was known
// there, and what it leaves out stays. In the order of the product resolution.
void merge_candidates(std::vector<Candidate>& known, const std::vector<Candidate>& told);

// Is this the placeholder that Hotmart's "send test" sells?
bool is_send_test(const std::vector<Candidate>& candidates) noexcept;

// A role, a class or a flow that a product gives, and to whom.
struct Entitlement {
    std::string value;
    std::optional<Time> from{};        // not by access that began earlier; nothing: by all
    std::optional<Time> until{};       // nor by access that began then or later; nothing: without end
    std::optional<Time> extended_at{}; // when somebody brought it to those who had access already

    bool covers(Time access_since) const noexcept
    {
        return (!from || *from <= access_since) && (!until || access_since < *until);
    }
};

struct Product {
    std::string id;
    std::string name;
    int priority = 0;
    bool active = true;
    std::optional<Time> deactivated_at;
    std::vector<Entitlement> discord_roles{};
    std::vector<Entitlement> classes{};
    std::optional<int> access_days{};          // after a single payment; nothing: without end
    std::vector<Entitlement> manychat_flows{}; // sent when access begins
};

struct Resolution {
    const Product* product;
    std::string matched_by; // e.g. "subscription.plan.id=654321"
};

// What is sold and what it gives. Read-only once filled.
class Catalogue {
public:
    void add(Product product);
    void identify(const std::string& kind, const std::string& value, const std::string& product_id);

    // A sale of the first Hotmart product also gives the second product.
    void map(const std::string& source_hotmart_product_id, const std::string& target_product_id);

    const Product* find(const std::string& product_id) const;

    // The first candidate that names a product which was active when the sale was made. A product that is
    // switched off later keeps its earlier sales: nobody loses access because the catalogue was tidied.
    std::optional<Resolution> resolve(const std::vector<Candidate>& candidates, Time sold_at) const;

    // Those that the sale gives besides (hotmart_product_mapping); with a time, only those sold then.
    std::vector<std::string> further_products(const std::vector<Candidate>& candidates) const;
    std::vector<std::string> further_products(const std::vector<Candidate>& candidates, Time sold_at) const;

private:
    std::map<std::string, std::vector<std::string>> mappings_;
    std::map<std::string, Product> products_;
    std::map<std::pair<std::string, std::string>, std::string> identifiers_;
};

} // namespace ciclo::model
