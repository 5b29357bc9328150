#include "arguments.hpp"
#include "commands.hpp"
#include "ring.hpp"

#include "core/text.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/unmapped_sales.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <string>

namespace ciclo::cli {

namespace {

int list(postgres::Connection& connection)
{
    const auto groups = model::list_unmapped_sales(connection);
    for (const auto& group : groups)
        fmt::print("{} people ({} sales, since {}) paid for something without a rule: {}\n", group.people, group.sales,
                   group.since, fmt::join(split(group.candidates, '\n'), ", "));
    fmt::print("{}\n", groups.empty() ? "every sale has its product"
                                      : "Add one of these identifiers to a product (ciclo product identify), then: "
                                        "ciclo sales apply");
    return 0;
}

int apply(postgres::Connection& connection, bool is_meant)
{
    const auto catalogue = model::load_catalogue(connection);
    const auto sales = model::servable_sales(connection, catalogue);
    struct Group {
        std::size_t sales = 0;
        std::size_t paid = 0;
        std::set<std::string> people;
    };
    std::map<std::string, Group> by_product;
    for (const auto& sale : sales) {
        Group& group = by_product[catalogue.find(sale.product_id)->name + " by " + sale.matched_by];
        ++group.sales;
        group.paid += sale.is_paid ? 1 : 0;
        group.people.insert(sale.user_id);
    }
    for (const auto& [product, group] : by_product)
        fmt::print("{:>6} sales of {} people become {}; {} of them are paid\n", group.sales, group.people.size(),
                   product, group.paid);
    if (sales.empty()) {
        fmt::print("no waiting sale matches a product now; see ciclo sales unmapped\n");
        return 0;
    }
    if (!is_meant) {
        fmt::print("This was a dry run: nothing is changed. To give access: ciclo sales apply --yes\n");
        return 0;
    }
    const auto students = model::serve_sales(connection, sales);
    ring_folds(students);
    fmt::print("{} students are being served\n", students.size());
    return 0;
}

} // namespace

int sales(const Words& words)
{
    Arguments arguments{words, {"yes", "dry-run"}};
    arguments.allow_only({"yes", "dry-run"});
    const auto& verbs = arguments.positional();
    auto is = [&](const char* verb) { return verbs == std::vector<std::string>{verb}; };
    if (!is("unmapped") && !is("apply"))
        throw UsageError{"write: ciclo sales unmapped, or: ciclo sales apply [--yes]"};
    auto connection = connect();
    return is("unmapped") ? list(connection) : apply(connection, arguments.has("yes") && !arguments.has("dry-run"));
}

} // namespace ciclo::cli
