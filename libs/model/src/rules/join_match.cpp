#include "model/rules/join_match.hpp"

namespace ciclo::model {

std::optional<std::string> matching_invite(const JoinScene& scene)
{
    if (scene.account_is_linked || scene.other_newcomers > 0 || scene.gone_invites.size() != 1)
        return std::nullopt;
    return scene.gone_invites.front();
}

} // namespace ciclo::model
