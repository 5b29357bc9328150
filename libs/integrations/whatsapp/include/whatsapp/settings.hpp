#pragma once

#include "core/environment.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace ciclo::whatsapp {

struct Settings {
    std::string api_url;      // with its version: "https://graph.facebook.com/v25.0"
    std::string access_token; // of a system user; empty: there is no account to ask
    std::string account_id;   // of the WhatsApp Business account (WABA)
    int page_size = 100;
    std::size_t most_pages = 100; // a listing that goes on beyond is taken for one that leads in circles
    std::chrono::milliseconds timeout{30'000};
    std::size_t max_page_bytes = 8 << 20;
    int attempts = 4; // of one call, when it fails in a way that may pass
    std::chrono::milliseconds first_delay{500};
};

// Where Meta is, and as whom to ask; the rest as above.
Settings read_settings(Environment& environment);

} // namespace ciclo::whatsapp
