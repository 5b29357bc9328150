#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace ciclo::contracts {

// Somebody wants a job to run; any AMQP client may send it:
//     {"job": "sync_hotmart_buyers", "parameters": {"product_id": "..."}}
// Schema: proto-schemas/messages/jobs.request.v1.schema.json
struct RequestJob {
    static constexpr std::string_view queue = "jobs.requests";
    static constexpr std::string_view type = "jobs.request.v1";
    static constexpr std::string_view content_type = "application/json";

    std::string job;
    std::string parameters = "{}"; // JSON object
    std::string job_run_id;        // empty: left to the receiver. The same id twice asks for one run
    std::string correlation_id;    // empty: the run's id

    std::string encode() const;
    // invalid_input names the member that is missing or wrong. Unknown members are ignored.
    static Result<RequestJob> decode(std::string_view body);
};

} // namespace ciclo::contracts
