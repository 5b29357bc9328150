#include "net/read_again.hpp"

namespace ciclo::net {

namespace {

bool may_pass(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::unavailable:
    case ErrorKind::unknown_outcome: // reading has no outcome that could be unknown
    case ErrorKind::internal:        // half a page, an edge server's page: usually whole the next time
        return true;
    case ErrorKind::not_found:
    case ErrorKind::duplicate:
    case ErrorKind::invalid_input:
    case ErrorKind::refused:
    case ErrorKind::unauthorized:
    case ErrorKind::rate_limited:
        return false;
    }
    return false;
}

} // namespace

ReadAgain::ReadAgain(int attempts, std::chrono::milliseconds first_delay, const Pause& pause)
    : pause_(pause), delay_(first_delay), attempts_left_(attempts)
{
}

std::optional<Error> ReadAgain::after(const Error& error)
{
    if (error.kind == ErrorKind::rate_limited && refusals_left_-- > 0)
        return wait(error.retry_after);
    if (!may_pass(error.kind) || --attempts_left_ <= 0)
        return error;
    const auto length = delay_;
    delay_ *= 2;
    return wait(length);
}

std::optional<Error> ReadAgain::wait(std::chrono::milliseconds length) const
{
    if (pause_(length))
        return std::nullopt;
    return Error{ErrorKind::unavailable, "the process is stopping", {}};
}

} // namespace ciclo::net
