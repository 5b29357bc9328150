#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/rules/fact.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

// A line of a CSV file with students who are active already, read into a fact.
namespace ciclo::model {

// Columns, in any order and by their Portuguese, Spanish or English names: email (required), name, phone, product,
// since, until.
class ImportColumns {
public:
    // invalid_input names what is missing, unknown, or there twice.
    static Result<ImportColumns> read(const std::vector<std::string>& header);

    bool has_product() const noexcept { return place_.contains("product"); }
    std::size_t count() const noexcept { return count_; }
    // Empty when the row or the file has no such column.
    std::string field(const std::vector<std::string>& row, const std::string& column) const;

private:
    std::map<std::string, std::size_t> place_;
    std::size_t count_ = 0;
};

// What a product is called in the file (id, name or identifier, in lower case) -> its id; empty when several are.
using ProductNames = std::map<std::string, std::string>;

// The fact of one row. Its id follows from what the row says, so that the same row again is the same fact.
// `product_id`: of the whole import, when the file names none. invalid_input says what is wrong with the row.
Result<Fact> read_import_row(const ImportColumns& columns, const std::vector<std::string>& row,
                             const ProductNames& products, const std::string& product_id, Time now);

// "2026-11-19", "19/11/2026", "19/11/2026 14:30", or ISO 8601.
std::optional<Time> import_date(const std::string& text);

} // namespace ciclo::model
