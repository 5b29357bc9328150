#pragma once

#include "finding.hpp"
#include "postgres/connection.hpp"

#include <string>
#include <vector>

namespace ciclo::cli {

// Is the token accepted, does every chosen flow exist, and which tags would have to be made? Reads only.
// Without a connection only the token is tested.
std::vector<Finding> look_at_manychat(const std::string& api_url, const std::string& api_token,
                                      postgres::Connection* connection);

} // namespace ciclo::cli
