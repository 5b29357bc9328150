#include "student_report.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::cli;

namespace {

model::StudentSummary somebody()
{
    model::StudentSummary student;
    student.email = "ana@escola.example";
    student.name = "Ana";
    return student;
}

bool says(const model::StudentSummary& student, const std::string& words)
{
    return student_report(student).find(words) != std::string::npos;
}

} // namespace

TEST_CASE("a student's report tells where they stand with Discord", "[cli]")
{
    auto student = somebody();
    CHECK(says(student, "Discord     no account known"));

    student.invite_code = "abc";
    CHECK(says(student, "invited by e-mail: https://discord.gg/abc"));

    student.discord_id = "800";
    CHECK(says(student, "account 800, not looked up yet"));

    student.member = {"", false, false};
    CHECK(says(student, "account 800, not in the guild"));

    student.member = {"", true, true};
    CHECK(says(student, "account 800, roles: none (has not accepted the rules yet)"));

    student.member = {"1, 2", true, false};
    CHECK(says(student, "account 800, roles: 1, 2\n"));
}

TEST_CASE("a student's report tells state, access, trouble and what happened, and leaves out what there is none of",
          "[cli]")
{
    auto student = somebody();
    CHECK(says(student, "Ana <ana@escola.example>\n  State       no purchase yet\n"));
    CHECK_FALSE(says(student, "Since the latest purchase"));

    student.lifecycle = "active";
    student.access = {{"Clube", "active", "HP1"}};
    student.troubles = {{"discord", "the role is too high"}};
    student.steps = {{12, "lifecycle.transition", "processed", "active", ""},
                     {40, "discord.role_assigned", "failed", "7", "the role is too high"}};

    CHECK(says(student, "  State       active\n  Access      Clube: active (HP1)\n"));
    CHECK(says(student, "  Trouble     discord: the role is too high\n"));
    CHECK(says(student, "12 ms  lifecycle.transition       active\n"));
    CHECK(says(student, "40 ms  discord.role_assigned      7 failed the role is too high\n"));
}
