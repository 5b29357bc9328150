#include "authentication.hpp"

#include "core/crypto.hpp"
#include "core/text.hpp"

namespace ciclo::gateway {

bool has_valid_hottok(const net::HttpRequest& request, const std::vector<std::string>& hottoks)
{
    const std::string_view presented = request.header("X-HOTMART-HOTTOK");
    bool valid = false;
    // All are compared, so that the time does not tell which one matched.
    for (const auto& hottok : hottoks)
        valid = equal_in_constant_time(presented, hottok) || valid;
    return valid;
}

bool has_valid_signature(const net::HttpRequest& request, std::string_view secret)
{
    std::string presented = lower_case(trimmed(request.header("X-Hotmart-Signature")));
    if (presented.starts_with("sha256="))
        presented.erase(0, 7);
    return equal_in_constant_time(presented, hmac_sha256_hex(secret, request.body));
}

} // namespace ciclo::gateway
