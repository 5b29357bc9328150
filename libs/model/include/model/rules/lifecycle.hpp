#pragma once

#include <optional>
#include <string_view>

namespace ciclo::model {

enum class Lifecycle { pending_payment, pending_onboarding, active, churned };

std::string_view to_string(Lifecycle state) noexcept;
std::optional<Lifecycle> lifecycle_from(std::string_view text) noexcept;

// What the state follows from.
struct LifecycleFacts {
    bool has_access = false;      // to some product, now
    bool had_access = false;      // at any time
    bool payment_pending = false; // boleto, pix, delayed renewal
    bool onboarding_needed = false;
    bool onboarding_done = false;
};

// No state at all for somebody who never had access and owes nothing.
std::optional<Lifecycle> lifecycle_of(const LifecycleFacts& facts) noexcept;

} // namespace ciclo::model
