#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ciclo::postgres {

// A text[] parameter in PostgreSQL's binary form: nothing to escape, one copy. Columns of a multi-row
// statement: `select * from unnest($1::text[], $2::text[])`.
class TextArray {
public:
    TextArray();

    void add(std::string_view text);
    void add_null();
    // Empty text means "not known" here, so it becomes NULL.
    void add_or_null(std::string_view text);

    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    const std::string& binary() const noexcept { return bytes_; }

private:
    void append(std::uint32_t number);
    void put(std::size_t offset, std::uint32_t number);
    void count_one();

    std::string bytes_;
    std::uint32_t count_ = 0;
};

} // namespace ciclo::postgres
