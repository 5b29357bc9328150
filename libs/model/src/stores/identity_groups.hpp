#pragma once

#include "model/rules/fact.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

// Which facts and known students belong together. Pure: the store feeds it with what it looked up.
namespace ciclo::model {

// What a fact names: "email:...", "code:...", "transaction:...". The stand-in e-mail names nobody.
std::vector<std::string> identity_keys(const Fact& fact);

class IdentityGroups {
public:
    // Both names are tied to one person from now on.
    void join(const std::string& a, const std::string& b);
    // The name of the group that `name` is in: the same for all its members.
    std::string group_of(const std::string& name);
    std::vector<std::string> members(const std::string& name);

private:
    std::size_t root_of(const std::string& name);
    std::map<std::string, std::size_t> index_;
    std::vector<std::size_t> parent_;
    std::vector<std::string> names_;
};

} // namespace ciclo::model
