#include "hotmart/client.hpp"

#include "impl.hpp"
#include "net/url.hpp"

namespace ciclo::hotmart {

namespace {

constexpr auto sales_path = "/payments/api/v1/sales/";
constexpr auto subscriptions_path = "/payments/api/v1/subscriptions";
constexpr auto products_path = "/products/api/v1/products";

Query sales_query(const SalesQuestion& question)
{
    return {{"product_id", question.product_id},
            {"transaction_status", question.status},
            {"start_date", std::to_string(unix_ms(question.window.first))},
            {"end_date", std::to_string(unix_ms(question.window.last))}};
}

// Asks in halves what is too long to be answered at once.
template <class Question, class Ask>
Result<Listed> in_pieces(const Question& question, Window Question::*window, const Ask& ask)
{
    const auto pieces = halves(question.*window);
    bool too_long = false;
    auto listed = ask(question, pieces ? &too_long : nullptr);
    if (!too_long)
        return listed;
    Listed total;
    for (const Window& piece : {pieces->first, pieces->second}) {
        Question part = question;
        part.*window = piece;
        const auto one = in_pieces(part, window, ask);
        if (!one)
            return one;
        total += *one;
    }
    return total;
}

} // namespace

Listed& Listed::operator+=(const Listed& other)
{
    items += other.items;
    pages += other.pages;
    unreadable += other.unreadable;
    empty_answers += other.empty_answers;
    return *this;
}

Client::Client(Settings settings, TokenStore& tokens, CallBudget& budget,
               std::function<bool(std::chrono::milliseconds)> pause)
    : impl_(std::make_unique<Impl>(std::move(settings), tokens, budget, std::move(pause)))
{
}

Client::~Client() = default;

Result<Listed> Client::sales(const SalesQuestion& question, const Visit<Sale>& visit)
{
    return in_pieces(question, &SalesQuestion::window, [&](const SalesQuestion& part, bool* too_long) {
        return impl_->pages(std::string{sales_path} + "history", sales_query(part), read_sale, visit, too_long);
    });
}

Result<Listed> Client::contacts(const SalesQuestion& question, const Visit<Contact>& visit)
{
    return in_pieces(question, &SalesQuestion::window, [&](const SalesQuestion& part, bool* too_long) {
        return impl_->pages(std::string{sales_path} + "users", sales_query(part), read_contact, visit, too_long);
    });
}

Result<Listed> Client::subscriptions(const SubscriptionsQuestion& question, const Visit<Subscription>& visit)
{
    return in_pieces(question, &SubscriptionsQuestion::started, [&](const SubscriptionsQuestion& part, bool* too_long) {
        const Query query{{"product_id", part.product_id},
                          {"status", part.status},
                          {"accession_date", std::to_string(unix_ms(part.started.first))},
                          {"end_accession_date", std::to_string(unix_ms(part.started.last))}};
        return impl_->pages(subscriptions_path, query, read_subscription, visit, too_long);
    });
}

Result<std::vector<SubscriptionPurchase>> Client::purchases(const std::string& subscriber_code)
{
    return impl_->array(fmt::format("{}/{}/purchases", subscriptions_path, net::percent_encoded(subscriber_code)), {},
                        read_subscription_purchase);
}

Result<Sale> Client::sale(const std::string& transaction)
{
    std::optional<Sale> found;
    const auto listed = impl_->pages<Sale>(std::string{sales_path} + "history", {{"transaction", transaction}},
                                           read_sale, [&](const std::vector<Sale>& page) -> Result<void> {
                                               for (const Sale& sale : page)
                                                   if (sale.transaction == transaction)
                                                       found = sale;
                                               return {};
                                           });
    if (!listed)
        return listed.error();
    if (!found)
        return Error{ErrorKind::not_found, "Hotmart knows no sale " + transaction, {}};
    return *std::move(found);
}

Result<Listed> Client::products(const Visit<Product>& visit)
{
    return impl_->pages(products_path, {}, read_product, visit);
}

Result<Listed> Client::offers(const std::string& product_ucode, const Visit<Offer>& visit)
{
    return impl_->pages(fmt::format("{}/{}/offers", products_path, net::percent_encoded(product_ucode)), {}, read_offer,
                        visit);
}

Result<void> Client::check()
{
    const auto answer = impl_->calls.get(products_path, {{"max_results", "1"}});
    if (!answer)
        return answer.error();
    return {};
}

std::size_t Client::calls_made() const noexcept
{
    return impl_->calls.made();
}

} // namespace ciclo::hotmart
