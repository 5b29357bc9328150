#include "stores/flows.hpp"

#include "core/json_writer.hpp"
#include "model/stores/onboarding_token.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace ciclo::model {

namespace {

// A welcome after three days, or a goodbye, would only puzzle people.
constexpr std::chrono::hours news_life{72};

struct Flow {
    std::string_view template_name;
    std::string_view message_class;
    Time use_by;
};

// Who was there before is not welcomed: an import only writes down what has been so for long.
bool is_news(const StudentView& view)
{
    return std::any_of(view.enrollments.begin(), view.enrollments.end(), [](const auto& entry) {
        return entry.second.status == EnrollmentStatus::active && !entry.second.without_onboarding;
    });
}

std::optional<Flow> flow_of(Lifecycle to, const StudentView& view, std::string_view from, Time happened_at, Time now)
{
    switch (to) {
    case Lifecycle::pending_onboarding:
        return Flow{"onboarding", "transactional", now + onboarding_token_life};
    case Lifecycle::active:
        if (!is_news(view))
            return std::nullopt;
        // Between the return and this moment there may have been an onboarding or a payment to wait for.
        return Flow{view.has_returned || from == to_string(Lifecycle::churned) ? "welcome_back" : "welcome", "service",
                    happened_at + news_life};
    case Lifecycle::churned:
        return Flow{"churn", "service", happened_at + news_life};
    case Lifecycle::pending_payment:
        break; // reminders of open payments are suggested to a person first
    }
    return std::nullopt;
}

std::string active_products(const StudentView& view, const Catalogue& catalogue)
{
    std::string names;
    for (const auto& [product_id, enrollment] : view.enrollments) {
        const Product* product = catalogue.find(product_id);
        if (enrollment.status == EnrollmentStatus::active && product != nullptr)
            names += (names.empty() ? "" : ", ") + product->name;
    }
    return names;
}

} // namespace

void add_flows(std::vector<NewMessage>& messages, const StudentToFold& student, const StudentView& view,
               std::string_view from, const Catalogue& catalogue, Time happened_at, Time now)
{
    if (!view.lifecycle)
        return;
    const auto flow = flow_of(*view.lifecycle, view, from, happened_at, now);
    if (!flow || flow->use_by <= now)
        return;
    const std::string cause = student.correlation_id.empty() ? to_iso8601(now) : student.correlation_id;
    JsonWriter variables;
    variables.begin_object().member_if("product", active_products(view, catalogue)).end_object();
    NewMessage message;
    message.channel = "manychat_flow";
    message.cause_key = "flow:" + std::string{flow->template_name} + ":" + student.stored.id + ":" + cause;
    message.user_id = student.stored.id;
    message.message_class = flow->message_class;
    message.template_name = flow->template_name;
    message.variables = variables.text();
    message.use_by = flow->use_by;
    message.correlation_id = student.correlation_id;
    messages.push_back(std::move(message));
}

} // namespace ciclo::model
