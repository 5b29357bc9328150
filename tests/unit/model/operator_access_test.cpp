#include "model/rules/catalogue_input.hpp"
#include "model/rules/operator_access.hpp"

#include <catch2/catch.hpp>

using namespace ciclo::model;

TEST_CASE("a student may do nothing, support helps, an admin decides", "[model][admin]")
{
    for (const Permission permission :
         {Permission::sign_in, Permission::look, Permission::assist, Permission::manage}) {
        CHECK_FALSE(may(Role::student, permission));
        CHECK(may(Role::support, permission) == (permission != Permission::manage));
        CHECK(may(Role::admin, permission));
    }
}

TEST_CASE("a role is read by its name only", "[model][admin]")
{
    for (const Role role : {Role::student, Role::support, Role::admin})
        CHECK(role_from(to_string(role)) == role);
    for (const char* wrong : {"", "Admin", "owner", "admin "})
        CHECK_FALSE(role_from(wrong));
}

TEST_CASE("the sixth try of an account and the thirty-first of an address are too many", "[model][admin]")
{
    CHECK(may_try_password({5, 30}));
    CHECK_FALSE(may_try_password({6, 1}));
    CHECK_FALSE(may_try_password({1, 31}));
}

TEST_CASE("what is written into the catalogue is looked at first", "[model][admin]")
{
    CHECK(check_identifier("product.id", "4100200").has_value());
    CHECK_FALSE(check_identifier("product", "4100200").has_value());
    CHECK_FALSE(check_identifier("offer.code", "").has_value());
    CHECK(check_access_rule("discord_role", "700000000000000101").has_value());
    CHECK_FALSE(check_access_rule("discord_role", "Aluno").has_value());
    CHECK(check_access_rule("manychat_tag", "Aluno").has_value());
    CHECK_FALSE(check_access_rule("manychat_tag", "").has_value());
    CHECK_FALSE(check_access_rule("role", "700000000000000101").has_value());
}
