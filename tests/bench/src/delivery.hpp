#pragma once

#include "options.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace ciclo::bench {

// Makes webhook deliveries that differ in event id, time, transaction, e-mail and subscriber. All of
// these have a fixed width, so a delivery is made by overwriting a few bytes of the one before: the
// generator must not take the processor away from what it measures.
class DeliveryMaker {
public:
    explicit DeliveryMaker(const Options& options);

    // An HTTP request in which the differing parts are still blank.
    const std::string& blank() const noexcept { return request_; }

    // Turns `request`, a copy of blank(), into the next delivery.
    void fill(std::string& request);

    // The body alone.
    std::string payload();

private:
    std::string request_;
    std::size_t body_ = 0; // where it begins in request_
    std::size_t id_ = 0;
    std::size_t time_ = 0;
    std::size_t transaction_ = 0;
    std::size_t email_ = 0;
    std::size_t subscriber_ = 0;
    std::mt19937_64 random_;
    std::uint64_t next_student_;
    std::uint64_t next_transaction_;
};

} // namespace ciclo::bench
