#include "core/password.hpp"

#include "core/crypto.hpp"
#include "core/text.hpp"

#include <openssl/evp.h>

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <vector>

namespace ciclo {

namespace {

struct Cost {
    unsigned log_n;
    unsigned block_size;
    unsigned parallel;
};

// As strong as N = 2^17 with p = 1, with a quarter of the memory.
constexpr Cost present_cost{15, 8, 3};
constexpr unsigned most_log_n = 17;
constexpr unsigned most_block_size = 8;
constexpr unsigned most_parallel = 8;
constexpr std::uint64_t most_memory = std::uint64_t{160} << 20;
constexpr std::size_t key_size = 32;
constexpr std::size_t salt_size = 16;

std::string hex(const unsigned char* bytes, std::size_t size)
{
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
        text += fmt::format("{:02x}", bytes[i]);
    return text;
}

// The salt goes in as the text that is kept: nothing has to be decoded.
std::string derived_key(std::string_view password, std::string_view salt, const Cost& cost)
{
    std::array<unsigned char, key_size> key{};
    if (EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                       salt.size(), std::uint64_t{1} << cost.log_n, cost.block_size, cost.parallel, most_memory,
                       key.data(), key.size()) != 1)
        throw std::runtime_error("scrypt is not available in this OpenSSL");
    return hex(key.data(), key.size());
}

std::optional<unsigned> number(std::string_view text, unsigned most)
{
    unsigned value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || value == 0 || value > most)
        return std::nullopt;
    return value;
}

} // namespace

std::string hash_password(std::string_view password)
{
    std::array<unsigned char, salt_size> bytes{};
    random_bytes(bytes);
    const std::string salt = hex(bytes.data(), bytes.size());
    return fmt::format("scrypt${}${}${}${}${}", present_cost.log_n, present_cost.block_size, present_cost.parallel,
                       salt, derived_key(password, salt, present_cost));
}

bool is_password(std::string_view password, std::string_view hash)
{
    const std::vector<std::string> parts = split(hash, '$');
    if (parts.size() != 6 || parts[0] != "scrypt")
        return false;
    const auto log_n = number(parts[1], most_log_n);
    const auto block_size = number(parts[2], most_block_size);
    const auto parallel = number(parts[3], most_parallel);
    if (!log_n || !block_size || !parallel)
        return false;
    return equal_in_constant_time(derived_key(password, parts[4], {*log_n, *block_size, *parallel}), parts[5]);
}

} // namespace ciclo
