#pragma once

#include <cstdint>
#include <deque>
#include <vector>

namespace ciclo::rabbitmq {

// The deliveries of one connection that wait for an answer. The broker closes the channel for an answer
// that it does not expect, and "multiple" means all up to a tag: so somebody has to keep the books.
class Unanswered {
public:
    void delivered(std::uint64_t tag);

    // False when it was answered before.
    bool answer(std::uint64_t tag) noexcept;

    struct Acks {
        std::uint64_t all_up_to = 0; // 0: none
        std::vector<std::uint64_t> single;
    };
    // The fewest acks that say this; what was answered before is left out.
    Acks answer_all(std::vector<std::uint64_t> tags);

private:
    bool is_open(std::uint64_t tag) const noexcept;
    void forget_answered() noexcept;

    std::uint64_t first_tag_ = 1;
    std::deque<bool> open_;
};

} // namespace ciclo::rabbitmq
