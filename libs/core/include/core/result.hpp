#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace ciclo {

// What the caller should do about a failure. Closed on purpose: add a kind only when
// some caller behaves differently because of it.
enum class ErrorKind {
    not_found,       // the row, message or remote object does not exist
    duplicate,       // it is already there; an idempotent caller treats this as success
    invalid_input,   // malformed; trying again with the same input cannot help
    refused,         // the other side understood and will not do it until a person changes something
    unauthorized,    // our credentials are not accepted: stop calling, alert
    rate_limited,    // not now; `retry_after` says when. Does not use up an attempt
    unavailable,     // refused, timed out or 5xx, and surely not done; try again later
    unknown_outcome, // bytes went out and no answer came back: it may or may not have been done
    internal,        // our own bug or an answer that we do not understand
};

std::string_view to_string(ErrorKind kind) noexcept;

struct Error {
    ErrorKind kind;
    std::string detail;                       // for logs and operators: may hold remote text
    std::chrono::milliseconds retry_after{0}; // only when the other side named a time
};

// Called by Result::value() on an error; used in main() and in tests.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& location);

template <class T>
using Result = boost::system::result<T, Error>;

} // namespace ciclo
