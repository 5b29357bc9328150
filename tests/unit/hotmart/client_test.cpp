#include "hotmart/client.hpp"

#include "scripted_answers.hpp"

#include <fmt/core.h>

#include <catch2/catch.hpp>

#include <deque>

using namespace ciclo;
using namespace ciclo::hotmart;
using namespace ciclo::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const std::string empty_page = http_answer(200, R"({"items":[],"page_info":{}})");

std::string sales_page(std::string_view transaction, std::string_view next)
{
    return http_answer(200,
                       fmt::format(R"({{"items":[{{"product":{{"id":4100200}},"buyer":{{"email":"Rita@Example.com"}},
        "purchase":{{"transaction":"{}","status":"APPROVED","price":{{"value":89.90,"currency_code":"BRL"}},
        "order_date":1762946672000,"is_subscription":true}}}}],"page_info":{{"next_page_token":{}}}}})",
                                   transaction, next));
}

// Token, budget and waiting as the client meets them.
struct Surroundings : TokenStore, CallBudget {
    std::string token = "good-token";
    std::vector<std::string> rejected;
    std::vector<std::chrono::milliseconds> pauses;
    std::vector<int> remaining;
    int waits = 0; // answers "not now" so often first

    Result<AccessToken> obtain(Time, const std::string& refused, const std::function<Result<AccessToken>()>&) override
    {
        rejected.push_back(refused);
        return AccessToken{token, now() + 1h};
    }
    std::chrono::milliseconds take() override { return waits-- > 0 ? 250ms : 0ms; }
    void told(int left, std::chrono::seconds) override { remaining.push_back(left); }
};

Client client_of(const ScriptedAnswers& peer, Surroundings& around, int attempts = 3)
{
    Settings settings;
    settings.api_url = peer.url();
    settings.token_url = peer.url() + "/token";
    settings.client_id = "id";
    settings.client_secret = "secret";
    settings.timeout = 2s;
    settings.attempts = attempts;
    return Client{settings, around, around, [&around](std::chrono::milliseconds duration) {
                      around.pauses.push_back(duration);
                      return true;
                  }};
}

const SalesQuestion question{
    "4100200", "OVERDUE", {time_from_unix_ms(1'700'000'000'000).value(), time_from_unix_ms(1'700'086'399'999).value()}};

Result<Listed> codes_of(Client& client, std::vector<std::string>& codes)
{
    return client.sales(question, [&](const std::vector<Sale>& page) -> Result<void> {
        for (const Sale& sale : page)
            codes.push_back(sale.transaction);
        return {};
    });
}

} // namespace

TEST_CASE("all pages are walked one by one, with status and both dates named", "[hotmart]")
{
    ScriptedAnswers peer{{sales_page("HP1", R"("a b")"), sales_page("HP2", "null")}};
    Surroundings around;
    std::vector<std::string> codes;
    Result<Listed> listed = Error{ErrorKind::internal, "", {}};
    {
        auto client = client_of(peer, around);
        listed = codes_of(client, codes);
    }

    REQUIRE(listed.has_value());
    CHECK(codes == std::vector<std::string>{"HP1", "HP2"});
    CHECK(listed->pages == 2);
    CHECK_THAT(peer.requests.at(0),
               Contains("GET /payments/api/v1/sales/history?product_id=4100200&transaction_status=OVERDUE&"
                        "start_date=1700000000000&end_date=1700086399999&max_results=500 HTTP/1.1"));
    CHECK_THAT(peer.requests.at(0), Contains("Bearer good-token"));
    CHECK_THAT(peer.requests.at(1), Contains("page_token=a%20b"));
}

TEST_CASE("an item is read with exact money, opaque ids and times", "[hotmart]")
{
    ScriptedAnswers peer{{sales_page("HP1", "null")}};
    Surroundings around;
    Sale seen;
    {
        auto client = client_of(peer, around);
        const auto listed = client.sales(question, [&](const std::vector<Sale>& page) -> Result<void> {
            seen = page.front();
            return {};
        });
        REQUIRE(listed.has_value());
    }
    CHECK(seen.price == "89.90");
    CHECK(seen.product_id == "4100200");
    CHECK(seen.is_subscription);
    CHECK(seen.ordered_at == time_from_unix_ms(1'762'946'672'000));
    CHECK_FALSE(seen.approved_at);
}

TEST_CASE("troubles that pass are waited out, others are answered at once", "[hotmart]")
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
    const std::string broken = http_answer(500, R"({"error":"internal_server_error"})");
    const auto one = GENERATE_COPY(
        c("a 500", Answers{broken, empty_page}, true, ErrorKind::internal, std::size_t{2}),
        c("half a page", Answers{http_answer(200, R"({"items":[{"pur)"), empty_page}, true, ErrorKind::internal,
          std::size_t{2}),
        c("an edge server's page", Answers{http_answer(503, "<html>"), empty_page}, true, ErrorKind::internal,
          std::size_t{2}),
        c("always 500", Answers{broken, broken, broken}, false, ErrorKind::unavailable, std::size_t{3}),
        c("no list", Answers{http_answer(200, R"({"data":[]})")}, false, ErrorKind::internal, std::size_t{1}),
        c("refused", Answers{http_answer(403, R"({"error":"unauthorized_client"})")}, false, ErrorKind::unauthorized,
          std::size_t{1}),
        c("a wrong question", Answers{http_answer(400, R"({"error":"invalid_parameter"})")}, false,
          ErrorKind::invalid_input, std::size_t{1}),
        c("a page that leads to itself", Answers{sales_page("HP1", R"("x")"), sales_page("HP2", R"("x")")}, false,
          ErrorKind::internal, std::size_t{2}));
    CAPTURE(one.what);
    ScriptedAnswers peer{one.answers};
    Surroundings around;
    std::vector<std::string> codes;
    Result<Listed> listed = Listed{};
    {
        auto client = client_of(peer, around);
        listed = codes_of(client, codes);
    }
    CHECK(listed.has_value() == one.good);
    if (!listed)
        CHECK(listed.error().kind == one.kind);
    CHECK(peer.requests.size() == one.requests);
}

TEST_CASE("200 with nothing is neither an error nor a proof", "[hotmart]")
{
    ScriptedAnswers peer{{http_answer(200, "")}};
    Surroundings around;
    std::vector<std::string> codes;
    auto client = client_of(peer, around);

    const auto listed = codes_of(client, codes);

    REQUIRE(listed.has_value());
    CHECK(listed->empty_answers == 1);
    CHECK(listed->items == 0);
}

TEST_CASE("a refused token is named to the store once, and the call made again", "[hotmart]")
{
    const std::string refusal = http_answer(401, R"({"error":"token_expired"})");
    Surroundings around;
    std::vector<std::string> codes;
    SECTION("the next one is good")
    {
        ScriptedAnswers peer{{refusal, empty_page}};
        auto client = client_of(peer, around);
        CHECK(codes_of(client, codes).has_value());
    }
    SECTION("the next one is refused as well")
    {
        ScriptedAnswers peer{{refusal, refusal}};
        auto client = client_of(peer, around);
        const auto listed = codes_of(client, codes);
        REQUIRE(listed.has_error());
        CHECK(listed.error().kind == ErrorKind::unauthorized);
    }
    CHECK(around.rejected == std::vector<std::string>{"", "good-token"});
}

TEST_CASE("over the limit the client waits as long as Hotmart says, and before it as long as the budget says",
          "[hotmart]")
{
    ScriptedAnswers peer{
        {http_answer(429, R"({"error":"too_many_requests"})", "RateLimit-Remaining: 0\r\nRateLimit-Reset: 17\r\n"),
         http_answer(200, R"({"items":[],"page_info":{}})", "RateLimit-Remaining: 499\r\nRateLimit-Reset: 60\r\n")}};
    Surroundings around;
    around.waits = 1;
    std::vector<std::string> codes;
    auto client = client_of(peer, around);

    REQUIRE(codes_of(client, codes).has_value());

    CHECK(around.pauses == std::vector<std::chrono::milliseconds>{250ms, 17s});
    CHECK(around.remaining.front() == 0);
    CHECK(around.remaining.back() == 499);
}

TEST_CASE("what takes Hotmart too long is asked in halves", "[hotmart]")
{
    const std::string too_long = http_answer(502, R"({"error":"internal_server_error"})");
    ScriptedAnswers peer{{too_long, sales_page("HP1", "null"), sales_page("HP2", "null")}};
    Surroundings around;
    std::vector<std::string> codes;
    {
        auto client = client_of(peer, around);
        REQUIRE(codes_of(client, codes).has_value());
    }
    CHECK(codes == std::vector<std::string>{"HP1", "HP2"});
    CHECK_THAT(peer.requests.at(1), Contains("start_date=1700000000000&end_date=1700043199998"));
    CHECK_THAT(peer.requests.at(2), Contains("start_date=1700043199999&end_date=1700086399999"));
}

TEST_CASE("the cell phone of the buyer comes before the other one, and the producer's is nobody's", "[hotmart]")
{
    const std::string page = R"({"items":[{"transaction":"HP1","product":{"id":"7"},"users":[
        {"role":"PRODUCER","user":{"email":"p@example.com","cellphone":"1"}},
        {"role":"buyer","user":{"email":"b@example.com","cellphone":"","phone":"3133334444"}}]},
        {"transaction":"HP2","users":[{"role":"PRODUCER","user":{"email":"p@example.com"}}]}]})";
    ScriptedAnswers peer{{http_answer(200, page)}};
    Surroundings around;
    std::vector<Contact> seen;
    auto client = client_of(peer, around);

    const auto listed = client.contacts(question, [&](const std::vector<Contact>& some) -> Result<void> {
        seen = some;
        return {};
    });

    REQUIRE(listed.has_value());
    REQUIRE(seen.size() == 1);
    CHECK(seen.front().email == "b@example.com");
    CHECK(seen.front().phone == "3133334444");
    CHECK(listed->unreadable == 1);
}
