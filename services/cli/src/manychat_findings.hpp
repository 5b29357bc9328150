#pragma once

#include "finding.hpp"
#include "manychat/client.hpp"
#include "model/stores/manychat_store.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

// What is right and wrong in how a ManyChat page is set up for ciclo, with what a person should do. Pure.
namespace ciclo::cli {

struct ManychatSetup {
    std::vector<manychat::Flow> flows; // of the page, as are tags and fields
    std::set<std::string> tags;
    std::vector<manychat::CustomField> fields;
    std::vector<model::ChosenFlow> chosen_flows;
    std::set<std::string> managed_tags;
    std::string phone_field; // MANYCHAT_PHONE_FIELD
};

// `locale`: "pt-BR", "es" or "en".
std::vector<Finding> examine_manychat(const ManychatSetup& setup, std::string_view locale);

} // namespace ciclo::cli
