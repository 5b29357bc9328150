#include "counted_write.hpp"

namespace ciclo::sync_worker {

void write_counted(jobs::JobContext& job, std::string_view counter, const std::function<std::size_t()>& write,
                   const std::function<void()>& save)
{
    postgres::Transaction transaction{job.connection()};
    const auto rows = write();
    if (rows == 0)
        return;
    job.count(counter, static_cast<std::int64_t>(rows));
    save();
    transaction.commit();
}

} // namespace ciclo::sync_worker
