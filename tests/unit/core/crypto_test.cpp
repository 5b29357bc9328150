#include "core/crypto.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace ciclo;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4", "[core][crypto]")
{
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("HMAC-SHA-256 gives the codes of RFC 4231", "[core][crypto]")
{
    CHECK(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There") ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hmac_sha256_hex(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    CHECK(hmac_sha256_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(hmac_sha256_hex("", "") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("secrets are equal only when every byte is", "[core][crypto]")
{
    using namespace std::string_view_literals;
    CHECK(equal_in_constant_time("hottok", "hottok"));
    CHECK(equal_in_constant_time("", ""));
    CHECK(equal_in_constant_time("a\0b"sv, "a\0b"sv));

    CHECK_FALSE(equal_in_constant_time("hottok", "hottoK"));
    CHECK_FALSE(equal_in_constant_time("hottok", "hotto"));
    CHECK_FALSE(equal_in_constant_time("", "h"));
    CHECK_FALSE(equal_in_constant_time("a\0b"sv, "a\0c"sv));
}

TEST_CASE("random bytes fill the whole place and differ each time", "[core][crypto]")
{
    std::array<unsigned char, 32> first{};
    std::array<unsigned char, 32> second{};
    random_bytes(first);
    random_bytes(second);

    CHECK(first != second);
    CHECK(first != std::array<unsigned char, 32>{});
    CHECK_NOTHROW(random_bytes({}));
}

TEST_CASE("what was sealed opens with its secret only, and not when a bit has changed", "[core]")
{
    const std::string plain = "H4sIAAAA\0token";
    std::string sealed = ciclo::seal("secret", plain);

    CHECK(ciclo::unseal("secret", sealed) == plain);
    CHECK(ciclo::seal("secret", plain) != sealed);
    CHECK(sealed.find("token") == std::string::npos);
    CHECK_FALSE(ciclo::unseal("another", sealed));
    CHECK_FALSE(ciclo::unseal("secret", sealed.substr(0, 20)));
    sealed[14] = static_cast<char>(sealed[14] ^ 1);
    CHECK_FALSE(ciclo::unseal("secret", sealed));
}
