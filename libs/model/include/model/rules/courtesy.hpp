#pragma once

#include "core/time.hpp"
#include "model/rules/fact.hpp"

#include <string>

namespace ciclo::model {

struct Courtesy {
    std::string email;
    std::string product_id; // of ours
    std::string reason;
    Time until;
};

// A COURTESY_GRANTED fact: access from `now` until then, whatever was or is paid. A later one for the same product
// takes its place.
Fact courtesy_fact(const Courtesy& courtesy, Time now);

} // namespace ciclo::model
