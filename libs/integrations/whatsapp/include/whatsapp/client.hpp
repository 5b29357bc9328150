#pragma once

#include "core/json.hpp"
#include "core/result.hpp"
#include "net/http_client.hpp"
#include "whatsapp/message_template.hpp"
#include "whatsapp/settings.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

// Meta's WhatsApp Business API (Graph API, v25.0), reading only: templates are made, and approved, on Meta's side.
namespace ciclo::whatsapp {

// What a walk through a listing met.
struct Listed {
    std::size_t pages = 0;
    std::size_t unreadable = 0; // entries without their key
};

// Called with one page at a time, the only one in memory. An error ends the walk and is its result.
using Visit = std::function<Result<void>(const std::vector<MessageTemplate>&)>;

// One per thread. A call that fails in a way that may pass is repeated with a growing delay, and one over the limit
// after the time that Meta names, a few times; what is left is the error, classified as in errors.hpp.
class Client {
public:
    // `pause` waits and answers false when the process is stopping: the call ends as `unavailable` then.
    Client(Settings settings, std::function<bool(std::chrono::milliseconds)> pause);

    // Every template of the account, in every language and status.
    Result<Listed> templates(const Visit& visit);

private:
    Result<JsonDocument> page(const std::string& after);
    Result<JsonDocument> once(const std::string& url);

    Settings settings_;
    std::function<bool(std::chrono::milliseconds)> pause_;
    net::HttpClient http_;
};

} // namespace ciclo::whatsapp
