#include "model/stores/message_template_store.hpp"

#include "core/uuid.hpp"

#include <map>
#include <utility>

namespace ciclo::model {

namespace {

using postgres::TextArray;

// A row that was inserted has no xmax.
constexpr const char* write_sql = R"sql(
    INSERT INTO message_templates AS template (id, waba_id, meta_template_id, name, language, status, category,
                                               parameter_format, components, quality, rejected_reason, changed_at)
    SELECT new.id::uuid, $1, new.meta_id, new.name, new.language, new.status, new.category, new.format,
           new.components::jsonb, new.quality, new.reason, $2::timestamptz
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                $11::text[], $12::text[])
        AS new (id, meta_id, name, language, status, category, format, components, quality, reason)
    WHERE NOT EXISTS (
        SELECT FROM message_templates AS old
        WHERE old.waba_id = $1 AND old.name = new.name AND old.language = new.language AND old.missing_since IS NULL
          AND (old.meta_template_id, old.status, old.category, old.parameter_format, old.components, old.quality,
               old.rejected_reason)
              IS NOT DISTINCT FROM (new.meta_id, new.status, new.category, new.format, new.components::jsonb,
                                    new.quality, new.reason))
    ON CONFLICT (waba_id, name, language) DO UPDATE
    SET meta_template_id = excluded.meta_template_id, status = excluded.status, category = excluded.category,
        parameter_format = excluded.parameter_format, components = excluded.components, quality = excluded.quality,
        rejected_reason = excluded.rejected_reason, missing_since = NULL, changed_at = excluded.changed_at
    RETURNING xmax = 0
)sql";

constexpr const char* missing_sql = R"sql(
    UPDATE message_templates AS template SET missing_since = $2, changed_at = $2
    WHERE waba_id = $1 AND missing_since IS NULL
      AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS listed (name, language)
                      WHERE listed.name = template.name AND listed.language = template.language)
)sql";

constexpr const char* list_sql = R"sql(
    SELECT meta_template_id, name, language, status, category, parameter_format, components, quality, rejected_reason,
           waba_id, missing_since IS NOT NULL, status = 'APPROVED' AND missing_since IS NULL, changed_at
    FROM message_templates WHERE $1 = '' OR status = $1
    ORDER BY name, language, waba_id
)sql";

} // namespace

TemplatesWritten write_message_templates(postgres::Connection& connection, const std::string& waba_id,
                                         std::span<const MessageTemplate> templates, Time now)
{
    // One statement cannot write a row twice.
    std::map<std::pair<std::string_view, std::string_view>, const MessageTemplate*> last;
    for (const MessageTemplate& one : templates)
        last[{one.name, one.language}] = &one;
    TextArray ids;
    TextArray meta_ids;
    TextArray names;
    TextArray languages;
    TextArray statuses;
    TextArray categories;
    TextArray formats;
    TextArray components;
    TextArray qualities;
    TextArray reasons;
    for (const auto& [key, one] : last) {
        ids.add(std::string_view{new_uuid()});
        meta_ids.add(std::string_view{one->meta_template_id});
        names.add(std::string_view{one->name});
        languages.add(std::string_view{one->language});
        statuses.add(std::string_view{one->status});
        categories.add(std::string_view{one->category});
        formats.add(std::string_view{one->parameter_format});
        components.add(std::string_view{one->components});
        qualities.add_or_null(one->quality);
        reasons.add_or_null(one->rejected_reason);
    }
    const auto rows = connection.execute(write_sql, {waba_id, to_iso8601(now), ids, meta_ids, names, languages,
                                                     statuses, categories, formats, components, qualities, reasons});
    TemplatesWritten written;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ++(rows.boolean(i, 0) ? written.inserted : written.updated);
    return written;
}

std::size_t mark_missing_templates(postgres::Connection& connection, const std::string& waba_id,
                                   std::span<const TemplateKey> listed, Time now)
{
    TextArray names;
    TextArray languages;
    for (const TemplateKey& key : listed) {
        names.add(std::string_view{key.name});
        languages.add(std::string_view{key.language});
    }
    return connection.execute(missing_sql, {waba_id, to_iso8601(now), names, languages}).affected();
}

std::vector<KnownTemplate> list_message_templates(postgres::Connection& connection, std::string_view status)
{
    const auto rows = connection.execute(list_sql, {status});
    std::vector<KnownTemplate> templates;
    templates.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        templates.push_back(
            KnownTemplate{{rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.text(i, 4),
                           rows.text(i, 5), rows.text(i, 6), rows.text(i, 7), rows.text(i, 8)},
                          rows.text(i, 9),
                          rows.boolean(i, 10),
                          rows.boolean(i, 11),
                          time_from_text(rows.view(i, 12)).value_or(Time{})});
    return templates;
}

} // namespace ciclo::model
