#include "doctor_manychat.hpp"

#include "manychat/client.hpp"
#include "model/stores/manychat_store.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ciclo::cli {

namespace {

// A handful of calls: far from any limit.
class NoPace : public manychat::Pace {
public:
    std::chrono::milliseconds reserve(std::string_view, int) override { return std::chrono::milliseconds{0}; }
    void hold(std::string_view, std::chrono::milliseconds) override {}
};

void check_flows(std::vector<Finding>& findings, manychat::Client& client, postgres::Connection& connection)
{
    const auto flows = client.flows();
    if (!flows) {
        findings.push_back({false, "ManyChat flows", flows.error().detail});
        return;
    }
    for (const auto& chosen : model::chosen_manychat_flows(connection)) {
        const auto found =
            std::find_if(flows->begin(), flows->end(), [&](const auto& one) { return one.ns == chosen.flow_ns; });
        if (found != flows->end())
            findings.push_back({true, "ManyChat flow", fmt::format("{}: \"{}\"", chosen.used_for, found->name)});
        else
            findings.push_back({false, "ManyChat flow",
                                fmt::format("{}: the page has no flow {}: choose one of those that ManyChat shows",
                                            chosen.used_for, chosen.flow_ns)});
    }
}

void check_tags(std::vector<Finding>& findings, manychat::Client& client, postgres::Connection& connection)
{
    const auto tags = client.tags();
    if (!tags) {
        findings.push_back({false, "ManyChat tags", tags.error().detail});
        return;
    }
    const auto managed = model::managed_manychat_tags(connection);
    const auto missing =
        std::count_if(managed.begin(), managed.end(), [&](const auto& tag) { return !tags->contains(tag); });
    findings.push_back({true, "ManyChat tags",
                        fmt::format("{} of ours exist, {} will be made when they are first given",
                                    managed.size() - static_cast<std::size_t>(missing), missing)});
}

} // namespace

std::vector<Finding> look_at_manychat(const std::string& api_url, const std::string& api_token,
                                      postgres::Connection* connection)
{
    if (api_token.empty())
        return {{false, "ManyChat", "MANYCHAT_API_TOKEN is not set"}};
    NoPace pace;
    manychat::Client client{{api_url, api_token}, pace};
    const auto name = client.page_name();
    if (!name && name.error().kind == ErrorKind::unauthorized)
        return {{false, "ManyChat",
                 "the token is not accepted: make a new one in ManyChat's settings (API) and set "
                 "MANYCHAT_API_TOKEN"}};
    if (!name)
        return {{false, "ManyChat", name.error().detail}};
    std::vector<Finding> findings{{true, "ManyChat", fmt::format("the token is accepted, page \"{}\"", *name)}};
    if (connection != nullptr) {
        check_flows(findings, client, *connection);
        check_tags(findings, client, *connection);
    }
    return findings;
}

} // namespace ciclo::cli
