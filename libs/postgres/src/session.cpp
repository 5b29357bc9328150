#include "postgres/session.hpp"

#include <utility>

namespace ciclo::postgres {

Session::Session(std::string url, std::string application) : url_(std::move(url)), application_(std::move(application))
{
}

Connection& Session::connection()
{
    if (!connection_)
        connection_.emplace(Connection::open(url_, application_));
    connected_ = true;
    return *connection_;
}

void Session::after(const Failure& failure) noexcept
{
    if (connection_ && !failure.is_unavailable() && !connection_->in_transaction())
        return;
    connection_.reset();
    connected_ = false;
}

} // namespace ciclo::postgres
