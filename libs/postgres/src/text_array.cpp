#include "postgres/text_array.hpp"

#include "core/uuid.hpp"

#include <stdexcept>

namespace ciclo::postgres {

namespace {

// Types by their numbers in pg_type.
constexpr std::uint32_t text_type = 25;
constexpr std::uint32_t uuid_type = 2950;

// Header: dimensions, has-nulls flag, element type, length of the dimension, its lower bound.
constexpr std::size_t nulls_at = 4;
constexpr std::size_t length_at = 12;

int nibble(char digit) noexcept
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return (digit | 0x20) - 'a' + 10;
}

} // namespace

BinaryArray::BinaryArray(std::uint32_t element_type)
{
    append(1);
    append(0);
    append(element_type);
    append(0);
    append(1);
}

void BinaryArray::append(std::uint32_t number)
{
    bytes_.resize(bytes_.size() + 4);
    put(bytes_.size() - 4, number);
}

void BinaryArray::put(std::size_t offset, std::uint32_t number)
{
    for (std::size_t i = 0; i < 4; ++i)
        bytes_[offset + i] = static_cast<char>(number >> (24 - 8 * i));
}

void BinaryArray::count_one()
{
    put(length_at, ++count_);
}

void BinaryArray::add_bytes(std::string_view bytes)
{
    append(static_cast<std::uint32_t>(bytes.size()));
    bytes_ += bytes;
    count_one();
}

void BinaryArray::add_nothing()
{
    append(0xffffffff);
    put(nulls_at, 1);
    count_one();
}

TextArray::TextArray() : BinaryArray(text_type) {}

void TextArray::add_or_null(std::string_view text)
{
    if (text.empty())
        add_null();
    else
        add(text);
}

UuidArray::UuidArray() : BinaryArray(uuid_type) {}

void UuidArray::add(std::string_view uuid)
{
    if (!is_uuid(uuid))
        throw std::invalid_argument("not a UUID: " + std::string{uuid});
    std::string bytes;
    bytes.reserve(16);
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (uuid[i] == '-')
            continue;
        bytes += static_cast<char>(nibble(uuid[i]) << 4 | nibble(uuid[i + 1]));
        ++i;
    }
    add_bytes(bytes);
}

} // namespace ciclo::postgres
