#pragma once

#include "model/rules/fact.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

// Facts in the one order in which they are folded, whatever the order of their arrival.
namespace ciclo::model {

using FactList = std::vector<const Fact*>;

// Each fact once, oldest first. Facts of the same moment are ordered by what they say (the further a
// payment has come, the later) and then by id.
FactList in_order(std::span<const Fact> facts);

// An untold value leaves the known one.
inline void keep_latest(std::string& kept, const std::string& told)
{
    if (!told.empty())
        kept = told;
}

template <class Value>
void keep_latest(std::optional<Value>& kept, const std::optional<Value>& told)
{
    if (told)
        kept = told;
}

template <class Value>
void keep_earliest(std::optional<Value>& kept, const Value& told)
{
    if (!kept || told < *kept)
        kept = told;
}

} // namespace ciclo::model
