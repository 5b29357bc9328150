#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace ciclo::contracts {

// A run of a job waits. Each service that runs jobs has a queue of its own.
// Schema: proto-schemas/messages/jobs.run.v1.schema.json
struct RunJob {
    static constexpr std::string_view sync_queue = "sync.jobs";
    static constexpr std::string_view discord_queue = "discord.jobs";
    static constexpr std::string_view manychat_queue = "manychat.jobs";
    static constexpr std::string_view queue = sync_queue; // of most of them
    static constexpr std::string_view type = "jobs.run.v1";
    static constexpr std::string_view content_type = "application/json";

    std::string job_run_id;
    std::string correlation_id;

    // Throws std::invalid_argument when an id is no UUID: the caller made it up.
    std::string encode() const;
    // invalid_input names the member that is missing or wrong. Unknown members are ignored.
    static Result<RunJob> decode(std::string_view body);
};

} // namespace ciclo::contracts
