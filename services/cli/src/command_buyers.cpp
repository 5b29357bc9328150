#include "arguments.hpp"
#include "commands.hpp"

#include "model/stores/hotmart_buyer_store.hpp"
#include "model/stores/student_store.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

int buyers(const Words& words)
{
    Arguments arguments{words, {}};
    arguments.allow_only({});
    const auto& verbs = arguments.positional();
    if (verbs.size() != 2 || verbs[0] != "courses" || verbs[1].empty())
        throw UsageError{"write: ciclo buyers courses EMAIL"};
    auto connection = connect();
    const auto courses = model::courses_of_email(connection, verbs[1]);
    for (const auto& course : courses)
        fmt::print("{}: {} (Hotmart product {}{}{}, as of {})\n", course.product_name, course.status,
                   course.hotmart_product_id, course.by_mapping ? ", by mapping" : "",
                   course.product_active ? "" : ", product inactive", course.last_synced_at);
    if (courses.empty())
        fmt::print("no purchase by this address has been seen; ciclo jobs run sync_hotmart_buyers asks Hotmart\n");
    fmt::print("{}\n", model::find_student_id(connection, verbs[1]) ? "has an account" : "has no account");
    return courses.empty() ? 1 : 0;
}

} // namespace ciclo::cli
