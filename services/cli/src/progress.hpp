#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace ciclo::cli {

// How far a long command has come: one line that is rewritten on a terminal, a line every few seconds
// elsewhere.
class Progress {
public:
    Progress(std::string what, std::size_t total);
    void advance(std::size_t by);
    // For work that somebody else does: how far that has come. A total of 0: not known yet.
    void show(std::size_t done, std::size_t total);
    void finish();

private:
    void print_now_and_then();
    void print(bool last);

    std::string what_;
    std::size_t total_;
    std::size_t done_ = 0;
    bool is_terminal_;
    std::chrono::steady_clock::time_point next_{};
};

} // namespace ciclo::cli
