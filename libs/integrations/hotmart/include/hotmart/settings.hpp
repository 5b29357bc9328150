#pragma once

#include "core/environment.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace ciclo::hotmart {

struct Settings {
    std::string api_url;   // "https://developers.hotmart.com"
    std::string token_url; // "https://api-sec-vlc.hotmart.com/security/oauth/token"
    std::string client_id; // empty: there is no account to ask
    std::string client_secret;
    std::string basic{}; // the third value of Hotmart's panel; empty: made from the two others
    int page_size = 500;
    std::chrono::milliseconds timeout{40'000}; // Hotmart itself gives up after 30 s
    std::size_t max_page_bytes = 8 << 20;
    int attempts = 4; // of one call, when it fails in a way that may pass
    std::chrono::milliseconds first_delay{500};
};

// Where Hotmart is, and as whom to ask; the rest as above.
Settings read_settings(Environment& environment);

} // namespace ciclo::hotmart
