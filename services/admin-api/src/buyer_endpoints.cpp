#include "endpoints.hpp"

#include "model/stores/hotmart_buyer_store.hpp"
#include "model/stores/student_store.hpp"

namespace ciclo::admin {

// With or without an account: what the last sync_hotmart_buyers has seen.
net::HttpResponse list_courses_of_buyer(Call& call)
{
    const auto email = query_text(call.request, "email");
    if (email.find('@') == std::string::npos)
        throw Refusal{400, "`email` must be an e-mail address: /admin/buyers/courses?email=..."};
    const auto courses = model::courses_of_email(call.connection, email);
    JsonWriter json;
    json.begin_object().member("has_account", model::find_student_id(call.connection, email).has_value());
    json.key("courses").begin_array();
    for (const auto& course : courses) {
        json.begin_object().member("product_id", course.product_id).member("product_name", course.product_name);
        json.member("product_active", course.product_active).member("hotmart_product_id", course.hotmart_product_id);
        json.member("status", course.status).member("by_mapping", course.by_mapping);
        json.member("last_synced_at", course.last_synced_at).end_object();
    }
    json.end_array().end_object();
    return json_answer(200, json);
}

} // namespace ciclo::admin
