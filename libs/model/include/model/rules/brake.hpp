#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Removing is harder than giving: a single run that would take something away from many people at once
// stops before the first of them, and a person decides.
namespace ciclo::model {

struct BrakePolicy {
    std::size_t most_people = 20;    // BRAKE_MAX_REVOCATIONS
    std::size_t most_percent = 5;    // of a product's students; one person may always lose access
    std::size_t approved_people = 0; // so many revocations of this run have been allowed by a person
};

// The counter of a job's run that the brake stopped: how many people were too many.
inline constexpr std::string_view brake_counter = "would_revoke";

// `product_id` empty: something that belongs to no product; then only the number of people counts.
struct Revocation {
    std::string user_id;
    std::string product_id;
};

struct BrakeDecision {
    bool stops = false;
    std::string reason;              // for people, when it stops
    std::vector<std::string> people; // the users who would lose something, each once, sorted
};

// `revocations`: everything that the run would take away. `students`: how many have access to each product before it.
BrakeDecision decide_brake(std::span<const Revocation> revocations, const std::map<std::string, std::size_t>& students,
                           const BrakePolicy& policy);

} // namespace ciclo::model
