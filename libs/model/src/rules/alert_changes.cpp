#include "model/rules/alert_changes.hpp"

namespace ciclo::model {

AlertChanges alert_changes(const std::map<AlertKey, std::string>& open, const std::map<AlertKey, std::string>& true_now)
{
    AlertChanges changes;
    for (const auto& [key, detail] : true_now)
        if (!open.contains(key))
            changes.opened.push_back(key);
    for (const auto& [key, detail] : open)
        if (!true_now.contains(key))
            changes.closed.push_back(key);
    return changes;
}

} // namespace ciclo::model
