#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace ciclo::contracts {

// What a student's contact in ManyChat should look like may differ from what it looks like: make it equal.
// Schema: proto-schemas/messages/manychat.reconcile.v1.schema.json
struct ReconcileManychat {
    static constexpr std::string_view queue = "manychat.reconcile";
    static constexpr std::string_view type = "manychat.reconcile.v1";
    static constexpr std::string_view content_type = "application/json";

    std::string user_id;
    std::string correlation_id;

    // Throws std::invalid_argument when an id is no UUID: the caller made it up.
    std::string encode() const;
    // invalid_input names the member that is missing or wrong. Unknown members are ignored.
    static Result<ReconcileManychat> decode(std::string_view body);
};

} // namespace ciclo::contracts
