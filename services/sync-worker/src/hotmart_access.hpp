#pragma once

#include "core/environment.hpp"
#include "hotmart/client.hpp"
#include "postgres/session.hpp"

#include <chrono>
#include <stop_token>
#include <string>

// Calling Hotmart from any replica with one token and one limit, both kept in PostgreSQL.
namespace ciclo::sync_worker {

struct HotmartConfig {
    std::string database_url;
    hotmart::Settings api;
    int calls_per_minute = 500;
    bool enabled = true;

    static HotmartConfig read(Environment& environment, const std::string& database_url);
};

// For one thread.
class HotmartAccess : private hotmart::TokenStore, private hotmart::CallBudget {
public:
    // Waiting ends when `stop` is requested.
    HotmartAccess(const HotmartConfig& config, std::stop_token stop);

    hotmart::Client& client() noexcept { return client_; }

private:
    Result<hotmart::AccessToken> obtain(Time needed_until, const std::string& rejected,
                                        const std::function<Result<hotmart::AccessToken>()>& fetch) override;
    std::chrono::milliseconds take() override;
    void told(int remaining, std::chrono::seconds until_reset) override;

    HotmartConfig config_;
    std::stop_token stop_;
    postgres::Session session_; // of its own: a job may be inside a transaction
    int granted_ = 0;
    std::chrono::steady_clock::time_point granted_until_{};
    hotmart::Client client_;
};

} // namespace ciclo::sync_worker
