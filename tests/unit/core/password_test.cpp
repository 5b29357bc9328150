#include "core/password.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ciclo;

TEST_CASE("a password is known again by its hash, and no other is", "[core]")
{
    const std::string hash = hash_password("uma senha bem comprida");

    CHECK(hash.starts_with("scrypt$15$8$3$"));
    CHECK(is_password("uma senha bem comprida", hash));
    CHECK_FALSE(is_password("uma senha bem comprid", hash));
    CHECK(hash != hash_password("uma senha bem comprida"));
}

TEST_CASE("a hash of a lower cost is understood, as Python's hashlib makes it", "[core]")
{
    const std::string known = "scrypt$10$8$1$NaCl$27b418c674c769d12501fbb1f53bac32df6514c0f28d043872b148b348961a79";

    CHECK(is_password("password", known));
    CHECK_FALSE(is_password("Password", known));
}

TEST_CASE("a hash that we cannot have written is nobody's password", "[core]")
{
    const std::string hash = hash_password("x");
    for (const char* wrong :
         {"", "scrypt", "scrypt$$$$$", "bcrypt$15$8$3$ab$cd", "scrypt$40$8$3$ab$cd", "scrypt$15$8$999999$ab$cd",
          "scrypt$-1$8$3$ab$cd", "scrypt$15$8$3$ab", "scrypt$15$8$3$ab$cd$"})
        CHECK_FALSE(is_password("x", wrong));
    CHECK_FALSE(is_password("x", hash + "0"));
}
