#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ciclo::bench {

struct Options {
    std::uint16_t port = 0;
    std::string hottok;
    std::size_t connections = 64;
    std::chrono::seconds duration{10};
    std::optional<int> per_second;              // open loop at this rate; without: closed loop, as fast as it goes
    std::string product_id = "4100200";         // seven digits
    std::optional<std::uint64_t> first_student; // buyers get consecutive numbers from here; without: from a random one
    bool print_payload = false;                 // only print one event
};

// Throws std::invalid_argument with a sentence for the person at the keyboard.
Options read_options(int argc, char** argv);

std::string usage();

} // namespace ciclo::bench
