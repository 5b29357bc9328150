#include "recipient.hpp"

#include "model/stores/onboarding_token.hpp"

namespace ciclo::messaging {

namespace {

constexpr const char* find_sql = R"sql(
    SELECT email, name,
           (SELECT string_agg(products.name, ', ' ORDER BY products.name)
            FROM enrollments JOIN products ON products.id = product_id
            WHERE enrollments.user_id = users.id AND status = 'active')
    FROM users WHERE id = $1
)sql";

} // namespace

std::optional<Recipient> find_recipient(postgres::Connection& connection, const std::string& user_id)
{
    const auto rows = connection.execute(find_sql, {user_id});
    if (rows.empty())
        return std::nullopt;
    return Recipient{rows.text(0, 0), rows.text(0, 1), model::find_onboarding_token(connection, user_id).value_or(""),
                     rows.text(0, 2)};
}

} // namespace ciclo::messaging
