#include "core/json.hpp"

#include "core/text.hpp"

#include <fmt/core.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <vector>

namespace ciclo {

namespace {

// Iterative: outside input cannot overflow the stack. Numbers as text: money and ids stay exact.
constexpr unsigned parse_flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

// Numbers are kept in the document as strings that start with this byte, which no valid UTF-8 text
// contains, so that `12` and "12" stay distinguishable.
constexpr char number_mark = '\xff';

// Builds the document and marks numbers; RapidJSON hands them over unconverted.
class NumberKeeper : public rapidjson::Document {
public:
    bool RawNumber(const Ch* text, rapidjson::SizeType length, bool /*copy*/)
    {
        std::string marked(1, number_mark);
        marked.append(text, length);
        return rapidjson::Document::String(marked.data(), static_cast<rapidjson::SizeType>(marked.size()), true);
    }

    template <unsigned flags, class Stream>
    rapidjson::ParseResult read(Stream& stream)
    {
        rapidjson::Reader reader;
        rapidjson::ParseResult outcome;
        // Populate() is the documented way to build a document from a generator of events.
        auto generate = [&](rapidjson::Document&) {
            outcome = reader.Parse<flags>(stream, *this);
            return !outcome.IsError();
        };
        Populate(generate);
        return outcome;
    }
};

const rapidjson::Value* value_of(const void* pointer) noexcept
{
    return static_cast<const rapidjson::Value*>(pointer);
}

std::string_view characters(const rapidjson::Value& value) noexcept
{
    return {value.GetString(), value.GetStringLength()};
}

bool is_number(const rapidjson::Value& value) noexcept
{
    return value.IsString() && value.GetStringLength() > 0 && value.GetString()[0] == number_mark;
}

std::string_view number_text(const rapidjson::Value& value) noexcept
{
    return characters(value).substr(1);
}

// "123" and "123.0" are 123; anything with a fraction, an exponent or out of range is no integer.
std::optional<std::int64_t> to_integer(std::string_view text) noexcept
{
    text = trimmed(text);
    std::int64_t result = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (failure != std::errc{})
        return std::nullopt;
    std::string_view rest{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    if (!rest.empty() && rest.front() == '.') {
        rest.remove_prefix(1);
        if (rest.find_first_not_of('0') != std::string_view::npos)
            return std::nullopt;
        rest = {};
    }
    return rest.empty() ? std::optional{result} : std::nullopt;
}

// Writes a value and all that it holds, with a stack of its own: the outside chooses how deep it goes.
class TreeWriter {
public:
    explicit TreeWriter(rapidjson::StringBuffer& buffer) : out_(buffer) {}

    void write(const rapidjson::Value& root)
    {
        begin(root);
        while (!open_.empty()) {
            Open& last = open_.back();
            if (last.next == child_count(*last.value)) {
                end(*last.value);
                open_.pop_back();
            } else {
                begin_child(*last.value, last.next++);
            }
        }
    }

private:
    // An array or object whose end has not been written yet.
    struct Open {
        const rapidjson::Value* value;
        rapidjson::SizeType next = 0;
    };

    static rapidjson::SizeType child_count(const rapidjson::Value& value)
    {
        return value.IsObject() ? value.MemberCount() : value.Size();
    }

    void begin_child(const rapidjson::Value& parent, rapidjson::SizeType index)
    {
        if (!parent.IsObject())
            return begin(parent[index]);
        const auto& member = parent.MemberBegin()[index];
        const std::string name = storable_text(characters(member.name));
        out_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        begin(member.value);
    }

    void begin(const rapidjson::Value& value)
    {
        if (is_number(value)) {
            const auto number = number_text(value);
            out_.RawValue(number.data(), number.size(), rapidjson::kNumberType);
        } else if (value.IsObject()) {
            out_.StartObject();
            open_.push_back(Open{&value});
        } else if (value.IsArray()) {
            out_.StartArray();
            open_.push_back(Open{&value});
        } else if (value.IsString()) {
            const std::string text = storable_text(characters(value));
            out_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
        } else {
            value.Accept(out_);
        }
    }

    void end(const rapidjson::Value& value)
    {
        if (value.IsObject())
            out_.EndObject();
        else
            out_.EndArray();
    }

    rapidjson::Writer<rapidjson::StringBuffer> out_;
    std::vector<Open> open_;
};

} // namespace

struct JsonDocument::Impl {
    NumberKeeper document;
};

JsonDocument::JsonDocument(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view text)
{
    // RapidJSON would take a NUL byte for the end of the text and overlook what follows.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return Error{ErrorKind::invalid_input, fmt::format("not JSON at byte {}: a NUL byte", nul)};
    auto impl = std::make_unique<Impl>();
    rapidjson::MemoryStream bytes{text.data(), text.size()};
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream{bytes};
    const auto outcome = impl->document.read<parse_flags | rapidjson::kParseNumbersAsStringsFlag>(stream);
    if (outcome.IsError())
        return Error{ErrorKind::invalid_input, fmt::format("not JSON at byte {}: {}", outcome.Offset(),
                                                           rapidjson::GetParseError_En(outcome.Code()))};
    return JsonDocument{std::move(impl)};
}

JsonView JsonDocument::root() const noexcept
{
    return JsonView{static_cast<const rapidjson::Value*>(&impl_->document)};
}

JsonView JsonView::operator[](std::string_view name) const noexcept
{
    const auto* value = value_of(value_);
    if (value == nullptr || !value->IsObject())
        return JsonView{};
    for (const auto& member : value->GetObject())
        if (characters(member.name) == name)
            return JsonView{&member.value};
    return JsonView{};
}

JsonView JsonView::at(std::initializer_list<std::string_view> path) const noexcept
{
    JsonView place = *this;
    for (const auto name : path)
        place = place[name];
    return place;
}

std::size_t JsonView::size() const noexcept
{
    return is_array() ? value_of(value_)->Size() : 0;
}

JsonView JsonView::element(std::size_t index) const noexcept
{
    return index < size() ? JsonView{&(*value_of(value_))[static_cast<rapidjson::SizeType>(index)]} : JsonView{};
}

bool JsonView::exists() const noexcept
{
    return value_ != nullptr && !value_of(value_)->IsNull();
}

bool JsonView::is_object() const noexcept
{
    return value_ != nullptr && value_of(value_)->IsObject();
}

bool JsonView::is_array() const noexcept
{
    return value_ != nullptr && value_of(value_)->IsArray();
}

bool JsonView::is_string() const noexcept
{
    return value_ != nullptr && value_of(value_)->IsString() && !is_number(*value_of(value_));
}

std::string JsonView::text() const
{
    const auto* value = value_of(value_);
    if (value == nullptr || !value->IsString())
        return {};
    return is_number(*value) ? std::string{number_text(*value)} : storable_text(characters(*value));
}

std::optional<std::int64_t> JsonView::integer() const noexcept
{
    const auto* value = value_of(value_);
    if (value == nullptr || !value->IsString())
        return std::nullopt;
    return to_integer(is_number(*value) ? number_text(*value) : characters(*value));
}

std::optional<bool> JsonView::boolean() const noexcept
{
    const auto* value = value_of(value_);
    if (value == nullptr)
        return std::nullopt;
    if (value->IsBool())
        return value->GetBool();
    if (is_string() && (characters(*value) == "true" || characters(*value) == "false"))
        return characters(*value) == "true";
    return std::nullopt;
}

std::optional<Time> JsonView::time() const
{
    constexpr std::int64_t first_milliseconds = 100'000'000'000;
    const auto number = integer();
    if (!number)
        return time_from_text(trimmed(text()));
    // Negative numbers are no time in either unit, and multiplying might overflow.
    const bool is_seconds = *number >= 0 && *number < first_milliseconds;
    return time_from_unix_ms(is_seconds ? *number * 1000 : *number);
}

std::string JsonView::json() const
{
    if (value_ == nullptr)
        return "null";
    rapidjson::StringBuffer buffer;
    TreeWriter{buffer}.write(*value_of(value_));
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace ciclo
