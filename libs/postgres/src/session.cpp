#include "postgres/session.hpp"

#include <utility>

namespace ciclo::postgres {

Session::Session(std::string url, std::string application, std::function<void(Connection&)> prepare)
    : url_(std::move(url)), application_(std::move(application)), prepare_(std::move(prepare))
{
}

Connection& Session::connection()
{
    if (!connection_) {
        Connection opened = Connection::open(url_, application_);
        if (prepare_)
            prepare_(opened);
        connection_.emplace(std::move(opened));
    }
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
