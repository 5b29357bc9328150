#pragma once

#include "core/result.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ciclo {

class JsonDocument;

// A place in a document, possibly absent. Reading is tolerant: a value of a neighbouring type (a number
// where text is expected, a numeric text where a number is) is read, anything else counts as absent.
// Valid as long as its document.
class JsonView {
public:
    JsonView() = default;

    // The member with this name; absent when this is no object or has none.
    JsonView operator[](std::string_view name) const noexcept;
    // Follows several names: at({"buyer", "email"}).
    JsonView at(std::initializer_list<std::string_view> path) const noexcept;

    std::size_t size() const noexcept; // elements of an array, 0 for anything else
    JsonView element(std::size_t index) const noexcept;

    bool exists() const noexcept; // present and not null
    bool is_object() const noexcept;
    bool is_array() const noexcept;
    bool is_string() const noexcept;

    // Text or number as text, numbers exactly as written; valid UTF-8 without NUL; absent -> empty.
    std::string text() const;
    std::optional<std::int64_t> integer() const noexcept;
    std::optional<bool> boolean() const noexcept;
    // Milliseconds or seconds since 1970 (below 1e11 it can only be seconds), or ISO 8601 text.
    std::optional<Time> time() const;
    // The value written as compact JSON that PostgreSQL can store, its texts as text() gives them; "null" when absent.
    std::string json() const;

private:
    friend class JsonDocument;
    explicit JsonView(const void* value) noexcept : value_(value) {}
    const void* value_ = nullptr;
};

// A parsed text. Nesting cannot exhaust the stack, numbers keep every digit, bad UTF-8 is refused.
class JsonDocument {
public:
    // invalid_input with the position and reason when the text is not JSON.
    static Result<JsonDocument> parse(std::string_view text);

    JsonDocument(JsonDocument&&) noexcept;
    JsonDocument& operator=(JsonDocument&&) noexcept;
    ~JsonDocument();

    JsonView root() const noexcept;

private:
    struct Impl;
    explicit JsonDocument(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo
