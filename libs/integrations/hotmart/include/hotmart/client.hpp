#pragma once

#include "core/result.hpp"
#include "hotmart/access_token.hpp"
#include "hotmart/call_budget.hpp"
#include "hotmart/items.hpp"
#include "hotmart/settings.hpp"
#include "hotmart/windows.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// Hotmart's REST API (developers.hotmart.com), reading only.
namespace ciclo::hotmart {

// What a walk through a listing met.
struct Listed {
    std::size_t items = 0;
    std::size_t pages = 0;
    std::size_t unreadable = 0;    // items without their key
    std::size_t empty_answers = 0; // 200 with nothing at all: no proof that there is nothing

    Listed& operator+=(const Listed& other);
};

// Called with one page at a time, the only one in memory. An error ends the walk and is its result.
template <class Item>
using Visit = std::function<Result<void>(const std::vector<Item>&)>;

struct SalesQuestion {
    std::string product_id{}; // empty: all products
    std::string status{};     // one of sale_statuses
    Window window{};          // by the date of the order
};

struct SubscriptionsQuestion {
    std::string product_id{};
    std::string status{};
    Window started{}; // always told: Hotmart's default hides all but the last 30 days
};

struct ClubArea {
    std::string subdomain;
    std::string product_id;
};

// One per thread. A call that fails in a way that may pass (5xx, no connection, an answer that cannot be read) is
// repeated with a growing delay; 401 renews the token once; over the limit it waits. What is left is the error.
class Client {
public:
    // `pause` waits and answers false when the process is stopping: the call ends as `unavailable` then.
    Client(Settings settings, TokenStore& tokens, CallBudget& budget,
           std::function<bool(std::chrono::milliseconds)> pause);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Where Hotmart finds the window too long (502) it is asked in halves; items may then come twice.
    Result<Listed> sales(const SalesQuestion& question, const Visit<Sale>& visit);
    Result<Listed> contacts(const SalesQuestion& question, const Visit<Contact>& visit);
    Result<Listed> subscriptions(const SubscriptionsQuestion& question, const Visit<Subscription>& visit);

    Result<std::vector<SubscriptionPurchase>> purchases(const std::string& subscriber_code);
    // The sale with this code in any status; not_found when there is none.
    Result<Sale> sale(const std::string& transaction);

    Result<Listed> products(const Visit<Product>& visit);
    Result<Listed> offers(const std::string& product_ucode, const Visit<Offer>& visit);

    Result<std::vector<ClubModule>> club_modules(const ClubArea& area); // main ones, then extra ones
    Result<std::vector<ClubPage>> club_pages(const ClubArea& area, const std::string& module_id);
    Result<Listed> club_users(const ClubArea& area, const Visit<ClubUser>& visit);
    Result<std::vector<ClubLesson>> club_lessons(const ClubArea& area, const std::string& user_id);

    // Is the account usable? One call, without effect.
    Result<void> check();

    std::size_t calls_made() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::hotmart
