#include "net/http_message.hpp"

#include "core/json_writer.hpp"
#include "net/url.hpp"

#include <algorithm>

namespace ciclo::net {

namespace {

char lower(char letter) noexcept
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

bool same_name(std::string_view one, std::string_view other) noexcept
{
    return std::ranges::equal(one, other, {}, lower, lower);
}

// In a form, '+' is a blank.
std::string form_decoded(std::string_view text)
{
    std::string blanks{text};
    std::ranges::replace(blanks, '+', ' ');
    return percent_decoded(blanks);
}

} // namespace

std::string_view find_header(const std::vector<Header>& headers, std::string_view name) noexcept
{
    for (const Header& header : headers) {
        if (same_name(header.name, name))
            return header.value;
    }
    return {};
}

std::string HttpRequest::path() const
{
    return target.substr(0, target.find('?'));
}

std::optional<std::string> HttpRequest::query(std::string_view name) const
{
    const auto question_mark = target.find('?');
    if (question_mark == std::string::npos)
        return std::nullopt;
    std::string_view rest = std::string_view{target}.substr(question_mark + 1);
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto equals = std::min(pair.find('='), pair.size());
        if (form_decoded(pair.substr(0, equals)) == name)
            return form_decoded(pair.substr(std::min(equals + 1, pair.size())));
    }
    return std::nullopt;
}

HttpResponse problem(int status, std::string_view title, std::string_view detail)
{
    JsonWriter json;
    json.begin_object()
        .member("type", "about:blank")
        .member("title", title)
        .member("status", status)
        .member("detail", detail)
        .end_object();
    return HttpResponse{status, "application/problem+json", std::string{json.text()}, {}};
}

} // namespace ciclo::net
