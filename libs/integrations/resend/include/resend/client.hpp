#pragma once

#include "core/result.hpp"
#include "net/http_client.hpp"

#include <string>
#include <string_view>

// Sending e-mail with Resend (resend.com/docs).
namespace ciclo::resend {

struct Settings {
    std::string api_url; // "https://api.resend.com"
    std::string api_key;
};

struct Email {
    std::string from;
    std::string to; // one person
    std::string subject;
    std::string html;
    std::string text;
    std::string kind; // shows as a tag in Resend; ASCII letters, digits, _ and -
};

// The request's body. Kept by the caller and sent again unchanged: Resend refuses an idempotency key
// that comes with another body.
std::string request_body(const Email& email);

// One per thread.
class Client {
public:
    explicit Client(Settings settings);

    // Accepted, not delivered: answers Resend's id. With the same key and body nothing is sent twice for
    // 24 hours, so every failure but `invalid_input` may be repeated within that time.
    Result<std::string> send(std::string_view body, std::string_view idempotency_key);

private:
    Settings settings_;
    net::HttpClient http_;
};

} // namespace ciclo::resend
