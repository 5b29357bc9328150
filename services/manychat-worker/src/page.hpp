#pragma once

#include "manychat/client.hpp"

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo::manychat_worker {

// What is known of the page's custom fields, shared by the lanes of a process. Fields that are missing are made, once.
class Page {
public:
    explicit Page(std::string phone_field) : phone_field_(std::move(phone_field)) {}

    const std::string& phone_field() const noexcept { return phone_field_; }

    // The id of the field, which exists from now on.
    Result<std::string> field_id(manychat::Client& client, const std::string& name);
    Result<void> ensure_fields(manychat::Client& client,
                               const std::vector<std::pair<std::string, std::string>>& fields);

    // Somebody has changed the page: read it again before the next use.
    void forget();

private:
    Result<void> read(manychat::Client& client);

    std::string phone_field_;
    std::mutex mutex_;
    std::map<std::string, std::string> ids_; // by name in small letters
    bool known_ = false;
};

} // namespace ciclo::manychat_worker
