#pragma once

#include "input_buffer.hpp"
#include "net/http_client.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace ciclo::net {

enum class AnswerTo { head, other };

// Makes one answer of received bytes, skipping interim ones (1xx). Beast stays in the .cpp file.
class AnswerReader {
public:
    enum class Progress { needs_more, complete, refused };

    AnswerReader(AnswerTo request, std::size_t max_header_bytes, std::size_t max_body_bytes);
    ~AnswerReader();

    Progress put(InputBuffer& buffer);
    Progress put_end(); // the peer closed; `needs_more` when something is missing

    const std::string& why_refused() const noexcept;
    bool keep_alive() const; // after `complete`
    HttpAnswer take();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::net
