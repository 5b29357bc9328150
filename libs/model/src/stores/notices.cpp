#include "stores/notices.hpp"

#include "core/json_writer.hpp"

#include <algorithm>

namespace ciclo::model {

namespace {

constexpr std::chrono::hours news_life{24};

std::string name_of(const Catalogue& catalogue, const std::string& product_id)
{
    const Product* product = catalogue.find(product_id);
    return product == nullptr ? product_id : product->name;
}

std::string variables(const StudentToFold& student, const std::string& product, const std::string& from)
{
    JsonWriter json;
    json.begin_object().member("user_id", student.stored.id).member("product", product).member_if("from", from);
    json.end_object();
    return std::string{json.text()};
}

std::string_view template_of(PlanDirection direction)
{
    switch (direction) {
    case PlanDirection::upgrade:
        return "plan_upgrade";
    case PlanDirection::downgrade:
        return "plan_downgrade";
    case PlanDirection::lateral:
        return "plan_lateral";
    }
    return "plan_lateral";
}

// A change of plan has said already that the one ended and the other began.
bool is_told_by_plan_change(const StudentView& view, const std::string& product_id, Time at)
{
    return std::any_of(view.plan_changes.begin(), view.plan_changes.end(), [&](const PlanChange& change) {
        return change.changed_at == at && (change.from_product_id == product_id || change.to_product_id == product_id);
    });
}

} // namespace

bool had_access(const StoredAccess& before, const std::string& product_id)
{
    const auto old = before.find(product_id);
    return old != before.end() && old->second.status == EnrollmentStatus::active;
}

void add_notices(std::vector<NewMessage>& notices, const StudentToFold& student, const StudentView& view,
                 const StoredAccess& before, const Catalogue& catalogue, Time now)
{
    const auto add = [&](std::string cause, std::string_view template_name, const std::string& product,
                         const std::string& from, Time at) {
        if (at + news_life > now)
            notices.push_back(NewMessage{.channel = "discord_notification",
                                         .cause_key = std::move(cause),
                                         .user_id = "",
                                         .message_class = "service",
                                         .template_name = std::string{template_name},
                                         .variables = variables(student, product, from),
                                         .use_by = at + news_life,
                                         .correlation_id = student.correlation_id});
    };
    for (const PlanChange& change : view.plan_changes)
        add("plan_change:" + change.fact_id, template_of(change.direction), name_of(catalogue, change.to_product_id),
            name_of(catalogue, change.from_product_id), change.changed_at);
    for (const auto& [product_id, enrollment] : view.enrollments) {
        const bool was_active = had_access(before, product_id);
        const bool is_active = enrollment.status == EnrollmentStatus::active;
        if (was_active == is_active || enrollment.without_onboarding)
            continue;
        const Time at = is_active ? enrollment.access_since : enrollment.ended_at.value_or(now);
        if (is_told_by_plan_change(view, product_id, at))
            continue;
        const std::string cause = student.stored.id + ":" + product_id + ":" + to_iso8601(at);
        if (is_active)
            add("access_began:" + cause, "access_began", name_of(catalogue, product_id), "", at);
        else
            add("access_ended:" + cause,
                enrollment.status == EnrollmentStatus::expired ? "access_expired" : "access_ended",
                name_of(catalogue, product_id), "", at);
    }
}

} // namespace ciclo::model
