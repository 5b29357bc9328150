#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Telephone numbers as Brazilian buyers write them (numbering plan of Anatel; ITU-T E.164).
namespace ciclo::model {

enum class PhoneKind { mobile, fixed_line, foreign };

struct Phone {
    std::string e164; // "+5531987654321", a mobile always with its ninth digit
    PhoneKind kind;

    std::string digits() const { return e164.substr(1); }
    friend bool operator==(const Phone&, const Phone&) = default;
};

// Nothing for what is no number, is two, or lacks its area code: an area is never guessed.
std::optional<Phone> phone_from(std::string_view raw);

// The forms, digits only and likeliest first, under which others may have stored the number: an account that is
// older than the ninth digit may still lack it. A mobile whose next digit is 0-5 never had an old form.
std::vector<std::string> lookup_variants(const Phone& phone);

} // namespace ciclo::model
