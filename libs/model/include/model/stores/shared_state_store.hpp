#pragma once

#include "core/shared_state.hpp"
#include "postgres/session.hpp"

#include <mutex>
#include <string>

namespace ciclo::model {

// For all processes of an installation: table shared_states. Its clock is the database's. From any thread; it
// has a connection of its own. Throws postgres::Failure.
class StoredSharedState final : public SharedState {
public:
    explicit StoredSharedState(std::string database_url);

    void change(const std::vector<std::string>& names, const Change& change) override;

private:
    std::mutex mutex_;
    postgres::Session session_;
};

} // namespace ciclo::model
