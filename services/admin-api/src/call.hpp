#pragma once

#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "model/stores/access_token_store.hpp"
#include "net/http_message.hpp"
#include "postgres/connection.hpp"
#include "rabbitmq/publisher.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo::admin {

struct Config;

// What an endpoint works with. It runs on a worker's thread.
struct Call {
    const net::HttpRequest& request;
    const std::vector<std::string>& captures; // the parts of the path that the route leaves open, decoded
    postgres::Connection& connection;
    rabbitmq::Publisher& publisher;
    const Config& config;
    const model::TokenOwner& caller; // of /admin/sign-in: nobody
    std::string caller_address;
};

using Endpoint = net::HttpResponse (*)(Call&);

// Something the caller should ask differently; becomes a problem with this status.
class Refusal : public std::runtime_error {
public:
    Refusal(int status, const std::string& detail) : std::runtime_error(detail), status_(status) {}
    int status() const noexcept { return status_; }

private:
    int status_;
};

// The same for what the model answered: 404, 409, 400 ...
Refusal refusal_of(const Error& error);

template <class T>
const T& expect(const Result<T>& result)
{
    if (!result)
        throw refusal_of(result.error());
    return *result;
}

net::HttpResponse json_answer(int status, const JsonWriter& json);
net::HttpResponse no_content();

// The body as a JSON object. `may_be_absent`: an empty body counts as {}. Refuses other content types with 415.
JsonDocument json_body(const net::HttpRequest& request, bool may_be_absent = false);

// Members and query parameters; each refuses with a sentence that names it.
std::string required_text(const JsonView& object, std::string_view name, std::size_t most = 200);
std::string optional_text(const JsonView& object, std::string_view name, std::size_t most = 200);
std::int64_t integer_or(const JsonView& object, std::string_view name, std::int64_t fallback, std::int64_t least,
                        std::int64_t most);
bool truth(const JsonView& object, std::string_view name, bool fallback);
int query_integer(const net::HttpRequest& request, std::string_view name, int fallback, int least, int most);
bool query_truth(const net::HttpRequest& request, std::string_view name);
std::string query_text(const net::HttpRequest& request, std::string_view name, std::size_t most = 200);
std::string uuid_of(const std::string& text, std::string_view what);

// Text that is stored or compared: no control characters, no NUL, valid UTF-8.
std::string plain_text(std::string text, std::string_view name, std::size_t most);

// null when empty.
void member_or_null(JsonWriter& json, std::string_view name, std::string_view text);

} // namespace ciclo::admin
