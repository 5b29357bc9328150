#pragma once

#include <string>
#include <string_view>

namespace ciclo::cli {

// One line of the doctor's.
struct Finding {
    bool is_right = false;
    std::string what;
    std::string detail; // how it is, or what to do about it
};

// The same in each language that people may read.
struct Text {
    std::string_view pt;
    std::string_view es;
    std::string_view en;

    // `locale`: "pt-BR", "es" or "en".
    std::string_view in(std::string_view locale) const { return locale == "en" ? en : locale == "es" ? es : pt; }
};

} // namespace ciclo::cli
