#include "reply.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <fmt/core.h>

namespace ciclo::rabbitmq {

namespace {

std::string text_of(amqp_bytes_t bytes)
{
    return {static_cast<const char*>(bytes.bytes), bytes.len};
}

// 530 says both "there is no such virtual host" and "not for this user".
ErrorKind kind_of(std::uint16_t code, std::string_view text, bool whole_connection)
{
    switch (code) {
    case AMQP_ACCESS_REFUSED:
        return whole_connection ? ErrorKind::unauthorized : ErrorKind::refused;
    case AMQP_NOT_ALLOWED:
        return text.find("not found") != std::string_view::npos ? ErrorKind::not_found : ErrorKind::refused;
    case AMQP_NOT_FOUND:
        return ErrorKind::not_found;
    case AMQP_PRECONDITION_FAILED:
        return ErrorKind::refused; // a queue is there with other arguments
    case AMQP_CONNECTION_FORCED:
    case AMQP_RESOURCE_ERROR:
    case AMQP_RESOURCE_LOCKED:
    case AMQP_INTERNAL_ERROR:
        return ErrorKind::unavailable;
    default:
        return ErrorKind::internal;
    }
}

Error error_of_close(std::uint16_t code, const std::string& text, bool whole_connection, std::string_view doing)
{
    return Error{kind_of(code, text, whole_connection), fmt::format("{}: {} {}", doing, code, text)};
}

Error error_of_method(const amqp_method_t& method, std::string_view doing)
{
    if (method.id == AMQP_CHANNEL_CLOSE_METHOD) {
        const auto& close = *static_cast<const amqp_channel_close_t*>(method.decoded);
        return error_of_close(close.reply_code, text_of(close.reply_text), false, doing);
    }
    if (method.id == AMQP_CONNECTION_CLOSE_METHOD) {
        const auto& close = *static_cast<const amqp_connection_close_t*>(method.decoded);
        return error_of_close(close.reply_code, text_of(close.reply_text), true, doing);
    }
    if (method.id == AMQP_BASIC_CANCEL_METHOD)
        return Error{ErrorKind::unavailable, fmt::format("{}: the queue was deleted or has moved", doing)};
    return Error{ErrorKind::internal, fmt::format("{}: unexpected method {:#x}", doing, method.id)};
}

} // namespace

Error error_of_status(int status, std::string_view doing)
{
    return Error{ErrorKind::unavailable, fmt::format("{}: {}", doing, amqp_error_string2(status))};
}

Error error_of_reply(const amqp_rpc_reply_t_& reply, std::string_view doing)
{
    switch (reply.reply_type) {
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
        return error_of_status(reply.library_error, doing);
    case AMQP_RESPONSE_SERVER_EXCEPTION:
        return error_of_method(reply.reply, doing);
    case AMQP_RESPONSE_NORMAL:
    case AMQP_RESPONSE_NONE:
        break;
    }
    return Error{ErrorKind::internal, fmt::format("{}: no answer", doing)};
}

Error error_of_frame(const amqp_frame_t_& frame)
{
    if (frame.frame_type != AMQP_FRAME_METHOD)
        return Error{ErrorKind::internal, fmt::format("unexpected frame of type {}", frame.frame_type)};
    return error_of_method(frame.payload.method, "closed by the broker");
}

} // namespace ciclo::rabbitmq
