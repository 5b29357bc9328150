#include "arguments.hpp"
#include "commands.hpp"
#include "progress.hpp"
#include "ring.hpp"

#include "core/csv.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/rules/import_row.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/import_store.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>

namespace ciclo::cli {

namespace {

constexpr std::size_t page_size = 200;
constexpr int most_faults_shown = 1000;

// By id, name and identifier; a name that two products share means neither.
model::ProductNames product_names(const std::vector<model::ProductSummary>& products)
{
    model::ProductNames names;
    const auto add = [&names](const std::string& name, const std::string& id) {
        const auto [place, is_new] = names.emplace(lower_case(name), id);
        if (!is_new && place->second != id)
            place->second.clear();
    };
    for (const auto& product : products) {
        add(product.id, product.id);
        add(product.name, product.id);
        for (const auto& identifier : split(product.identifiers, ','))
            if (const auto equals = identifier.find('='); equals != std::string::npos)
                add(std::string{trimmed(std::string_view{identifier}.substr(equals + 1))}, product.id);
    }
    return names;
}

// Reads, checks and stores a file, a page of rows at a time.
class Importer {
public:
    Importer(postgres::Connection& connection, bool dry_run) : connection_(connection), dry_run_(dry_run) {}

    int run(std::istream& file, std::uint64_t size, const std::string& product);

private:
    void take(Result<std::optional<CsvRow>> row, const model::ImportColumns& columns);
    void flush();
    void fault(std::size_t line, const std::string& what)
    {
        if (++faults_ <= most_faults_shown)
            fmt::print("{}{}\n", line == 0 ? "" : fmt::format("line {}: ", line), what);
    }
    int report() const;

    postgres::Connection& connection_;
    bool dry_run_;
    model::ProductNames products_{};
    std::string product_id_{};
    std::string correlation_id_ = new_uuid();
    Ringer ringer_{};
    std::vector<model::Fact> page_{};
    std::size_t rows_ = 0;
    std::size_t imported_ = 0;
    std::size_t students_ = 0;
    int faults_ = 0;
};

int Importer::run(std::istream& file, std::uint64_t size, const std::string& product)
{
    products_ = product_names(model::list_products(connection_));
    if (!product.empty()) {
        const auto found = products_.find(lower_case(product));
        if (found == products_.end() || found->second.empty())
            throw UsageError{
                fmt::format("no product, or more than one, is called \"{}\": see ciclo product list", product)};
        product_id_ = found->second;
    }
    CsvReader reader{file};
    const auto header = reader.next();
    if (!header)
        throw UsageError{header.error().detail};
    if (!*header)
        throw UsageError{"the file is empty"};
    const auto columns = model::ImportColumns::read((*header)->fields);
    if (!columns)
        throw UsageError{columns.error().detail};
    if (!columns->has_product() && product_id_.empty())
        throw UsageError{"the file has no column product: name one for all with --product"};
    Progress progress{dry_run_ ? "checking" : "importing", size};
    std::uint64_t seen = 0;
    for (auto row = reader.next(); !row || *row; row = reader.next()) {
        take(std::move(row), *columns);
        if (page_.size() >= page_size)
            flush();
        progress.advance(reader.bytes_read() - seen);
        seen = reader.bytes_read();
    }
    flush();
    progress.advance(size > seen ? size - seen : 0);
    progress.finish();
    return report();
}

void Importer::take(Result<std::optional<CsvRow>> row, const model::ImportColumns& columns)
{
    ++rows_;
    if (!row) {
        fault(0, row.error().detail);
        return;
    }
    auto fact = model::read_import_row(columns, (*row)->fields, products_, product_id_, now());
    if (!fact)
        fault((*row)->line, fact.error().detail);
    else
        page_.push_back(std::move(*fact));
}

void Importer::flush()
{
    if (dry_run_) {
        imported_ += model::count_new_facts(connection_, page_);
    } else if (!page_.empty()) {
        postgres::Transaction transaction{connection_};
        const auto imported = model::import_facts(connection_, page_, correlation_id_);
        transaction.commit();
        imported_ += imported.new_facts;
        students_ += imported.new_students;
        ringer_.folds(imported.user_ids);
    }
    page_.clear();
}

int Importer::report() const
{
    if (faults_ > most_faults_shown)
        fmt::print("... and {} more\n", faults_ - most_faults_shown);
    const auto known = rows_ - imported_ - static_cast<std::size_t>(faults_);
    if (dry_run_)
        fmt::print("{} rows: {} would be imported, {} are imported already, {} have faults; nothing was written\n",
                   rows_, imported_, known, faults_);
    else
        fmt::print("{} rows: {} imported ({} new students), {} were imported already, {} have faults\n", rows_,
                   imported_, students_, known, faults_);
    return faults_ == 0 ? 0 : 1;
}

} // namespace

int students(const Words& words)
{
    const Arguments arguments{words, {"dry-run"}};
    arguments.allow_only({"dry-run", "product"});
    const auto& given = arguments.positional();
    if (given.size() != 2 || given[0] != "import")
        throw UsageError{"write: ciclo students import FILE.csv [--product ID_OR_NAME] [--dry-run]"};
    std::error_code failure;
    const auto size = std::filesystem::file_size(given[1], failure);
    std::ifstream file{given[1], std::ios::binary};
    if (failure || !file)
        throw UsageError{fmt::format("{} cannot be read", given[1])};
    auto connection = connect();
    return Importer{connection, arguments.has("dry-run")}.run(file, size, arguments.one("product").value_or(""));
}

} // namespace ciclo::cli
