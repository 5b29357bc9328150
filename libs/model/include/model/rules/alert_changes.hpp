#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ciclo::model {

using AlertKey = std::pair<std::string, std::string>; // kind and subject: {"provider_down", "discord"}

struct AlertChanges {
    std::vector<AlertKey> opened;
    std::vector<AlertKey> closed;
};

// People are told when something becomes wrong and when it is well again, not while it stays so.
AlertChanges alert_changes(const std::map<AlertKey, std::string>& open,
                           const std::map<AlertKey, std::string>& true_now);

} // namespace ciclo::model
