#pragma once

#include <string>
#include <string_view>

namespace ciclo::discord {

// JSON of a message with this text, at most 2000 characters; longer text is cut. Mentions have no effect.
std::string message_body(std::string_view content);

} // namespace ciclo::discord
