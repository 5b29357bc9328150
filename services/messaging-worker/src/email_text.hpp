#pragma once

#include "recipient.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ciclo::messaging {

struct EmailText {
    std::string subject;
    std::string html;
    std::string text;
};

// The invite to the guild. Everything that comes from a person is escaped in the HTML.
EmailText discord_invite_text(const Recipient& recipient, std::string_view invite_code, std::string_view locale);

// Once, a day later, to whoever has not come in yet. `invite_code` empty: the invite is over, the code still good.
EmailText onboarding_follow_up_text(const Recipient& recipient, std::string_view invite_code, std::string_view locale);

} // namespace ciclo::messaging
