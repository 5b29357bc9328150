#include "core/json_writer.hpp"
#include "model/rules/hotmart_event.hpp"
#include "model/rules/projection.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

// Every file of payloads/ holds a webhook body and, beside it, all that must become of it: the fact, and what
// follows from that fact alone. A member that is not there is expected to be empty.
using namespace ciclo;
using namespace ciclo::model;

namespace {

// Products are named as the files name them. Only the club has a Discord role.
Catalogue payload_catalogue()
{
    Catalogue catalogue;
    int priority = 0;
    for (const std::string id : {"club", "chess", "monthly", "annual", "gold", "book", "short"}) {
        Product product;
        product.id = id;
        product.name = id;
        product.priority = ++priority;
        if (id == "club")
            product.discord_roles = {Entitlement{"1100000000000000001"}};
        if (id == "short")
            product.access_days = 10;
        catalogue.add(std::move(product));
    }
    catalogue.identify("product.id", "4100200", "club");
    catalogue.identify("product.ucode", "b3a0c7c2-5f5e-4a9d-8a58-1c1f7a0d2e10", "club");
    catalogue.identify("product.id", "4100300", "chess");
    catalogue.identify("product.id", "4100201", "book");
    catalogue.identify("product.id", "4100500", "short");
    catalogue.identify("plan.id", "812345", "monthly");
    catalogue.identify("plan.id", "812399", "annual");
    catalogue.identify("plan.name", "Plano Ouro", "gold");
    catalogue.identify("offer.code", "oferta-ouro", "gold");
    catalogue.identify("coupon.code", "VOLTA ÀS AULAS", "gold");
    catalogue.identify("payment.link", "link-da-bio", "gold");
    catalogue.map("4100600", "chess");
    catalogue.identify("product.id", "4100700", "gold");
    catalogue.map("4100700", "book");
    return catalogue;
}

Time received_at()
{
    return *time_from_text("2025-11-12T11:30:00Z");
}

void member(JsonWriter& json, std::string_view name, const std::optional<Time>& time)
{
    if (time)
        json.member(name, to_iso8601(*time));
}

void member(JsonWriter& json, std::string_view name, const std::optional<int>& number)
{
    if (number)
        json.member(name, *number);
}

void write(JsonWriter& json, const TransactionView& view)
{
    json.begin_object().member("code", view.code).member_if("product", view.product_id);
    json.member_if("matched_by", view.matched_by);
    if (!view.further_products.empty()) {
        json.key("further_products").begin_array();
        for (const auto& product : view.further_products)
            json.value(product);
        json.end_array();
    }
    json.member("status", std::string{to_string(view.status)}).member_if("hotmart_status", view.hotmart_status);
    json.member_if("price", view.price).member_if("currency", view.currency);
    json.member_if("full_price", view.full_price).member_if("full_price_currency", view.full_price_currency);
    json.member("paid", view.paid_amount.text()).member("refunded", view.refunded_amount.text());
    json.member_if("payment_type", view.payment_type);
    member(json, "installments", view.installments);
    json.member_if("offer", view.offer_code).member_if("billet_url", view.billet_url);
    json.member_if("pix_code", view.pix_code);
    member(json, "pix_expires_at", view.pix_expires_at);
    json.member_if("src", view.src).member_if("sck", view.sck).member_if("commission_as", view.commission_as);
    json.member_if("commission", view.commission).member_if("commission_currency", view.commission_currency);
    json.member_if("parent", view.parent_transaction).member_if("refusal", view.refusal_reason);
    json.member_if("subscriber", view.subscriber_code);
    member(json, "recurrence", view.recurrence_number);
    member(json, "ordered_at", view.ordered_at);
    member(json, "approved_at", view.approved_at);
    member(json, "refunded_at", view.refunded_at);
    member(json, "next_charge_at", view.next_charge_at);
    member(json, "warranty_ends_at", view.warranty_ends_at);
    json.end_object();
}

void write(JsonWriter& json, const SubscriptionView& view)
{
    json.begin_object().member("code", view.subscriber_code).member_if("product", view.product_id);
    json.member("status", std::string{to_string(view.status)});
    json.member_if("plan_id", view.plan_id).member_if("plan_name", view.plan_name);
    member(json, "next_charge_at", view.next_charge_at);
    member(json, "cancelled_at", view.cancelled_at);
    json.member("purchase_seen", view.purchase_seen).end_object();
}

void write(JsonWriter& json, const EnrollmentView& view)
{
    json.begin_object().member("product", view.product_id);
    json.member("status", std::string{to_string(view.status)});
    member(json, "started_at", view.started_at);
    member(json, "ended_at", view.ended_at);
    member(json, "renews_at", view.renews_at);
    json.member("origin", view.origin_transaction);
    member(json, "first_access_at", view.first_access_at);
    json.end_object();
}

template <class Views>
void write_all(JsonWriter& json, std::string_view name, const Views& views)
{
    if (views.empty())
        return;
    json.key(name).begin_array();
    for (const auto& [key, view] : views)
        write(json, view);
    json.end_array();
}

void write(JsonWriter& json, const StudentView& student)
{
    json.member("student", student.email);
    write_all(json, "transactions", student.transactions);
    write_all(json, "subscriptions", student.subscriptions);
    write_all(json, "enrollments", student.enrollments);
    if (!student.course_statuses.empty()) {
        json.key("courses").begin_array();
        for (const CourseStatusVersion& version : student.course_statuses) {
            json.begin_object().member("product", version.product_id);
            json.member("status", std::string{to_string(version.status)});
            member(json, "valid_from", version.valid_from);
            member(json, "valid_to", version.valid_to);
            json.end_object();
        }
        json.end_array();
    }
    json.key("ltv").begin_object();
    for (const auto& [currency, amount] : student.ltv)
        json.member(currency, amount.text());
    json.end_object();
    for (const ModuleCompletion& done : student.completions)
        json.member("completed_module", done.hotmart_product_id + "/" + done.module_id);
    json.member_if("lifecycle", student.lifecycle ? to_string(*student.lifecycle) : "");
    member(json, "changes_at", student.changes_at);
}

std::string record_of(const std::string& body)
{
    JsonWriter json;
    json.begin_object();
    const auto document = JsonDocument::parse(body);
    const auto envelope = document ? read_hotmart_envelope(document->root()) : document.error();
    if (!envelope) {
        json.member("outcome", "rejected").end_object();
        return std::string{json.text()};
    }
    const ReadEvent event = read_hotmart_event("id", document->root(), received_at());
    if (const auto* incomplete = std::get_if<IncompleteEvent>(&event)) {
        json.member("outcome", "unprocessed");
        json.member("field", incomplete->reason.substr(0, incomplete->reason.find(' ')));
    } else if (const auto* fact = std::get_if<Fact>(&event)) {
        json.member("outcome", "processed").member("type", std::string{to_string(fact->type)});
        json.member("occurred_at", to_iso8601(fact->occurred_at)).member_raw("fact", encode_body(*fact));
        write(json, project({fact, 1}, payload_catalogue(), Policy{}, received_at()));
    } else {
        json.member("outcome", "ignored");
    }
    json.end_object();
    return std::string{json.text()};
}

// One member a line, so that a difference can be read.
std::string lines_of(std::string json)
{
    for (const std::string_view mark : {",\"", "{\"", ",{"})
        for (auto at = json.find(mark); at != std::string::npos; at = json.find(mark, at + 3))
            json.insert(at + 1, "\n");
    return json;
}

std::set<std::filesystem::path> payload_files()
{
    std::set<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator{CICLO_PAYLOADS_DIR})
        files.insert(file.path());
    return files;
}

} // namespace

TEST_CASE("of every payload becomes exactly what its file expects", "[model][payloads]")
{
    std::set<std::string> types;
    const auto files = payload_files();
    for (const auto& file : files) {
        INFO(file.filename().string());
        std::ostringstream text;
        text << std::ifstream{file}.rdbuf();
        const auto document = JsonDocument::parse(text.str());
        REQUIRE(document.has_value());
        const JsonView body = document->root()["body"];
        types.insert(body["event"].text());
        CHECK(lines_of(record_of(body.json())) == lines_of(document->root()["expected"].json()));
    }
    CHECK(files.size() >= 70);
    for (int type = 0; type <= static_cast<int>(FactType::club_module_completed); ++type) {
        CAPTURE(to_string(static_cast<FactType>(type)));
        CHECK(types.contains(std::string{to_string(static_cast<FactType>(type))}));
    }
}
