#include "stores/notices.hpp"

#include "core/json_writer.hpp"
#include "core/uuid.hpp"

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr std::chrono::hours news_life{24};

constexpr const char* queue_sql = R"sql(
    INSERT INTO messages (id, channel, cause_key, class, template, variables, use_by, correlation_id)
    SELECT id::uuid, 'discord_notification', cause_key, 'service', template, variables::jsonb, use_by::timestamptz,
           correlation_id::uuid
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS new (id, cause_key, template, variables, use_by, correlation_id)
    WHERE NOT EXISTS (SELECT FROM messages AS old WHERE old.cause_key = new.cause_key)
    ON CONFLICT (cause_key) DO NOTHING
)sql";

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

} // namespace

void add_notices(std::vector<Notice>& notices, const StudentToFold& student, const StudentView& view,
                 const StoredAccess& before, const Catalogue& catalogue, Time now)
{
    const auto add = [&](std::string cause, std::string_view template_name, const std::string& product,
                         const std::string& from, Time at) {
        if (at + news_life > now)
            notices.push_back(Notice{std::move(cause), std::string{template_name}, variables(student, product, from),
                                     at + news_life, student.correlation_id});
    };
    for (const PlanChange& change : view.plan_changes)
        add("plan_change:" + change.fact_id, template_of(change.direction), name_of(catalogue, change.to_product_id),
            name_of(catalogue, change.from_product_id), change.changed_at);
    for (const auto& [product_id, enrollment] : view.enrollments) {
        const auto old = before.find(product_id);
        const bool was_active = old != before.end() && old->second == EnrollmentStatus::active;
        const bool is_active = enrollment.status == EnrollmentStatus::active;
        // A change of plan has said it already.
        if (was_active == is_active || !view.plan_changes.empty() || enrollment.without_onboarding)
            continue;
        const Time at = is_active ? enrollment.started_at : enrollment.ended_at.value_or(now);
        const std::string cause = student.stored.id + ":" + product_id + ":" + to_iso8601(at);
        if (is_active)
            add("access_began:" + cause, "access_began", name_of(catalogue, product_id), "", at);
        else
            add("access_ended:" + cause,
                enrollment.status == EnrollmentStatus::expired ? "access_expired" : "access_ended",
                name_of(catalogue, product_id), "", at);
    }
}

postgres::Statement queue_notices(const std::vector<Notice>& notices)
{
    TextArray ids;
    TextArray causes;
    TextArray templates;
    TextArray contents;
    TextArray uses;
    TextArray correlations;
    for (const Notice& notice : notices) {
        ids.add(new_uuid());
        causes.add(std::string_view{notice.cause_key});
        templates.add(std::string_view{notice.template_name});
        contents.add(std::string_view{notice.variables});
        uses.add(to_iso8601(notice.use_by));
        correlations.add_or_null(notice.correlation_id);
    }
    return {queue_sql, {ids, causes, templates, contents, uses, correlations}};
}

} // namespace ciclo::model
