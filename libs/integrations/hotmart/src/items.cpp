#include "hotmart/items.hpp"

#include "core/text.hpp"

namespace ciclo::hotmart {

namespace {

std::string text(JsonView place)
{
    return std::string{trimmed(place.text())};
}

std::optional<int> small_number(JsonView place)
{
    const auto number = place.integer();
    if (!number || *number < 0 || *number > 1'000'000)
        return std::nullopt;
    return static_cast<int>(*number);
}

template <class Item>
std::optional<Item> keyed(Item item, std::string Item::*key)
{
    return (item.*key).empty() ? std::nullopt : std::optional<Item>{std::move(item)};
}

} // namespace

std::optional<Sale> read_sale(JsonView item)
{
    const JsonView purchase = item["purchase"];
    Sale sale;
    sale.transaction = text(purchase["transaction"]);
    sale.status = text(purchase["status"]);
    sale.product_id = text(item.at({"product", "id"}));
    sale.email = text(item.at({"buyer", "email"}));
    sale.name = text(item.at({"buyer", "name"}));
    sale.price = text(purchase.at({"price", "value"}));
    sale.currency = text(purchase.at({"price", "currency_code"}));
    sale.payment_type = text(purchase.at({"payment", "type"}));
    sale.installments = small_number(purchase.at({"payment", "installments_number"}));
    sale.recurrence_number = small_number(purchase["recurrency_number"]);
    sale.is_subscription = purchase["is_subscription"].boolean().value_or(sale.recurrence_number.has_value());
    sale.offer_code = text(purchase.at({"offer", "code"}));
    sale.src = text(purchase.at({"tracking", "source"}));
    sale.sck = text(purchase.at({"tracking", "source_sck"}));
    sale.commission_as = text(purchase["commission_as"]);
    sale.ordered_at = purchase["order_date"].time();
    sale.approved_at = purchase["approved_date"].time();
    sale.warranty_ends_at = purchase["warranty_expire_date"].time();
    return keyed(std::move(sale), &Sale::transaction);
}

std::optional<Contact> read_contact(JsonView item)
{
    Contact contact;
    contact.transaction = text(item["transaction"]);
    contact.product_id = text(item.at({"product", "id"}));
    const JsonView users = item["users"];
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (lower_case(text(users.element(i)["role"])) != "buyer")
            continue;
        const JsonView user = users.element(i)["user"];
        contact.email = text(user["email"]);
        contact.name = text(user["name"]);
        contact.phone = text(user["cellphone"]);
        if (contact.phone.empty())
            contact.phone = text(user["phone"]);
        return keyed(std::move(contact), &Contact::transaction);
    }
    return std::nullopt;
}

std::optional<Subscription> read_subscription(JsonView item)
{
    Subscription one;
    one.subscriber_code = text(item["subscriber_code"]);
    one.status = text(item["status"]);
    one.product_id = text(item.at({"product", "id"}));
    one.product_ucode = text(item.at({"product", "ucode"}));
    one.plan_id = text(item.at({"plan", "id"}));
    one.plan_name = text(item.at({"plan", "name"}));
    one.email = text(item.at({"subscriber", "email"}));
    one.name = text(item.at({"subscriber", "name"}));
    one.transaction = text(item["transaction"]);
    one.started_at = item["accession_date"].time();
    one.ended_at = item["end_accession_date"].time();
    one.next_charge_at = item["date_next_charge"].time();
    return keyed(std::move(one), &Subscription::subscriber_code);
}

std::optional<SubscriptionPurchase> read_subscription_purchase(JsonView item)
{
    SubscriptionPurchase one;
    one.transaction = text(item["transaction"]);
    one.status = text(item["status"]);
    one.price = text(item.at({"price", "value"}));
    one.currency = text(item.at({"price", "currency_code"}));
    one.payment_type = text(item["payment_type"]);
    one.recurrence_number = small_number(item["recurrency_number"]);
    one.approved_at = item["approved_date"].time();
    return keyed(std::move(one), &SubscriptionPurchase::transaction);
}

std::optional<Product> read_product(JsonView item)
{
    Product product;
    product.id = text(item["id"]);
    product.ucode = text(item["ucode"]);
    product.name = text(item["name"]);
    product.status = text(item["status"]);
    product.format = text(item["format"]);
    product.is_subscription = item["is_subscription"].boolean().value_or(false);
    return keyed(std::move(product), &Product::id);
}

std::optional<Offer> read_offer(JsonView item)
{
    Offer offer;
    offer.code = text(item["code"]);
    offer.name = text(item["name"]);
    offer.price = text(item.at({"price", "value"}));
    offer.currency = text(item.at({"price", "currency_code"}));
    offer.is_main = item["is_main_offer"].boolean().value_or(false);
    return keyed(std::move(offer), &Offer::code);
}

std::optional<ClubModule> read_club_module(JsonView item)
{
    ClubModule module;
    module.id = text(item["module_id"]);
    module.name = text(item["name"]);
    module.sequence = small_number(item["sequence"]).value_or(0);
    module.is_extra = item["is_extra"].boolean().value_or(false);
    module.is_public = item["is_public"].boolean().value_or(true);
    return keyed(std::move(module), &ClubModule::id);
}

std::optional<ClubPage> read_club_page(JsonView item)
{
    ClubPage page;
    page.id = text(item["page_id"]);
    page.name = text(item["name"]);
    page.type = text(item["type"]);
    page.order = small_number(item["page_order"]).value_or(0);
    page.is_published = item["published"].boolean().value_or(true);
    // One entry for each class of students; the default class is the one most of them are in.
    const JsonView configs = item["dripping_configs"];
    JsonView chosen = configs.element(0);
    for (std::size_t i = 0; i < configs.size(); ++i) {
        const JsonView classes = configs.element(i)["classes"];
        for (std::size_t j = 0; j < classes.size(); ++j)
            if (classes.element(j)["default_class"].boolean().value_or(false))
                chosen = configs.element(i);
    }
    const JsonView release = chosen["liberation"];
    page.release_type = text(release["type"]);
    page.release_at = release["liberation_date"].time();
    page.release_days = small_number(release["liberation_days"]);
    return keyed(std::move(page), &ClubPage::id);
}

std::optional<ClubUser> read_club_user(JsonView item)
{
    ClubUser user;
    user.id = text(item["user_id"]);
    user.email = text(item["email"]);
    user.role = text(item["role"]);
    user.status = text(item["status"]);
    user.first_access_at = item["first_access_date"].time();
    user.last_access_at = item["last_access_date"].time();
    user.completed_lessons = small_number(item.at({"progress", "completed"})).value_or(0);
    return keyed(std::move(user), &ClubUser::id);
}

std::optional<ClubLesson> read_club_lesson(JsonView item)
{
    ClubLesson lesson;
    lesson.page_id = text(item["page_id"]);
    lesson.is_completed = item["is_completed"].boolean().value_or(false);
    lesson.completed_at = item["completed_date"].time();
    return keyed(std::move(lesson), &ClubLesson::page_id);
}

} // namespace ciclo::hotmart
