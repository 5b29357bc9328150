#pragma once

#include "core/environment.hpp"
#include "manychat/client.hpp"

#include <chrono>
#include <string>

namespace ciclo::manychat_worker {

struct Config {
    std::string database_url;
    std::string amqp_url;
    bool enabled = false; // false: what is wanted waits until it is turned on
    manychat::Settings manychat;
    bool create_contacts = true;
    std::string consent_phrase;
    std::string phone_field; // custom field that mirrors the contact's number
    int lanes = 4;
    int pace_percent = 80;             // of ManyChat's own limits
    std::chrono::hours seek_again{20}; // a search that found nobody, by the daily job
    std::chrono::hours verify_after{24 * 7};

    static Config read(Environment& environment);
};

} // namespace ciclo::manychat_worker
