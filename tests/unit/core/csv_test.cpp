#include "core/csv.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <random>
#include <sstream>

using namespace ciclo;

namespace {

// "1: a|b" for each row, "line N ..." for each fault.
std::string read(const std::string& bytes)
{
    std::istringstream in{bytes};
    CsvReader reader{in};
    std::string text;
    while (true) {
        const auto row = reader.next();
        if (!row) {
            text += row.error().detail.substr(0, row.error().detail.find(':')) + "!\n";
            continue;
        }
        if (!*row) {
            CHECK(reader.bytes_read() == bytes.size());
            return text;
        }
        text += fmt::format("{}: {}\n", (*row)->line, fmt::join((*row)->fields, "|"));
    }
}

} // namespace

TEST_CASE("CSV is read as spreadsheets write it")
{
    struct Example {
        const char* what;
        std::string bytes;
        const char* expected;
    };
    const Example examples[] = {
        {"nothing", "", ""},
        {"plain", "a,b\nc,d\n", "1: a|b\n2: c|d\n"},
        {"no line end at the end", "a,b\nc,d", "1: a|b\n2: c|d\n"},
        {"CRLF", "a,b\r\nc,d\r\n", "1: a|b\n2: c|d\n"},
        {"lone CR", "a,b\rc,d\r", "1: a|b\n2: c|d\n"},
        {"byte order mark",
         "\xEF\xBB\xBF"
         "a,b\n",
         "1: a|b\n"},
        {"semicolons", "e-mail;nome\na@b;Silva, Ana\n", "1: e-mail|nome\n2: a@b|Silva, Ana\n"},
        {"tabs", "a\tb\nc;c\td,d\n", "1: a|b\n2: c;c|d,d\n"},
        {"one column", "a\nb,c\n", "1: a\n2: b|c\n"},
        {"separators in quotes of the first line", "\"a;a;a\",b\n1,2\n", "1: a;a;a|b\n2: 1|2\n"},
        {"quotes", "a,b\n\"x,\"\"y\"\"\",\"\"\n", "1: a|b\n2: x,\"y\"|\n"},
        {"line end in quotes", "a,b\n\"x\ny\",z\nc,d\n", "1: a|b\n2: x\ny|z\n4: c|d\n"},
        {"blanks outside of quotes", "a , b\n c, \" d \" \n", "1: a|b\n2: c| d \n"},
        {"empty fields", ",\n,,\n", "1: |\n2: ||\n"},
        {"empty lines", "a,b\n\n\r\nc,d\n\n", "1: a|b\n4: c|d\n"},
        {"a quote inside an unquoted field", "a,b\n5\" disk,c\n", "1: a|b\n2: 5\" disk|c\n"},
        {"UTF-8", "nome,x\nJo\xC3\xA3o,1\n", "1: nome|x\n2: Jo\xC3\xA3o|1\n"},
        {"Windows-1252", "nome,x\nJo\xE3o \x80,1\n", "1: nome|x\n2: Jo\xC3\xA3o \xE2\x82\xAC|1\n"},
        {"a quote that is never closed", "a,b\n\"x,y\nc,d\n", "1: a|b\nline 2!\n"},
        {"text after a closing quote", "a,b\n\"x\"y,z\nc,d\n", "1: a|b\nline 2!\n3: c|d\n"},
    };
    for (const auto& example : examples) {
        INFO(example.what);
        CHECK(read(example.bytes) == example.expected);
    }
}

TEST_CASE("a row without end is refused before it fills the memory")
{
    CHECK(read("a,b\n" + std::string(3U << 20U, 'x') + "\nc,d\n") == "1: a|b\nline 2!\n3: c|d\n");
    CHECK_THAT(read("a,b\n\"" + std::string(3U << 20U, 'x')), Catch::StartsWith("1: a|b\nline 2!"));
}

TEST_CASE("whatever is written by the rules of RFC 4180 is read again, over the borders of the reader's buffer")
{
    std::mt19937 random{20261125};
    const std::string characters = "ab,;\"\n \xC3\xA9"; // no CR: line ends are made the same
    for (int round = 0; round < 30; ++round) {
        std::string bytes = "first,second\n";
        std::vector<std::vector<std::string>> rows;
        for (int i = 0; i < 2000; ++i) {
            auto& row = rows.emplace_back();
            for (int field = 0; field < 2; ++field) {
                std::string text = "x";
                for (auto length = random() % 40; length > 0; --length) {
                    const char c = characters[random() % (characters.size() - 2)];
                    text += c;
                }
                std::string quoted = "\"";
                for (const char c : text)
                    quoted += c == '"' ? "\"\"" : std::string(1, c);
                bytes += quoted + "\"" + (field == 0 ? "," : round % 2 == 0 ? "\n" : "\r\n");
                row.push_back(text);
            }
        }
        std::istringstream in{bytes};
        CsvReader reader{in};
        CHECK(reader.next().value()->fields == std::vector<std::string>{"first", "second"});
        for (const auto& row : rows)
            REQUIRE(reader.next().value()->fields == row);
        CHECK_FALSE(reader.next().value().has_value());
    }
}

TEST_CASE("whatever the bytes are, reading ends and gives text that can be stored")
{
    std::mt19937 random{7};
    const std::string characters{"a,;\"\"\r\n\t \0\xC3\xFF", 13};
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (auto length = random() % 60; length > 0; --length)
            bytes += characters[random() % characters.size()];
        std::istringstream in{bytes};
        CsvReader reader{in};
        int answers = 0;
        for (auto row = reader.next(); !row || *row; row = reader.next()) {
            REQUIRE(++answers < 1000);
            if (!row)
                continue;
            for (const auto& field : (*row)->fields)
                CHECK(field.find('\0') == std::string::npos);
        }
    }
}
