#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

struct amqp_rpc_reply_t_;
struct amqp_frame_t_;

// What the broker or the library says, in our own words: the only place that knows AMQP's codes.
namespace ciclo::rabbitmq {

Error error_of_status(int status, std::string_view doing);

// `reply` must not be a normal one.
Error error_of_reply(const amqp_rpc_reply_t_& reply, std::string_view doing);

// Why a method frame ends the connection: channel.close, connection.close, basic.cancel or one that
// nobody expects.
Error error_of_frame(const amqp_frame_t_& frame);

} // namespace ciclo::rabbitmq
