#pragma once

#include "config.hpp"
#include "manychat/client.hpp"
#include "model/stores/manychat_store.hpp"
#include "page.hpp"

#include <optional>
#include <string>

namespace ciclo::manychat_worker {

// What one lane works with.
struct Tools {
    const Config& config;
    postgres::Connection& connection;
    manychat::Client& client;
    Page& page;
};

enum class MayCreate { yes, no };

// The student's contact: the one that is known already, else by the mirror field, by phone, by e-mail, and at last a
// new one. `not_found` says why there is none; nothing but that is an answer to "does a contact exist".
Result<manychat::Subscriber> find_contact(const Tools& tools, const model::ManychatWish& wish, MayCreate may_create);

// The words of a search: as long as they are the same, a search that found nobody need not be made again at once.
std::string search_digest(const model::ManychatWish& wish);

} // namespace ciclo::manychat_worker
