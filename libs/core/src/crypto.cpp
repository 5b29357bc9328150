#include "core/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace ciclo {

namespace {

std::string to_hex(std::span<const unsigned char> bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

std::array<unsigned char, 32> key_from(std::string_view secret)
{
    std::array<unsigned char, 32> key{};
    unsigned size = 0;
    if (EVP_Digest(secret.data(), secret.size(), key.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available in this OpenSSL");
    return key;
}

const unsigned char* bytes_of(std::string_view text) noexcept
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

void random_bytes(std::span<unsigned char> out)
{
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
        throw std::runtime_error("the system has no random bytes to give");
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string sha256_hex(std::string_view data)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available in this OpenSSL");
    return to_hex(std::span{digest}.first(size));
}

std::string hmac_sha256_hex(std::string_view key, std::string_view data)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(data), data.size(), digest.data(),
             &size) == nullptr)
        throw std::runtime_error("HMAC-SHA-256 is not available in this OpenSSL");
    return to_hex(std::span{digest}.first(size));
}

std::string seal(std::string_view secret, std::string_view plain)
{
    const auto key = key_from(secret);
    std::string sealed(nonce_size + plain.size() + tag_size, '\0');
    auto* out = reinterpret_cast<unsigned char*>(sealed.data());
    random_bytes({out, nonce_size});
    const Cipher cipher{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
    int written = 0;
    int rest = 0;
    unsigned char* const text = out + nonce_size;
    if (!cipher || EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), out) != 1 ||
        EVP_EncryptUpdate(cipher.get(), text, &written, bytes_of(plain), static_cast<int>(plain.size())) != 1 ||
        EVP_EncryptFinal_ex(cipher.get(), text + written, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_size, text + plain.size()) != 1)
        throw std::runtime_error("AES-256-GCM is not available in this OpenSSL");
    return sealed;
}

std::optional<std::string> unseal(std::string_view secret, std::string_view sealed)
{
    if (sealed.size() < nonce_size + tag_size)
        return std::nullopt;
    const auto key = key_from(secret);
    std::string plain(sealed.size() - nonce_size - tag_size, '\0');
    std::string tag{sealed.substr(sealed.size() - tag_size)};
    const Cipher cipher{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
    auto* out = reinterpret_cast<unsigned char*>(plain.data());
    int written = 0;
    int rest = 0;
    if (!cipher || EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(sealed)) != 1 ||
        EVP_DecryptUpdate(cipher.get(), out, &written, bytes_of(sealed) + nonce_size, static_cast<int>(plain.size())) !=
            1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) != 1 ||
        EVP_DecryptFinal_ex(cipher.get(), out + written, &rest) != 1)
        return std::nullopt;
    return plain;
}

} // namespace ciclo
