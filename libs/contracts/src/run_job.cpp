#include "contracts/run_job.hpp"

#include "id_message.hpp"

namespace ciclo::contracts {

std::string RunJob::encode() const
{
    return encode_ids({"job_run_id", job_run_id}, {"correlation_id", correlation_id});
}

Result<RunJob> RunJob::decode(std::string_view body)
{
    auto ids = decode_ids(body, "job_run_id", "correlation_id");
    if (!ids)
        return ids.error();
    return RunJob{std::move(ids->first), std::move(ids->second)};
}

} // namespace ciclo::contracts
