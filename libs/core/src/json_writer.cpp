#include "core/json_writer.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace ciclo {

struct JsonWriter::Impl {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
};

namespace {

rapidjson::SizeType size_of(std::string_view text)
{
    return static_cast<rapidjson::SizeType>(text.size());
}

} // namespace

JsonWriter::JsonWriter() : impl_(std::make_unique<Impl>()) {}
JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::begin_object()
{
    impl_->writer.StartObject();
    return *this;
}

JsonWriter& JsonWriter::end_object()
{
    impl_->writer.EndObject();
    return *this;
}

JsonWriter& JsonWriter::begin_array()
{
    impl_->writer.StartArray();
    return *this;
}

JsonWriter& JsonWriter::end_array()
{
    impl_->writer.EndArray();
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name)
{
    impl_->writer.Key(name.data(), size_of(name));
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text)
{
    // A default string_view has no address, and RapidJSON insists on one.
    impl_->writer.String(text.data() == nullptr ? "" : text.data(), size_of(text));
    return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number)
{
    impl_->writer.Int64(number);
    return *this;
}

JsonWriter& JsonWriter::value(bool truth)
{
    impl_->writer.Bool(truth);
    return *this;
}

JsonWriter& JsonWriter::null()
{
    impl_->writer.Null();
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json)
{
    impl_->writer.RawValue(json.data(), json.size(), rapidjson::kStringType);
    return *this;
}

JsonWriter& JsonWriter::member_raw(std::string_view name, std::string_view json)
{
    key(name);
    return raw(json);
}

JsonWriter& JsonWriter::member_if(std::string_view name, std::string_view content)
{
    if (!content.empty())
        member(name, content);
    return *this;
}

std::string_view JsonWriter::text() const
{
    return {impl_->buffer.GetString(), impl_->buffer.GetSize()};
}

} // namespace ciclo
