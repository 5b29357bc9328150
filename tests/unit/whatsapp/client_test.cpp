#include "whatsapp/client.hpp"

#include "scripted_answers.hpp"

#include <fmt/core.h>

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::whatsapp;
using namespace ciclo::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

// Cursors stand on every page, `next` only where there is another.
std::string page(std::string_view entries, std::string_view after, bool is_last)
{
    return http_answer(
        200, fmt::format(R"({{"data":[{}],"paging":{{"cursors":{{"before":"b","after":"{}"}}{}}}}})", entries, after,
                         is_last ? "" : R"(,"next":"https://graph.example/?access_token=secret-token")"));
}

std::string entry(std::string_view name, std::string_view language = "pt_BR")
{
    return fmt::format(R"({{"id":"9","name":"{}","language":"{}","status":"APPROVED"}})", name, language);
}

std::string refusal(int status, int code, std::string_view message = "no")
{
    return http_answer(status,
                       fmt::format(R"({{"error":{{"message":"{}","code":{},"fbtrace_id":"T1"}}}})", message, code));
}

struct Walk {
    Result<Listed> listed = Listed{};
    std::vector<std::string> names;
    std::vector<std::chrono::milliseconds> pauses;
};

Walk walk(const ScriptedAnswers& peer, bool may_wait = true)
{
    Settings settings;
    settings.api_url = peer.url() + "/v25.0";
    settings.access_token = "secret-token";
    settings.account_id = "300";
    settings.timeout = 2s;
    settings.attempts = 3;
    settings.most_pages = 4;
    Walk result;
    Client client{settings, [&](std::chrono::milliseconds length) {
                      result.pauses.push_back(length);
                      return may_wait;
                  }};
    result.listed = client.templates([&](const std::vector<MessageTemplate>& templates) -> Result<void> {
        for (const auto& one : templates)
            result.names.push_back(one.name + " " + one.language);
        return {};
    });
    return result;
}

} // namespace

TEST_CASE("all pages of templates are walked, by an address of our own making", "[whatsapp]")
{
    ScriptedAnswers peer{
        {page(entry("um"), "c 1", false), page(entry("um", "en-US"), "c2", false), page(entry("dois"), "c3", true)}};

    const auto result = walk(peer);

    REQUIRE(result.listed.has_value());
    CHECK(result.names == std::vector<std::string>{"um pt_BR", "um en_US", "dois pt_BR"});
    CHECK(result.listed->pages == 3);
    CHECK_THAT(peer.requests.at(0), Contains("GET /v25.0/300/message_templates?fields=id%2Cname%2Clanguage"));
    CHECK_THAT(peer.requests.at(0), Contains("Authorization: Bearer secret-token"));
    CHECK_THAT(peer.requests.at(1), Contains("&after=c%201 HTTP/1.1"));
    for (const auto& request : peer.requests)
        CHECK_THAT(request, !Contains("access_token="));
}

TEST_CASE("entries without their key are counted, and the others read", "[whatsapp]")
{
    ScriptedAnswers peer{
        {page(entry("um") + R"(,{"id":"7","name":"sem_lingua","status":"APPROVED"},null)", "c", true)}};

    const auto result = walk(peer);

    REQUIRE(result.listed.has_value());
    CHECK(result.names == std::vector<std::string>{"um pt_BR"});
    CHECK(result.listed->unreadable == 2);
}

TEST_CASE("Meta's passing troubles are waited out, its refusals answered at once", "[whatsapp]")
{
    struct Case {
        const char* what;
        std::deque<std::string> answers;
        bool good;
        ErrorKind kind;
        std::size_t requests;
    };
    const auto c = [](auto... all) { return Case{all...}; };
    using Answers = std::deque<std::string>;
    const std::string good = page(entry("um"), "c", true);
    const std::string circle = page(entry("um"), "c", false);
    const auto one = GENERATE_COPY(
        c("a passing fault", Answers{refusal(500, 2), good}, true, ErrorKind::internal, std::size_t{2}),
        c("the same with 400", Answers{refusal(400, 1), good}, true, ErrorKind::internal, std::size_t{2}),
        c("half a page", Answers{http_answer(200, R"({"data":[{"na)"), good}, true, ErrorKind::internal,
          std::size_t{2}),
        c("an edge server's page", Answers{http_answer(502, "<html>"), good}, true, ErrorKind::internal,
          std::size_t{2}),
        c("always 500", Answers{refusal(500, 1), refusal(500, 1), refusal(500, 1)}, false, ErrorKind::unavailable,
          std::size_t{3}),
        c("an expired token", Answers{refusal(401, 190)}, false, ErrorKind::unauthorized, std::size_t{1}),
        c("a missing permission", Answers{refusal(403, 200)}, false, ErrorKind::unauthorized, std::size_t{1}),
        c("no such account", Answers{refusal(400, 100)}, false, ErrorKind::refused, std::size_t{1}),
        c("a restricted account", Answers{refusal(400, 368)}, false, ErrorKind::refused, std::size_t{1}),
        c("a code that nobody knows", Answers{refusal(400, 777)}, false, ErrorKind::invalid_input, std::size_t{1}),
        c("a page that leads to itself", Answers{circle, circle}, false, ErrorKind::internal, std::size_t{2}),
        c("pages without end",
          Answers{page(entry("um"), "c1", false), page(entry("um"), "c2", false), page(entry("um"), "c3", false),
                  page(entry("um"), "c4", false)},
          false, ErrorKind::internal, std::size_t{4}));
    CAPTURE(one.what);
    ScriptedAnswers peer{one.answers};

    const auto result = walk(peer);

    CHECK(result.listed.has_value() == one.good);
    if (!result.listed)
        CHECK(result.listed.error().kind == one.kind);
    CHECK(peer.requests.size() == one.requests);
}

TEST_CASE("over Meta's limit the client waits as long as it is told, a few times", "[whatsapp]")
{
    SECTION("then goes on")
    {
        ScriptedAnswers peer{
            {http_answer(400, R"({"error":{"message":"too many","code":80008}})", "Retry-After: 7\r\n"),
             page(entry("um"), "c", true)}};
        const auto result = walk(peer);
        CHECK(result.listed.has_value());
        CHECK(result.pauses == std::vector<std::chrono::milliseconds>{7s});
    }
    SECTION("but not for ever")
    {
        ScriptedAnswers peer{std::deque<std::string>(6, refusal(400, 80007))};
        const auto result = walk(peer);
        REQUIRE(result.listed.has_error());
        CHECK(result.listed.error().kind == ErrorKind::rate_limited);
        CHECK(result.pauses == std::vector<std::chrono::milliseconds>(5, 60s));
    }
    SECTION("nor when the process stops")
    {
        ScriptedAnswers peer{{refusal(400, 80007)}};
        const auto result = walk(peer, false);
        REQUIRE(result.listed.has_error());
        CHECK(result.listed.error().kind == ErrorKind::unavailable);
    }
}

TEST_CASE("an error tells Meta's code and trace, and never the token", "[whatsapp]")
{
    ScriptedAnswers peer{{refusal(401, 190, "Malformed access token secret-token")}};

    const auto result = walk(peer);

    REQUIRE(result.listed.has_error());
    CHECK(result.listed.error().detail == "Meta 401 (code 190): Malformed access token *** [fbtrace_id T1]");
}
