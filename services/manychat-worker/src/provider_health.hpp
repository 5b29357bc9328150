#pragma once

#include "core/result.hpp"
#include "model/rules/breaker.hpp"

#include <mutex>

namespace ciclo::manychat_worker {

// What all lanes of this process know about ManyChat being well.
class ProviderHealth {
public:
    bool may_call();
    void succeeded();
    // True when ManyChat has just begun to look down.
    bool failed(const Error& error);
    // A failure now is ManyChat's trouble, not the student's: it should use up no attempt.
    bool is_suspicious();

private:
    std::mutex mutex_;
    model::Breaker breaker_{5, std::chrono::seconds{10}};
};

} // namespace ciclo::manychat_worker
