#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ciclo {

// Writes one JSON document, in order. RapidJSON stays in the .cpp file.
class JsonWriter {
public:
    JsonWriter();
    ~JsonWriter();
    JsonWriter(const JsonWriter&) = delete;
    JsonWriter& operator=(const JsonWriter&) = delete;

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();

    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view{text}); }
    JsonWriter& value(const std::string& text) { return value(std::string_view{text}); }
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(int number) { return value(std::int64_t{number}); }
    JsonWriter& value(bool truth);
    JsonWriter& null();
    JsonWriter& raw(std::string_view json); // a finished value, written as it is

    template <class Value>
    JsonWriter& member(std::string_view name, const Value& content)
    {
        key(name);
        return value(content);
    }
    JsonWriter& member_raw(std::string_view name, std::string_view json);

    // Left out altogether when empty: an absent member says "not known".
    JsonWriter& member_if(std::string_view name, std::string_view content);

    std::string_view text() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo
