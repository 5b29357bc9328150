#include "stores/access_flows.hpp"

#include "core/json_writer.hpp"

namespace ciclo::model {

namespace {

constexpr std::chrono::hours news_life{72};

NewMessage flow_message(const StudentToFold& student, const Product& product, const std::string& flow_ns, Time began)
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
    message.use_by = began + news_life;
    message.correlation_id = student.correlation_id;
    return message;
}

} // namespace

void add_access_flows(std::vector<NewMessage>& messages, const StudentToFold& student, const StudentView& view,
                      const StoredAccess& before, const Catalogue& catalogue, Time now)
{
    for (const auto& [product_id, enrollment] : view.enrollments) {
        const auto old = before.find(product_id);
        const bool was_active = old != before.end() && old->second == EnrollmentStatus::active;
        const Product* product = catalogue.find(product_id);
        if (was_active || enrollment.status != EnrollmentStatus::active || product == nullptr ||
            enrollment.without_onboarding || enrollment.began_at + news_life <= now)
            continue;
        for (const auto& flow_ns : product->manychat_flows)
            messages.push_back(flow_message(student, *product, flow_ns, enrollment.began_at));
    }
}

} // namespace ciclo::model
