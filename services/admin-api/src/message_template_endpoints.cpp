#include "endpoints.hpp"

#include "core/time.hpp"
#include "model/stores/message_template_store.hpp"

namespace ciclo::admin {

// As the last sync_meta_templates has seen them.
net::HttpResponse list_message_templates(Call& call)
{
    JsonWriter json;
    json.begin_object().key("message_templates").begin_array();
    for (const auto& one : model::list_message_templates(call.connection, query_text(call.request, "status", 40))) {
        const auto& shown = one.shown;
        json.begin_object().member("name", shown.name).member("language", shown.language);
        json.member("status", shown.status).member("may_be_sent", one.may_be_sent);
        json.member("is_missing", one.is_missing).member("category", shown.category);
        json.member("parameter_format", shown.parameter_format).member_raw("components", shown.components);
        member_or_null(json, "quality", shown.quality);
        member_or_null(json, "rejected_reason", shown.rejected_reason);
        json.member("waba_id", one.waba_id).member("meta_template_id", shown.meta_template_id);
        json.member("changed_at", to_iso8601(one.changed_at)).end_object();
    }
    json.end_array().end_object();
    return json_answer(200, json);
}

} // namespace ciclo::admin
