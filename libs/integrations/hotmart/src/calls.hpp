#pragma once

#include "core/json.hpp"
#include "hotmart/client.hpp"
#include "net/http_client.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ciclo::hotmart {

// Name and value, not encoded yet. Empty values are left out.
using Query = std::vector<std::pair<std::string, std::string>>;

// One GET with everything around it: token, limit, repetition.
class Calls {
public:
    Calls(Settings settings, TokenStore& tokens, CallBudget& budget,
          std::function<bool(std::chrono::milliseconds)> pause);

    // Nothing: 200 without a body. `too_long`, when given, is set instead of repeating a call that ended with 502.
    Result<std::optional<JsonDocument>> get(const std::string& path, const Query& query, bool* too_long = nullptr);

    const Settings& settings() const noexcept { return settings_; }
    std::size_t made() const noexcept { return made_; }

private:
    Result<std::optional<JsonDocument>> once(const std::string& url, int& status);
    Result<void> wait_for_budget();
    Result<std::string> token();
    Result<AccessToken> fetch_token();
    void read_limits(const net::HttpAnswer& answer);

    Settings settings_;
    TokenStore& tokens_;
    CallBudget& budget_;
    std::function<bool(std::chrono::milliseconds)> pause_;
    net::HttpClient http_;
    AccessToken token_;
    std::string rejected_;
    std::size_t made_ = 0;
};

} // namespace ciclo::hotmart
