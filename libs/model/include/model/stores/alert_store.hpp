#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What is wrong at this moment and needs a person: table alerts. Level-triggered: compared again and again with
// what the tables say, so that nobody needs to report anything and each alert closes by itself.
namespace ciclo::model {

// Opens and closes alerts, each with one notification queued. `dead_letters`: messages in the dead-letter queue;
// nothing when the broker could not be asked, which changes nothing about that alert. Answers the notifications'
// ids: ring for them.
std::vector<std::string> update_alerts(postgres::Connection& connection, std::optional<std::uint64_t> dead_letters);

struct OpenAlert {
    std::string kind;
    std::string subject;
    std::string detail;
    Time opened_at;
};

std::vector<OpenAlert> list_open_alerts(postgres::Connection& connection);

// A delivery that looks like Hotmart's carried a hottok that we do not know. True until the next event that is
// accepted.
void note_refused_hottok(postgres::Connection& connection);

} // namespace ciclo::model
