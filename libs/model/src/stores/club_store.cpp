#include "model/stores/club_store.hpp"

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr const char* areas_sql = R"sql(
    SELECT DISTINCT ON (products.id) products.id, value, club_subdomain
    FROM products JOIN product_identifiers ON product_id = products.id AND kind = 'product.id'
    WHERE club_subdomain IS NOT NULL AND active AND ($1 = '' OR products.id::text = $1)
    ORDER BY products.id, value
)sql";
constexpr const char* set_area_sql = "UPDATE products SET club_subdomain = nullif($2, '') WHERE id::text = $1";

constexpr const char* modules_sql = R"sql(
    INSERT INTO modules AS module (product_id, module_id, name, sequence, is_extra, is_public)
    SELECT $1::uuid, new.*
    FROM (SELECT id, name, sequence::int, is_extra::boolean, is_public::boolean
          FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
              AS told (id, name, sequence, is_extra, is_public)) AS new
    WHERE NOT EXISTS (SELECT FROM modules AS old WHERE old.product_id = $1::uuid AND old.module_id = new.id
                      AND (old.name, old.sequence, old.is_extra, old.is_public)
                          = (new.name, new.sequence, new.is_extra, new.is_public))
    ON CONFLICT (product_id, module_id) DO UPDATE
    SET name = excluded.name, sequence = excluded.sequence, is_extra = excluded.is_extra,
        is_public = excluded.is_public
)sql";

constexpr const char* lessons_sql = R"sql(
    INSERT INTO lessons AS lesson (product_id, page_id, module_id, name, type, page_order, published, drip, drip_date,
                                   drip_days)
    SELECT $1::uuid, new.*
    FROM (SELECT id, module, name, type, page_order::int, published::boolean, drip, drip_date::timestamptz,
                 drip_days::int
          FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                      $10::text[])
              AS told (id, module, name, type, page_order, published, drip, drip_date, drip_days)) AS new
    WHERE NOT EXISTS (SELECT FROM lessons AS old WHERE old.product_id = $1::uuid AND old.page_id = new.id
                      AND (old.module_id, old.name, old.type, old.page_order, old.published, old.drip, old.drip_date,
                           old.drip_days)
                          IS NOT DISTINCT FROM (new.module, new.name, new.type, new.page_order, new.published, new.drip,
                                                new.drip_date, new.drip_days))
    ON CONFLICT (product_id, page_id) DO UPDATE
    SET module_id = excluded.module_id, name = excluded.name, type = excluded.type, page_order = excluded.page_order,
        published = excluded.published, drip = excluded.drip, drip_date = excluded.drip_date,
        drip_days = excluded.drip_days
)sql";

// Only lessons that are known; the first completion counts.
constexpr const char* progress_sql = R"sql(
    INSERT INTO lesson_progress (user_id, product_id, page_id, completed_at)
    SELECT $1::uuid, lessons.product_id, lessons.page_id, new.completed_at::timestamptz
    FROM unnest($3::text[], $4::text[]) AS new (page_id, completed_at)
    JOIN lessons ON lessons.product_id = $2 AND lessons.page_id = new.page_id
    WHERE NOT EXISTS (SELECT FROM lesson_progress AS old
                      WHERE old.user_id = $1 AND old.product_id = $2 AND old.page_id = new.page_id)
    ON CONFLICT DO NOTHING
)sql";

constexpr const char* students_sql = R"sql(
    SELECT known.email, known.user_id,
           (SELECT count(*) FROM lesson_progress AS done WHERE done.user_id = known.user_id AND done.product_id = $1),
           coalesce((SELECT first_access_at IS NOT NULL FROM enrollments AS one
                     WHERE one.user_id = known.user_id AND one.product_id = $1), true)
    FROM user_emails AS known WHERE known.email = ANY ($2::text[])
)sql";

std::string flag(bool truth)
{
    return truth ? "t" : "f";
}

} // namespace

std::vector<ProductArea> product_areas(postgres::Connection& connection, std::string_view product_id)
{
    const auto rows = connection.execute(areas_sql, {product_id});
    std::vector<ProductArea> areas;
    for (std::size_t i = 0; i < rows.size(); ++i)
        areas.push_back(ProductArea{rows.text(i, 0), rows.text(i, 1), rows.text(i, 2)});
    return areas;
}

bool set_product_area(postgres::Connection& connection, const std::string& product_id, std::string_view subdomain)
{
    return connection.execute(set_area_sql, {product_id, subdomain}).affected() == 1;
}

std::size_t write_modules(postgres::Connection& connection, const std::string& product_id,
                          std::span<const Module> modules)
{
    TextArray ids;
    TextArray names;
    TextArray sequences;
    TextArray extras;
    TextArray publics;
    for (const Module& module : modules) {
        ids.add(std::string_view{module.id});
        names.add(std::string_view{module.name});
        sequences.add(std::string_view{std::to_string(module.sequence)});
        extras.add(std::string_view{flag(module.is_extra)});
        publics.add(std::string_view{flag(module.is_public)});
    }
    return connection.execute(modules_sql, {product_id, ids, names, sequences, extras, publics}).affected();
}

std::size_t write_lessons(postgres::Connection& connection, const std::string& product_id,
                          std::span<const Lesson> lessons)
{
    TextArray ids;
    TextArray modules;
    TextArray names;
    TextArray types;
    TextArray orders;
    TextArray published;
    TextArray drips;
    TextArray dates;
    TextArray days;
    for (const Lesson& lesson : lessons) {
        ids.add(std::string_view{lesson.page_id});
        modules.add(std::string_view{lesson.module_id});
        names.add(std::string_view{lesson.name});
        types.add(std::string_view{lesson.type});
        orders.add(std::string_view{std::to_string(lesson.order)});
        published.add(std::string_view{flag(lesson.published)});
        drips.add_or_null(lesson.drip);
        dates.add_or_null(lesson.drip_date ? to_iso8601(*lesson.drip_date) : std::string{});
        days.add_or_null(lesson.drip_days ? std::to_string(*lesson.drip_days) : std::string{});
    }
    return connection
        .execute(lessons_sql, {product_id, ids, modules, names, types, orders, published, drips, dates, days})
        .affected();
}

std::size_t write_progress(postgres::Connection& connection, const std::string& user_id, const std::string& product_id,
                           std::span<const CompletedLesson> completed)
{
    TextArray pages;
    TextArray times;
    for (const CompletedLesson& lesson : completed) {
        pages.add(std::string_view{lesson.page_id});
        times.add(std::string_view{to_iso8601(lesson.completed_at)});
    }
    return connection.execute(progress_sql, {user_id, product_id, pages, times}).affected();
}

std::map<std::string, ClubStudent> club_students(postgres::Connection& connection, const std::string& product_id,
                                                 std::span<const std::string> emails)
{
    TextArray wanted;
    for (const auto& email : emails)
        wanted.add(std::string_view{email});
    const auto rows = connection.execute(students_sql, {product_id, wanted});
    std::map<std::string, ClubStudent> students;
    for (std::size_t i = 0; i < rows.size(); ++i)
        students[rows.text(i, 0)] =
            ClubStudent{rows.text(i, 1), static_cast<std::size_t>(rows.int64(i, 2)), rows.boolean(i, 3)};
    return students;
}

} // namespace ciclo::model
