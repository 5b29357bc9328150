#include "contracts/request_job.hpp"

#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "core/uuid.hpp"

#include <fmt/core.h>

namespace ciclo::contracts {

namespace {

constexpr std::size_t longest_name = 100;

bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= longest_name &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos;
}

Result<std::string> optional_id(const JsonView& message, std::string_view name)
{
    const JsonView member = message[name];
    if (!member.exists())
        return std::string{};
    if (!member.is_string() || !is_uuid(member.text()))
        return Error{ErrorKind::invalid_input, fmt::format("{} is not a UUID", name), {}};
    return member.text();
}

} // namespace

std::string RequestJob::encode() const
{
    JsonWriter json;
    json.begin_object().member("job", job).member_raw("parameters", parameters);
    json.member_if("job_run_id", job_run_id).member_if("correlation_id", correlation_id).end_object();
    return std::string{json.text()};
}

Result<RequestJob> RequestJob::decode(std::string_view body)
{
    const auto document = JsonDocument::parse(body);
    if (!document)
        return document.error();
    const JsonView root = document->root();
    if (!root.is_object())
        return Error{ErrorKind::invalid_input, "the message is not an object", {}};
    RequestJob request;
    if (!root["job"].is_string() || !is_name(root["job"].text()))
        return Error{ErrorKind::invalid_input, "job is missing or no name of a job", {}};
    request.job = root["job"].text();
    if (root["parameters"].exists()) {
        if (!root["parameters"].is_object())
            return Error{ErrorKind::invalid_input, "parameters is not an object", {}};
        const JsonView product = root["parameters"]["product_id"];
        if (product.exists() && !product.is_string())
            return Error{ErrorKind::invalid_input, "parameters.product_id is not a string", {}};
        request.parameters = root["parameters"].json();
    }
    auto run_id = optional_id(root, "job_run_id");
    if (!run_id)
        return run_id.error();
    auto correlation_id = optional_id(root, "correlation_id");
    if (!correlation_id)
        return correlation_id.error();
    request.job_run_id = std::move(*run_id);
    request.correlation_id = std::move(*correlation_id);
    return request;
}

} // namespace ciclo::contracts
