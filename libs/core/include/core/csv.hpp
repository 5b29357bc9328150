#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ciclo {

struct CsvRow {
    std::size_t line = 0;            // where it begins, counted from one
    std::vector<std::string> fields; // valid UTF-8 without NUL, trimmed only where not quoted
};

// Reads CSV as spreadsheets write it, row by row: RFC 4180 quoting (also line ends and doubled quotes inside quotes),
// CRLF or LF, a byte order mark, `,` or `;` or tab as separator (told by the first line), and text that is not UTF-8
// taken for Windows-1252. Empty lines are passed over. Memory is bounded by the longest row, which may have 1 MiB.
class CsvReader {
public:
    explicit CsvReader(std::istream& in); // outlives the reader
    ~CsvReader();
    CsvReader(const CsvReader&) = delete;
    CsvReader& operator=(const CsvReader&) = delete;

    // Nothing after the last row. invalid_input tells the line of a quote that is never closed or stands in the wrong
    // place; reading goes on with the line after it, if there is one.
    Result<std::optional<CsvRow>> next();

    std::uint64_t bytes_read() const noexcept; // how far it has come

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo
