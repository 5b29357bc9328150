#include "postgres/text_array.hpp"

namespace ciclo::postgres {

namespace {

constexpr std::uint32_t text_oid = 25;

// Header: dimensions, has-nulls flag, element type, length of the dimension, its lower bound.
constexpr std::size_t dimensions_at = 0;
constexpr std::size_t nulls_at = 4;
constexpr std::size_t length_at = 12;

} // namespace

TextArray::TextArray()
{
    append(1);
    append(0);
    append(text_oid);
    append(0);
    append(1);
    put(dimensions_at, 1);
}

void TextArray::append(std::uint32_t number)
{
    bytes_.resize(bytes_.size() + 4);
    put(bytes_.size() - 4, number);
}

void TextArray::put(std::size_t offset, std::uint32_t number)
{
    for (std::size_t i = 0; i < 4; ++i)
        bytes_[offset + i] = static_cast<char>(number >> (24 - 8 * i));
}

void TextArray::count_one()
{
    put(length_at, ++count_);
}

void TextArray::add(std::string_view text)
{
    append(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
    count_one();
}

void TextArray::add_null()
{
    append(0xffffffff);
    put(nulls_at, 1);
    count_one();
}

void TextArray::add_or_null(std::string_view text)
{
    if (text.empty())
        add_null();
    else
        add(text);
}

} // namespace ciclo::postgres
