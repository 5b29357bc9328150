#pragma once

#include "scripted_peer.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo::testing {

// An HTTP server that gives each request in turn the answer written down for it, and remembers the requests. An empty
// answer, and the end of the list, close the connection.
class ScriptedAnswers {
public:
    explicit ScriptedAnswers(std::deque<std::string> answers);

    std::vector<std::string> requests; // read only after the client is through
    std::string url() const { return peer_.url(""); }

private:
    ScriptedPeer::Script script();

    std::deque<std::string> answers_;
    ScriptedPeer peer_;
};

// `headers`: whole lines, each with its line end.
std::string http_answer(int status, std::string_view body, std::string_view headers = "");

} // namespace ciclo::testing
