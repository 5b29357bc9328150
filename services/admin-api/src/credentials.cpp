#include "credentials.hpp"

#include "core/text.hpp"
#include "model/rules/operator_access.hpp"

#include <fmt/core.h>

#include <chrono>

namespace ciclo::admin {

Credentials credentials_of(const net::HttpRequest& request)
{
    const auto authorization = request.header("Authorization");
    if (!authorization.empty()) {
        // Whoever sends one means it: a wrong one is not made good by a cookie.
        constexpr std::string_view scheme = "bearer ";
        if (lower_case(authorization.substr(0, scheme.size())) == scheme)
            return {std::string{trimmed(authorization.substr(scheme.size()))}, false};
        return {};
    }
    for (const auto& header : request.headers) {
        if (lower_case(header.name) != "cookie")
            continue;
        for (const auto& pair : split(header.value, ';')) {
            const auto cookie = trimmed(pair);
            const auto equals = cookie.find('=');
            if (equals != std::string_view::npos && cookie.substr(0, equals) == session_cookie)
                return {std::string{cookie.substr(equals + 1)}, true};
        }
    }
    return {};
}

bool may_be_forged(const net::HttpRequest& request, const Credentials& credentials)
{
    if (!credentials.from_cookie || request.method == "GET" || request.method == "HEAD")
        return false;
    const auto site = request.header("Sec-Fetch-Site");
    if (!site.empty())
        return site != "same-origin";
    return request.header("X-Requested-With").empty();
}

net::Header set_session_cookie(std::string_view token, bool secure)
{
    const auto life = token.empty() ? 0 : std::chrono::seconds{model::session_life}.count();
    return {"Set-Cookie", fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", session_cookie, token,
                                      life, secure ? "; Secure" : "")};
}

} // namespace ciclo::admin
