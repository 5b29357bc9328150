#pragma once

#include "core/result.hpp"
#include "postgres/connection.hpp"

#include <string>
#include <vector>

// One function for each command; it answers the exit code. UsageError means a wrong command line.
namespace ciclo::cli {

using Words = std::vector<std::string>;

int migrate(const Words& words);
int admin(const Words& words);
int product(const Words& words);
int rule(const Words& words);
int school_class(const Words& words); // `class` is a word of C++
int setting(const Words& words);
int student(const Words& words);
int events(const Words& words);
int failures(const Words& words);
int sales(const Words& words);
int audit(const Words& words);
int buyers(const Words& words);
int replay(const Words& words);
int jobs(const Words& words);
int students(const Words& words);
int discord(const Words& words);
int templates(const Words& words);
int doctor(const Words& words);
int healthcheck(const Words& words);

// To DATABASE_URL. Throws with a sentence that says what to do.
postgres::Connection connect();

// Says what went wrong; answers the exit code.
int fail(const Error& error);

} // namespace ciclo::cli
