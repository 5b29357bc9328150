#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace ciclo::net {

// Bytes received and not yet understood, in one piece. Made once per connection and reused.
class InputBuffer {
public:
    explicit InputBuffer(std::size_t capacity) : bytes_(capacity) {}

    std::string_view content() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }
    bool empty() const noexcept { return begin_ == end_; }
    bool full() const noexcept { return end_ - begin_ == bytes_.size(); }

    // Where to receive the next bytes; tell how many with commit().
    std::span<char> room() noexcept
    {
        if (begin_ != 0) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        return std::span{bytes_}.subspan(end_);
    }
    void commit(std::size_t size) noexcept { end_ += size; }

    void consume(std::size_t size) noexcept
    {
        begin_ += size;
        if (begin_ == end_)
            clear();
    }
    void clear() noexcept { begin_ = end_ = 0; }

private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace ciclo::net
