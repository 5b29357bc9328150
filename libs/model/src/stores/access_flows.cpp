#include "stores/access_flows.hpp"

#include "core/json_writer.hpp"

namespace ciclo::model {

namespace {

constexpr std::chrono::hours news_life{72};

NewMessage flow_message(const StudentToFold& student, const Product& product, const std::string& flow_ns, Time began,
                        Time caused)
{
    JsonWriter variables;
    variables.begin_object()
        .member("flow_ns", flow_ns)
        .member("product", product.name)
        .member("product_id", product.id)
        .end_object();
    NewMessage message;
    message.channel = "manychat_flow";
    message.cause_key = "flow:access:" + student.stored.id + ":" + product.id + ":" + flow_ns + ":" + to_iso8601(began);
    message.user_id = student.stored.id;
    message.message_class = "service";
    message.template_name = "access";
    message.variables = variables.text();
    message.use_by = caused + news_life;
    message.correlation_id = student.correlation_id;
    return message;
}

} // namespace

void add_access_flows(std::vector<NewMessage>& messages, const StudentToFold& student, const StudentView& view,
                      const StoredAccess& before, const Catalogue& catalogue, Time now)
{
    for (const auto& [product_id, enrollment] : view.enrollments) {
        const Product* product = catalogue.find(product_id);
        if (enrollment.status != EnrollmentStatus::active || product == nullptr)
            continue;
        const Time began = enrollment.access_since;
        const bool is_news =
            !had_access(before, product_id) && !enrollment.without_onboarding && began + news_life > now;
        for (const Entitlement& flow : product->manychat_flows) {
            const bool is_extended =
                flow.extended_at && began < *flow.extended_at && now < *flow.extended_at + news_life;
            if (flow.covers(began) && (is_news || is_extended))
                messages.push_back(
                    flow_message(student, *product, flow.value, began, is_extended ? *flow.extended_at : began));
        }
    }
}

} // namespace ciclo::model
