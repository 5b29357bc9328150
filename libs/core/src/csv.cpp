#include "core/csv.hpp"

#include "core/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <istream>
#include <string_view>
#include <utility>

namespace ciclo {

namespace {

constexpr std::size_t longest_row = 1U << 20U;
constexpr std::size_t buffer_size = 64U * 1024U;
constexpr int end_of_file = -1;

// What Windows-1252 has where Latin-1 has control characters; 0: nothing.
constexpr std::array<std::uint16_t, 32> windows_characters{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_utf8(std::string& text, unsigned code)
{
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0U | (code >> 6U));
        text += static_cast<char>(0x80U | (code & 0x3FU));
    } else {
        text += static_cast<char>(0xE0U | (code >> 12U));
        text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        text += static_cast<char>(0x80U | (code & 0x3FU));
    }
}

std::string from_windows_1252(std::string_view bytes)
{
    std::string text;
    for (const char c : bytes) {
        unsigned code = static_cast<unsigned char>(c);
        if (code >= 0x80 && code < 0xA0)
            code = windows_characters[code - 0x80] != 0 ? windows_characters[code - 0x80] : 0xFFFD;
        append_utf8(text, code);
    }
    return text;
}

std::string readable(const std::string& field)
{
    std::string stored = storable_text(field);
    if (stored == field || field.find('\0') != std::string::npos)
        return stored;
    return from_windows_1252(field);
}

char separator_in(std::string_view first_line)
{
    char best = ',';
    std::ptrdiff_t most = 0;
    for (const char candidate : {',', ';', '\t'}) {
        std::ptrdiff_t found = 0;
        bool quoted = false;
        for (const char c : first_line) {
            quoted = c == '"' ? !quoted : quoted;
            found += !quoted && c == candidate ? 1 : 0;
        }
        if (found > most) {
            most = found;
            best = candidate;
        }
    }
    return best;
}

} // namespace

struct CsvReader::Impl {
    explicit Impl(std::istream& stream) : in(stream)
    {
        fill();
        if (std::string_view{buffer}.starts_with("\xEF\xBB\xBF"))
            at = 3;
        const auto line_end = buffer.find_first_of("\r\n", at);
        separator =
            separator_in(std::string_view{buffer}.substr(at, line_end == std::string::npos ? line_end : line_end - at));
    }

    void fill()
    {
        consumed += buffer.size();
        buffer.resize(buffer_size);
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        buffer.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
        at = 0;
    }

    int peek()
    {
        if (at == buffer.size() && !buffer.empty())
            fill();
        return at == buffer.size() ? end_of_file : static_cast<unsigned char>(buffer[at]);
    }

    // CRLF and a lone CR count as LF.
    int take()
    {
        const int c = peek();
        if (c == end_of_file)
            return c;
        ++at;
        if (c == '\r') {
            if (peek() == '\n')
                ++at;
            ++line;
            return '\n';
        }
        if (c == '\n')
            ++line;
        return c;
    }

    void skip_line()
    {
        for (int c = take(); c != '\n' && c != end_of_file; c = take()) {
        }
    }

    Result<std::string> quoted_field(std::size_t& size);
    Result<std::string> field(std::size_t& size);
    Result<std::optional<CsvRow>> row();
    Error wrong(std::size_t where, std::string_view what) const
    {
        return Error{ErrorKind::invalid_input, fmt::format("line {}: {}", where, what), {}};
    }
    Result<void> count(std::size_t& size) const
    {
        if (++size > longest_row)
            return wrong(line, "the row is longer than 1 MiB: is a quote missing?");
        return {};
    }

    std::istream& in;
    std::string buffer{};
    std::size_t at = 0;
    std::uint64_t consumed = 0;
    std::size_t line = 1;
    char separator = ',';
};

// After the opening quote; stops before the separator or line end that follows.
Result<std::string> CsvReader::Impl::quoted_field(std::size_t& size)
{
    const std::size_t opened = line;
    std::string text;
    while (true) {
        const int c = take();
        if (c == end_of_file)
            return wrong(opened, "a quote is opened and never closed");
        if (const auto counted = count(size); !counted)
            return counted.error();
        if (c != '"') {
            text += static_cast<char>(c);
        } else if (peek() == '"') {
            text += '"';
            ++at;
        } else {
            break;
        }
    }
    while (peek() == ' ')
        ++at;
    const int after = peek();
    if (after != separator && after != '\n' && after != '\r' && after != end_of_file) {
        skip_line();
        return wrong(opened, "text follows a closing quote: a quote inside a quoted field is written twice");
    }
    return text;
}

Result<std::string> CsvReader::Impl::field(std::size_t& size)
{
    while (peek() == ' ')
        ++at;
    if (peek() == '"') {
        ++at;
        return quoted_field(size);
    }
    std::string text;
    for (int c = peek(); c != separator && c != '\n' && c != '\r' && c != end_of_file; c = peek()) {
        text += static_cast<char>(c);
        ++at;
        if (const auto counted = count(size); !counted) {
            skip_line();
            return counted.error();
        }
    }
    return std::string{trimmed(text)};
}

Result<std::optional<CsvRow>> CsvReader::Impl::row()
{
    CsvRow row;
    std::size_t size = 0;
    row.line = line;
    while (true) {
        auto text = field(size);
        if (!text)
            return text.error();
        row.fields.push_back(readable(*text));
        const int end = take();
        if (end == static_cast<unsigned char>(separator))
            continue;
        const bool is_empty = row.fields.size() == 1 && row.fields.front().empty();
        if (!is_empty)
            return std::optional{std::move(row)};
        if (end == end_of_file)
            return std::optional<CsvRow>{};
        row = CsvRow{line, {}};
    }
}

CsvReader::CsvReader(std::istream& in) : impl_(std::make_unique<Impl>(in)) {}
CsvReader::~CsvReader() = default;

Result<std::optional<CsvRow>> CsvReader::next()
{
    return impl_->row();
}

std::uint64_t CsvReader::bytes_read() const noexcept
{
    return impl_->consumed - impl_->buffer.size() + impl_->at;
}

} // namespace ciclo
