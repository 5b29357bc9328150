#include "core/json.hpp"
#include "core/log.hpp"
#include "core/text.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <iostream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace ciclo;

namespace {

// Standard output goes to a file while this lives: the log writes nowhere else.
class CapturedOutput {
public:
    CapturedOutput() : file_(std::tmpfile()), original_(::dup(STDOUT_FILENO))
    {
        std::cout.flush();
        std::fflush(stdout);
        REQUIRE(file_ != nullptr);
        REQUIRE(::dup2(::fileno(file_), STDOUT_FILENO) == STDOUT_FILENO);
    }
    ~CapturedOutput()
    {
        restore();
        std::fclose(file_);
    }
    CapturedOutput(const CapturedOutput&) = delete;
    CapturedOutput& operator=(const CapturedOutput&) = delete;

    std::vector<std::string> lines()
    {
        restore();
        std::rewind(file_);
        std::string text;
        std::array<char, 4096> chunk{};
        while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), file_))
            text.append(chunk.data(), count);
        auto found = split(text, '\n');
        found.pop_back(); // after the last line end
        return found;
    }

private:
    void restore()
    {
        if (original_ < 0)
            return;
        std::fflush(stdout);
        ::dup2(original_, STDOUT_FILENO);
        ::close(original_);
        original_ = -1;
    }

    std::FILE* file_;
    int original_;
};

} // namespace

TEST_CASE("a log line is one JSON object with time, level, service, message and fields", "[core][log]")
{
    CapturedOutput output;
    log::start("unit-tests", "info");
    log::warning("the message with \"quotes\"\nand a line end",
                 {{"text", "a"}, {"number", 7}, {"ratio", 0.5}, {"large", std::size_t{1} << 40}, {"truth", true}});

    const auto lines = output.lines();

    REQUIRE(lines.size() == 1);
    const auto document = JsonDocument::parse(lines.front());
    REQUIRE(document.has_value());
    const JsonView line = document->root();
    CHECK(line["time"].time().has_value());
    CHECK(line["level"].text() == "warning");
    CHECK(line["service"].text() == "unit-tests");
    CHECK(line["message"].text() == "the message with \"quotes\"\nand a line end");
    CHECK(line["text"].json() == "\"a\"");
    CHECK(line["number"].json() == "7");
    CHECK(line["ratio"].json() == "0.5");
    CHECK(line["large"].json() == "1099511627776");
    CHECK(line["truth"].json() == "true");
}

TEST_CASE("lines below the chosen level are not written", "[core][log]")
{
    CapturedOutput output;
    log::start("unit-tests", "warning");
    log::debug("no");
    log::info("no");
    log::warning("yes");
    log::error("yes");
    log::start("unit-tests", "debug");
    log::debug("yes");
    log::start("unit-tests", "info");

    const auto lines = output.lines();

    REQUIRE(lines.size() == 3);
    for (const auto& line : lines)
        CHECK(JsonDocument::parse(line).value().root()["message"].text() == "yes");
}

TEST_CASE("percent signs and braces in a message are not taken for a format", "[core][log]")
{
    CapturedOutput output;
    log::info("100 %v {} {0} %", {{"field", "{}%s"}});

    const auto lines = output.lines();

    REQUIRE(lines.size() == 1);
    CHECK(JsonDocument::parse(lines.front()).value().root()["message"].text() == "100 %v {} {0} %");
}

TEST_CASE("the accepted levels are known by name", "[core][log]")
{
    for (const auto* level : {"debug", "info", "warning", "error"})
        CHECK(log::is_level(level));
    for (const auto* other : {"", "INFO", "trace", "warn"})
        CHECK_FALSE(log::is_level(other));
}
