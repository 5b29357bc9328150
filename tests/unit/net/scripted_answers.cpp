#include "scripted_answers.hpp"

#include <fmt/core.h>

#include <utility>

namespace ciclo::testing {

ScriptedAnswers::ScriptedAnswers(std::deque<std::string> answers)
    : answers_(std::move(answers)), peer_({script(), script()})
{
}

ScriptedPeer::Script ScriptedAnswers::script()
{
    return [this](PeerConnection& connection) {
        for (;;) {
            std::string request = connection.request();
            if (request.empty())
                return;
            requests.push_back(std::move(request));
            if (answers_.empty())
                return;
            const std::string answer = answers_.front();
            answers_.pop_front();
            if (answer.empty())
                return;
            connection.send(answer);
        }
    };
}

std::string http_answer(int status, std::string_view body, std::string_view headers)
{
    return fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers, body);
}

} // namespace ciclo::testing
