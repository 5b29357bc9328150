#include "manychat/errors.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::manychat;
using namespace std::chrono_literals;

namespace {

net::HttpAnswer answer(int status, std::string body, std::vector<net::Header> headers = {})
{
    return {status, std::move(headers), std::move(body)};
}

struct Example {
    int status;
    const char* body;
    ErrorKind harmless;                           // of a call that may be repeated
    ErrorKind twice = ErrorKind::unknown_outcome; // of one that may not; this only where it differs
    bool differs = false;
};

constexpr const char* tag_missing =
    R"({"status":"error","message":"Validation error","details":{"messages":[{"message":"Tag does not exist"}]}})";
constexpr const char* exists =
    R"({"status":"error","message":"Validation error",)"
    R"("details":{"messages":{"wa_id":{"message":["This WhatsApp ID already exists: 5531987650001"]}}}})";

constexpr Example examples[] = {
    {400, tag_missing, ErrorKind::not_found},
    {200, tag_missing, ErrorKind::not_found}, // a 200 may carry an error
    {400, exists, ErrorKind::duplicate},
    {400, R"({"status":"error","message":"Content can't be sent","code":3011})", ErrorKind::refused},
    {401, R"({"status":"error","message":"Wrong token"})", ErrorKind::unauthorized},
    {403, "<html>", ErrorKind::unauthorized},
    {429, "", ErrorKind::rate_limited},
    {400, R"({"status":"error","message":"max RPS exceeded"})", ErrorKind::rate_limited},
    {500, R"({"status":"error","message":"x"})", ErrorKind::unavailable, ErrorKind::unknown_outcome, true},
    {502, "<html>bad gateway</html>", ErrorKind::unavailable, ErrorKind::unknown_outcome, true},
    {200, "<!DOCTYPE html>", ErrorKind::unavailable, ErrorKind::unknown_outcome, true},
    {200, "", ErrorKind::unavailable, ErrorKind::unknown_outcome, true},
    {404, "<!DOCTYPE html><p>Page not found</p>", ErrorKind::internal},
};

} // namespace

TEST_CASE("each failure of ManyChat says what to do next")
{
    for (const auto& example : examples) {
        CAPTURE(example.status, example.body);
        const auto given = answer(example.status, example.body);
        CHECK_FALSE(is_success(given));
        CHECK(classify(given, Repeat::harmless).kind == example.harmless);
        CHECK(classify(given, Repeat::twice).kind == (example.differs ? example.twice : example.harmless));
    }
}

TEST_CASE("success is a 2xx that says so")
{
    CHECK(is_success(answer(200, R"({"status":"success"})")));
    CHECK(is_success(answer(200, R"({"status":"success","data":[]})")));
    CHECK_FALSE(is_success(answer(400, R"({"status":"success"})")));
    CHECK_FALSE(is_success(answer(200, R"({"status":"ok"})")));
    CHECK_FALSE(is_success(answer(200, R"([1])")));
}

TEST_CASE("every text of a complaint is found, however it is wrapped")
{
    const auto texts = [](const std::string& messages) {
        return complaint_of(answer(400, R"({"status":"error","message":"V","details":{"messages":)" + messages + "}}"))
            .details;
    };
    using Texts = std::vector<std::string>;

    CHECK(texts(R"([{"message":"a"},{"message":"b"}])") == Texts{"a", "b"});
    CHECK(texts(R"([{"field":"name","message":"a"}])") == Texts{"a"});
    CHECK(texts(R"({"wa_id":{"message":["a","b"]},"email":{"message":"c"}})") == Texts{"a", "b", "c"});
    CHECK(texts(R"({"message":{"message":"a"}})") == Texts{"a"});
    CHECK(texts(R"("a \"b\" \\")") == Texts{R"(a "b" \)"});
    CHECK(texts("null").empty());
    CHECK(texts("[]").empty());
    CHECK(texts("17").empty());
    CHECK(complaint_of(answer(400, R"({"message":"m","code":3011})")).code == 3011);
    CHECK(complaint_of(answer(400, R"(["message"])")).text().empty());
}

TEST_CASE("the number under which a contact exists is read from the complaint")
{
    CHECK(existing_digits(answer(400, exists)) == "5531987650001");
    CHECK(existing_digits(answer(400, R"({"details":{"messages":"Already exists (553187650001)!"}})")) ==
          "553187650001");
    CHECK(existing_digits(answer(400, R"({"details":{"messages":"already exists: 123"}})")).empty());
    CHECK(existing_digits(answer(400, R"({"details":{"messages":"5531987650001 is odd"}})")).empty());
    CHECK(existing_digits(answer(400, tag_missing)).empty());
}

TEST_CASE("what is logged of a failure names neither number nor address")
{
    const auto detail = classify(answer(400, exists), Repeat::harmless).detail;
    CHECK(detail == "ManyChat 400: Validation error: This WhatsApp ID already exists: *********0001");
    const auto mail = classify(answer(400, R"({"message":"rita@example.com is taken"})"), Repeat::harmless).detail;
    CHECK(mail.find('@') == std::string::npos);
}

TEST_CASE("a limit is waited for as long as told, and two seconds at least")
{
    CHECK(classify(answer(429, ""), Repeat::harmless).retry_after == 2s);
    CHECK(classify(answer(429, "", {{"Retry-After", "30"}}), Repeat::harmless).retry_after == 30s);
    CHECK(classify(answer(429, "", {{"Retry-After", "0"}}), Repeat::harmless).retry_after == 2s);
    CHECK(classify(answer(429, "", {{"Retry-After", "soon"}}), Repeat::harmless).retry_after == 2s);
    CHECK(classify(answer(500, ""), Repeat::harmless).retry_after == 0s);
}

TEST_CASE("an account that may not import contacts is recognised")
{
    CHECK(is_import_refused(answer(
        400, R"({"status":"error","message":"Validation error","details":{"messages":{"wa_id":{"message":["Permission )"
             R"(denied to import wa_id"]}}}})")));
    CHECK_FALSE(is_import_refused(answer(400, exists)));
}
