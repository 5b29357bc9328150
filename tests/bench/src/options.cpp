#include "options.hpp"

#include <fmt/core.h>

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace ciclo::bench {

namespace {

template <class Number>
Number number(std::string_view name, std::string_view text, Number least, Number most)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        throw std::invalid_argument(
            fmt::format("{} must be a number from {} to {}, not \"{}\"", name, least, most, text));
    return value;
}

void set(Options& options, std::string_view name, std::string_view value)
{
    if (name == "--port")
        options.port = number<std::uint16_t>(name, value, 1, 65535);
    else if (name == "--hottok")
        options.hottok = value;
    else if (name == "--connections")
        options.connections = number<std::size_t>(name, value, 1, 4096);
    else if (name == "--seconds")
        options.duration = std::chrono::seconds{number<int>(name, value, 1, 600)};
    else if (name == "--rate")
        options.per_second = number<int>(name, value, 1, 100'000);
    else if (name == "--product-id")
        options.product_id = std::to_string(number<std::uint64_t>(name, value, 1'000'000, 9'999'999));
    else if (name == "--first-student")
        options.first_student = number<std::uint64_t>(name, value, 0, 900'000'000'000);
    else
        throw std::invalid_argument(fmt::format("there is no option {}", name));
}

} // namespace

Options read_options(int argc, char** argv)
{
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--print-payload") {
            options.print_payload = true;
            continue;
        }
        if (i + 1 == argc)
            throw std::invalid_argument(fmt::format("{} needs a value", name));
        set(options, name, argv[++i]);
    }
    if (!options.print_payload && options.port == 0)
        throw std::invalid_argument("--port is missing");
    return options;
}

std::string usage()
{
    return "usage: ciclo-bench-load --port PORT --hottok TOKEN [--seconds 10] [--connections 64]\n"
           "         [--rate PER_SECOND] [--product-id 4100200] [--first-student NUMBER]\n"
           "       ciclo-bench-load --print-payload\n"
           "Sends purchases, each of another student, to the gateway on 127.0.0.1 and prints the figures as JSON.\n";
}

} // namespace ciclo::bench
