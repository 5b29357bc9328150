#include "confirm_window.hpp"

#include <algorithm>
#include <utility>

namespace ciclo::rabbitmq {

void ConfirmWindow::add(Message&& message)
{
    slots_.emplace_back(std::move(message));
    ++open_;
}

template <class Use>
std::size_t ConfirmWindow::settle(std::uint64_t tag, bool multiple, Use use)
{
    const std::size_t open_before = open_;
    const std::uint64_t end = std::min<std::uint64_t>(tag + 1, first_tag_ + slots_.size());
    for (std::uint64_t at = multiple ? first_tag_ : std::max(tag, first_tag_); at < end; ++at) {
        auto& slot = slots_[at - first_tag_];
        if (!slot)
            continue;
        use(std::move(*slot));
        slot.reset();
        --open_;
    }
    while (!slots_.empty() && !slots_.front()) {
        slots_.pop_front();
        ++first_tag_;
    }
    return open_before - open_;
}

std::size_t ConfirmWindow::confirm(std::uint64_t tag, bool multiple)
{
    return settle(tag, multiple, [](Message&&) {});
}

std::size_t ConfirmWindow::refuse(std::uint64_t tag, bool multiple, std::deque<Message>& publish_again)
{
    return settle(tag, multiple, [&](Message&& message) { publish_again.push_back(std::move(message)); });
}

std::deque<Message> ConfirmWindow::give_up()
{
    std::deque<Message> open;
    for (auto& slot : slots_)
        if (slot)
            open.push_back(std::move(*slot));
    slots_.clear();
    first_tag_ = 1;
    open_ = 0;
    return open;
}

} // namespace ciclo::rabbitmq
