#include "model/rules/catalogue.hpp"

#include <algorithm>
#include <array>

namespace ciclo::model {

namespace {

constexpr auto kinds = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"product.id", "product.id"},
    {"product.ucode", "product.ucode"},
    {"product.content.products.id", "product.id"},
    {"product.content.products.ucode", "product.ucode"},
    {"subscription.product.id", "product.id"},
    {"subscription.plan.id", "plan.id"},
    {"subscription.plan.name", "plan.name"},
    {"plan.id", "plan.id"},
    {"plans.id", "plan.id"},
    {"plans.name", "plan.name"},
    {"plans.offer.key", "offer.code"},
    {"purchase.offer.code", "offer.code"},
    {"purchase.offer.coupon_code", "coupon.code"},
    {"purchase.sckPaymentLink", "payment.link"},
});

// What every "send test" of a purchase carries (seen).
constexpr std::string_view test_ucode = "fb056612-bcc6-4217-9e6d-2a5d1110ac2f";

// The place in the order of the product resolution; id and ucode of a combo's items belong together.
std::size_t rank(std::string_view path) noexcept
{
    constexpr std::string_view items = "product.content.products.";
    const auto at = std::find_if(kinds.begin(), kinds.end(), [&](const auto& entry) {
        return path.starts_with(items) ? entry.first.starts_with(items) : entry.first == path;
    });
    return static_cast<std::size_t>(at - kinds.begin());
}

bool was_sold(const Product& product, Time sold_at) noexcept
{
    return product.active || (product.deactivated_at && sold_at < *product.deactivated_at);
}

} // namespace

std::string_view identifier_kind(std::string_view path) noexcept
{
    for (const auto& [known, kind] : kinds)
        if (known == path)
            return kind;
    return {};
}

void merge_candidates(std::vector<Candidate>& known, const std::vector<Candidate>& told)
{
    if (known == told || told.empty())
        return;
    std::erase_if(known, [&](const Candidate& old) {
        return std::any_of(told.begin(), told.end(),
                           [&](const Candidate& candidate) { return rank(candidate.path) == rank(old.path); });
    });
    known.insert(known.end(), told.begin(), told.end());
    std::stable_sort(known.begin(), known.end(),
                     [](const Candidate& a, const Candidate& b) { return rank(a.path) < rank(b.path); });
}

bool is_send_test(const std::vector<Candidate>& candidates) noexcept
{
    return std::any_of(candidates.begin(), candidates.end(), [](const Candidate& candidate) {
        return candidate.path == "product.ucode" && candidate.value == test_ucode;
    });
}

void Catalogue::add(Product product)
{
    products_[product.id] = std::move(product);
}

void Catalogue::identify(const std::string& kind, const std::string& value, const std::string& product_id)
{
    identifiers_[{kind, value}] = product_id;
}

const Product* Catalogue::find(const std::string& product_id) const
{
    const auto found = products_.find(product_id);
    return found == products_.end() ? nullptr : &found->second;
}

void Catalogue::map(const std::string& source_hotmart_product_id, const std::string& target_product_id)
{
    mappings_[source_hotmart_product_id].push_back(target_product_id);
}

std::vector<std::string> Catalogue::further_products(const std::vector<Candidate>& candidates) const
{
    for (const Candidate& candidate : candidates)
        if (identifier_kind(candidate.path) == "product.id")
            if (const auto mapped = mappings_.find(candidate.value); mapped != mappings_.end())
                return mapped->second;
    return {};
}

std::vector<std::string> Catalogue::further_products(const std::vector<Candidate>& candidates, Time sold_at) const
{
    std::vector<std::string> products = further_products(candidates);
    std::erase_if(products, [&](const std::string& id) {
        const Product* product = find(id);
        return product == nullptr || !was_sold(*product, sold_at);
    });
    return products;
}

std::optional<Resolution> Catalogue::resolve(const std::vector<Candidate>& candidates, Time sold_at) const
{
    for (const Candidate& candidate : candidates) {
        const auto named = identifiers_.find({std::string{identifier_kind(candidate.path)}, candidate.value});
        if (named == identifiers_.end())
            continue;
        const Product* product = find(named->second);
        if (product != nullptr && was_sold(*product, sold_at))
            return Resolution{product, candidate.text()};
    }
    return std::nullopt;
}

} // namespace ciclo::model
