#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace ciclo::contracts {

// Something besides a webhook changed what follows for a student: fold the facts again.
// Schema: proto-schemas/messages/lifecycle.fold.v1.schema.json
struct FoldStudent {
    static constexpr std::string_view queue = "lifecycle.fold";
    static constexpr std::string_view type = "lifecycle.fold.v1";
    static constexpr std::string_view content_type = "application/json";

    std::string user_id;
    std::string correlation_id;

    // Throws std::invalid_argument when an id is no UUID: the caller made it up.
    std::string encode() const;
    // invalid_input names the member that is missing or wrong. Unknown members are ignored.
    static Result<FoldStudent> decode(std::string_view body);
};

} // namespace ciclo::contracts
