#include "whatsapp/client.hpp"

#include "net/read_again.hpp"
#include "net/url.hpp"
#include "whatsapp/errors.hpp"

#include <fmt/core.h>

#include <utility>

namespace ciclo::whatsapp {

namespace {

constexpr const char* fields =
    "id,name,language,status,category,parameter_format,components,quality_score,rejected_reason";

// Meta quotes a token that it finds malformed.
std::string without(const std::string& secret, std::string text)
{
    for (auto at = text.find(secret); !secret.empty() && at != std::string::npos; at = text.find(secret))
        text.replace(at, secret.size(), "***");
    return text;
}

} // namespace

Client::Client(Settings settings, std::function<bool(std::chrono::milliseconds)> pause)
    : settings_(std::move(settings)), pause_(std::move(pause))
{
}

Result<Listed> Client::templates(const Visit& visit)
{
    Listed listed;
    std::string after;
    std::vector<MessageTemplate> templates;
    while (listed.pages < settings_.most_pages) {
        const auto answer = page(after);
        if (!answer)
            return answer.error();
        const JsonView data = answer->root()["data"];
        ++listed.pages;
        templates.clear();
        for (std::size_t i = 0; i < data.size(); ++i) {
            if (auto one = read_template(data.element(i)))
                templates.push_back(std::move(*one));
            else
                ++listed.unreadable;
        }
        if (!templates.empty())
            if (const auto visited = visit(templates); !visited)
                return visited.error();
        // Cursors are there on the last page, too: only `next` says that there is more. It holds the token, so the
        // address is made here instead.
        const JsonView paging = answer->root()["paging"];
        if (!paging["next"].exists())
            return listed;
        std::string next = paging.at({"cursors", "after"}).text();
        if (next.empty() || next == after)
            break;
        after = std::move(next);
    }
    return Error{ErrorKind::internal, fmt::format("Meta's {} pages of templates lead nowhere", listed.pages), {}};
}

Result<JsonDocument> Client::page(const std::string& after)
{
    std::string url = fmt::format("{}/{}/message_templates?fields={}&limit={}", settings_.api_url, settings_.account_id,
                                  net::percent_encoded(fields), settings_.page_size);
    if (!after.empty())
        url += "&after=" + net::percent_encoded(after);
    net::ReadAgain again{settings_.attempts, settings_.first_delay, pause_};
    for (;;) {
        auto answer = once(url);
        if (answer)
            return answer;
        if (const auto final = again.after(answer.error()))
            return *final;
    }
}

Result<JsonDocument> Client::once(const std::string& url)
{
    net::HttpCall call{"GET", url};
    call.headers = {{"Authorization", "Bearer " + settings_.access_token},
                    {"Accept", "application/json"},
                    {"User-Agent", "ciclo/0.1"}};
    call.timeout = settings_.timeout;
    call.max_response_bytes = settings_.max_page_bytes;
    const auto answer = http_.send(call);
    if (!answer)
        return answer.error();
    if (answer->status / 100 != 2) {
        Error error = classify(*answer);
        error.detail = without(settings_.access_token, std::move(error.detail));
        return error;
    }
    auto document = JsonDocument::parse(answer->body);
    if (!document)
        return Error{ErrorKind::internal, "Meta's answer cannot be read: " + document.error().detail, {}};
    if (!document->root()["data"].is_array())
        return Error{ErrorKind::internal, "Meta's listing of templates holds no data", {}};
    return document;
}

} // namespace ciclo::whatsapp
