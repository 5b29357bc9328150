#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace ciclo::bench {

struct Answer {
    int status = 0;
    std::string_view body;
    std::size_t size = 0; // of the whole answer, in bytes
};

// The answer at the beginning of `input`; nothing while it is incomplete. Knows only what the gateway
// sends: a body with a Content-Length. Throws std::runtime_error on anything else.
std::optional<Answer> parse_answer(std::string_view input);

} // namespace ciclo::bench
