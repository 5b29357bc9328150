#include "password_prompt.hpp"

#include "arguments.hpp"

#include "model/rules/operator_access.hpp"

#include <fmt/core.h>

#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace ciclo::cli {

namespace {

// What is typed does not show as long as this exists.
class NoEcho {
public:
    NoEcho()
    {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0)
            return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~NoEcho()
    {
        if (changed_)
            (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

private:
    termios before_{};
    bool changed_ = false;
};

std::string asked(const char* question)
{
    fmt::print(stderr, "{}: ", question);
    std::string line;
    {
        const NoEcho silence;
        std::getline(std::cin, line);
    }
    fmt::print(stderr, "\n");
    return line;
}

} // namespace

std::string read_password()
{
    std::string password;
    if (::isatty(STDIN_FILENO) == 1) {
        password = asked("Password");
        if (password != asked("The same again"))
            throw UsageError{"the two are different"};
    } else {
        std::getline(std::cin, password);
    }
    if (password.size() < model::least_password_length || password.size() > model::most_password_length)
        throw UsageError{
            fmt::format("a password has {} to {} characters; it is read from the terminal, or as the first "
                        "line of standard input",
                        model::least_password_length, model::most_password_length)};
    return password;
}

} // namespace ciclo::cli
