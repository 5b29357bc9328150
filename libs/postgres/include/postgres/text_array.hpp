#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ciclo::postgres {

// An array parameter in PostgreSQL's binary form: nothing to escape, one copy, nothing to convert there.
class BinaryArray {
public:
    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    const std::string& binary() const noexcept { return bytes_; }

protected:
    explicit BinaryArray(std::uint32_t element_type);

    void add_bytes(std::string_view bytes);
    void add_nothing();

private:
    void append(std::uint32_t number);
    void put(std::size_t offset, std::uint32_t number);
    void count_one();

    std::string bytes_;
    std::uint32_t count_ = 0;
};

// text[]. Columns of a multi-row statement: `select * from unnest($1::text[], $2::text[])`.
class TextArray : public BinaryArray {
public:
    TextArray();

    void add(std::string_view text) { add_bytes(text); }
    void add_null() { add_nothing(); }
    // Empty text means "not known" here, so it becomes NULL.
    void add_or_null(std::string_view text);
};

// uuid[], for `= ANY ($1::uuid[])`. A text[] that is cast there is cast again for every row.
class UuidArray : public BinaryArray {
public:
    UuidArray();

    // Throws std::invalid_argument when it is no UUID.
    void add(std::string_view uuid);
};

} // namespace ciclo::postgres
