#pragma once

#include "core/json.hpp"
#include "core/time.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What Hotmart's listings hold, read tolerantly: empty text and no time = not told. Identifiers are opaque text,
// money is decimal text exactly as written.
namespace ciclo::hotmart {

// Without a status only APPROVED and COMPLETE come back, so each is asked for by its name.
inline constexpr auto sale_statuses = std::to_array<std::string_view>(
    {"APPROVED", "BLOCKED", "CANCELLED", "CHARGEBACK", "COMPLETE", "EXPIRED", "NO_FUNDS", "OVERDUE",
     "PARTIALLY_REFUNDED", "PRE_ORDER", "PRINTED_BILLET", "PROCESSING_TRANSACTION", "PROTESTED", "REFUNDED", "STARTED",
     "UNDER_ANALISYS", "WAITING_PAYMENT"});

inline constexpr auto subscription_statuses =
    std::to_array<std::string_view>({"ACTIVE", "INACTIVE", "DELAYED", "CANCELLED_BY_CUSTOMER", "CANCELLED_BY_SELLER",
                                     "CANCELLED_BY_ADMIN", "STARTED", "OVERDUE"});

struct Sale {
    std::string transaction;
    std::string status;
    std::string product_id;
    std::string email; // as typed by the buyer
    std::string name;
    std::string price;
    std::string currency;
    std::string payment_type;
    std::optional<int> installments;
    std::optional<int> recurrence_number;
    bool is_subscription = false;
    std::string offer_code;
    std::string src;
    std::string sck;
    std::string commission_as;
    std::optional<Time> ordered_at;
    std::optional<Time> approved_at;
    std::optional<Time> warranty_ends_at;
};

// The buyer in a sale, from sales/users.
struct Contact {
    std::string transaction;
    std::string product_id;
    std::string email;
    std::string name;
    std::string phone; // the cell phone, else the other one
};

struct Subscription {
    std::string subscriber_code;
    std::string status;
    std::string product_id;
    std::string product_ucode;
    std::string plan_id;
    std::string plan_name;
    std::string email;
    std::string name;
    std::string transaction; // its latest payment
    std::optional<Time> started_at;
    std::optional<Time> ended_at; // when cancelling was asked
    std::optional<Time> next_charge_at;
};

// One payment of a subscription.
struct SubscriptionPurchase {
    std::string transaction;
    std::string status;
    std::string price;
    std::string currency;
    std::string payment_type;
    std::optional<int> recurrence_number;
    std::optional<Time> approved_at;
};

struct Product {
    std::string id;
    std::string ucode;
    std::string name;
    std::string status; // ACTIVE, DRAFT, DELETED ...
    std::string format;
    bool is_subscription = false;
};

struct Offer {
    std::string code;
    std::string name;
    std::string price;
    std::string currency;
    bool is_main = false;
};

struct ClubModule {
    std::string id;
    std::string name;
    int sequence = 0;
    bool is_extra = false;
    bool is_public = true;
};

struct ClubPage {
    std::string id;
    std::string name;
    std::string type; // CONTENT, ADVERTISEMENT, QUIZ, WEBINAR
    int order = 0;
    bool is_published = true;
    std::string release_type; // BY_DATE, BY_DAYS (after the purchase), BY_QUIZ; empty: at once
    std::optional<Time> release_at;
    std::optional<int> release_days;
};

struct ClubUser {
    std::string id;
    std::string email;
    std::string role; // STUDENT, FREE_STUDENT, OWNER ...
    std::string status;
    std::optional<Time> first_access_at;
    std::optional<Time> last_access_at;
    int completed_lessons = 0;
};

struct ClubLesson {
    std::string page_id;
    bool is_completed = false;
    std::optional<Time> completed_at;
};

// Nothing when the item lacks its key.
std::optional<Sale> read_sale(JsonView item);
std::optional<Contact> read_contact(JsonView item);
std::optional<Subscription> read_subscription(JsonView item);
std::optional<SubscriptionPurchase> read_subscription_purchase(JsonView item);
std::optional<Product> read_product(JsonView item);
std::optional<Offer> read_offer(JsonView item);
std::optional<ClubModule> read_club_module(JsonView item);
std::optional<ClubPage> read_club_page(JsonView item);
std::optional<ClubUser> read_club_user(JsonView item);
std::optional<ClubLesson> read_club_lesson(JsonView item);

} // namespace ciclo::hotmart
