#pragma once

#include "model/rules/catalogue.hpp"
#include "random_history.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ciclo::testing {

// `story_catalogue()` and more: plans by plan.id, a course of ten days, one product that gives another besides.
model::Catalogue whole_catalogue();

inline constexpr std::string_view short_course = "4100500"; // ten days of access
inline constexpr std::string_view short_course_id = "00000000-0000-7000-8000-000000000005";

// What payments may be about: plausible, or with events of one payment that contradict each other in product,
// subscription and currency.
enum class Sense { plausible, nonsense };

// Every type of fact that there is, on few days, for one to three products, subscriptions and plans. The same
// seed, the same history.
RandomHistory whole_history(std::uint32_t seed, Sense sense);

// One line for each fact, to read.
std::string history_text(const RandomHistory& history);

} // namespace ciclo::testing
