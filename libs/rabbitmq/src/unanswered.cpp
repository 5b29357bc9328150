#include "unanswered.hpp"

#include <algorithm>

namespace ciclo::rabbitmq {

void Unanswered::delivered(std::uint64_t tag)
{
    if (open_.empty())
        first_tag_ = tag;
    open_.resize(tag - first_tag_, false);
    open_.push_back(true);
}

bool Unanswered::is_open(std::uint64_t tag) const noexcept
{
    return tag >= first_tag_ && tag - first_tag_ < open_.size() && open_[tag - first_tag_];
}

void Unanswered::forget_answered() noexcept
{
    while (!open_.empty() && !open_.front()) {
        open_.pop_front();
        ++first_tag_;
    }
}

bool Unanswered::answer(std::uint64_t tag) noexcept
{
    if (!is_open(tag))
        return false;
    open_[tag - first_tag_] = false;
    forget_answered();
    return true;
}

Unanswered::Acks Unanswered::answer_all(std::vector<std::uint64_t> tags)
{
    Acks acks;
    std::sort(tags.begin(), tags.end());
    for (const auto tag : tags) {
        // Nothing older is open, so "all up to" reaches only what is answered here.
        const bool oldest = tag == first_tag_;
        if (!answer(tag))
            continue;
        if (oldest)
            acks.all_up_to = tag;
        else
            acks.single.push_back(tag);
    }
    return acks;
}

} // namespace ciclo::rabbitmq
