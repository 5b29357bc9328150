#include "routes.hpp"

#include "endpoints.hpp"

#include "core/text.hpp"
#include "net/url.hpp"

#include <array>

namespace ciclo::admin {

namespace {

using enum model::Permission;

constexpr auto routes = std::to_array<Route>({
    {"POST", "/admin/sign-in", std::nullopt, sign_in_with_password},
    {"POST", "/admin/sign-out", sign_in, sign_out},
    {"GET", "/admin/me", sign_in, show_me},
    {"GET", "/admin/tokens", sign_in, list_tokens},
    {"POST", "/admin/tokens", sign_in, create_token},
    {"DELETE", "/admin/tokens/{}", sign_in, delete_token},

    {"GET", "/admin/events", look, list_events},
    {"POST", "/admin/events/{}/retry", assist, retry_event},
    {"POST", "/admin/events/manychat-sync", manage, sync_manychat},
    {"GET", "/admin/onboarding/stuck", look, list_stuck_onboardings},
    {"POST", "/admin/students/{}/onboarding-token", assist, renew_onboarding_token},

    {"GET", "/admin/jobs", look, list_jobs, Live::when_accepted},
    {"GET", "/admin/jobs/stream", look, list_jobs, Live::always},
    {"GET", "/admin/jobs/runs", look, list_job_runs},
    {"GET", "/admin/jobs/runs/{}", look, show_job_run},
    {"POST", "/admin/jobs/{}", manage, start_job},

    {"GET", "/admin/products", look, list_products},
    {"POST", "/admin/products", manage, create_product},
    {"GET", "/admin/products/{}", look, show_product},
    {"PATCH", "/admin/products/{}", manage, change_product},
    {"DELETE", "/admin/products/{}", manage, delete_product},
    {"POST", "/admin/products/{}/identifiers", manage, create_identifier},
    {"DELETE", "/admin/products/{}/identifiers/{}/{}", manage, delete_identifier},
    {"POST", "/admin/products/{}/access-rules", manage, create_access_rule},
    {"PATCH", "/admin/access-rules/{}", manage, change_access_rule},
    {"DELETE", "/admin/access-rules/{}", manage, delete_access_rule},
    {"GET", "/admin/buyers/courses", look, list_courses_of_buyer},
    {"GET", "/admin/mappings", look, list_mappings},
    {"POST", "/admin/mappings", manage, create_mapping},
    {"PATCH", "/admin/mappings/{}", manage, change_mapping},
    {"DELETE", "/admin/mappings/{}", manage, delete_mapping},

    {"GET", "/admin/message-templates", look, list_message_templates},
});

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& captures)
{
    const auto wanted = split(pattern, '/');
    const auto parts = split(path, '/');
    if (wanted.size() != parts.size())
        return false;
    captures.clear();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] == "{}" && !parts[i].empty())
            captures.push_back(net::percent_decoded(parts[i]));
        else if (wanted[i] != parts[i])
            return false;
    }
    return true;
}

} // namespace

std::span<const Route> all_routes() noexcept
{
    return routes;
}

FoundRoute find_route(std::string_view method, std::string_view path)
{
    FoundRoute found;
    for (const Route& route : routes) {
        if (!matches(route.pattern, path, found.captures))
            continue;
        if (route.method == method) {
            found.route = &route;
            return found;
        }
        found.allowed += (found.allowed.empty() ? "" : ", ") + std::string{route.method};
    }
    return found;
}

} // namespace ciclo::admin
