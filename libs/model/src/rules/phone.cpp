#include "model/rules/phone.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace ciclo::model {

namespace {

// Area codes in use, row by row of their first digit.
bool is_area(std::string_view code)
{
    constexpr std::string_view second_digits[] = {"123456789", "12478",  "1234578",   "123456789", "1345",
                                                  "123456789", "134579", "123456789", "123456789"};
    const int row = code[0] - '1';
    return row >= 0 && second_digits[row].find(code[1]) != std::string_view::npos;
}

bool is_between(char digit, char least, char most)
{
    return digit >= least && digit <= most;
}

// Digits only; nothing when there is something in it that belongs to no single number.
std::optional<std::string> digits_of(std::string_view text)
{
    std::string digits;
    for (const char c : text) {
        if (is_between(c, '0', '9'))
            digits += c;
        else if (std::string_view{" ()-.\t"}.find(c) == std::string_view::npos)
            return std::nullopt;
    }
    return digits;
}

// Area and subscriber number, without country, trunk or carrier codes.
std::optional<Phone> national(std::string_view number)
{
    if ((number.size() != 10 && number.size() != 11) || !is_area(number.substr(0, 2)))
        return std::nullopt;
    const std::string area{number.substr(0, 2)};
    const std::string subscriber{number.substr(2)};
    if (subscriber.size() == 9)
        return subscriber[0] == '9' ? std::optional{Phone{"+55" + area + subscriber, PhoneKind::mobile}} : std::nullopt;
    if (is_between(subscriber[0], '2', '5'))
        return Phone{"+55" + area + subscriber, PhoneKind::fixed_line};
    if (is_between(subscriber[0], '6', '9'))
        return Phone{"+55" + area + "9" + subscriber, PhoneKind::mobile};
    return std::nullopt;
}

std::optional<Phone> international(std::string_view digits)
{
    if (!digits.starts_with("55")) {
        if (digits.size() < 8 || digits.size() > 15)
            return std::nullopt;
        return Phone{"+" + std::string{digits}, PhoneKind::foreign};
    }
    digits.remove_prefix(2);
    if (digits.starts_with('0'))
        digits.remove_prefix(1);
    return national(digits);
}

} // namespace

std::optional<Phone> phone_from(std::string_view raw)
{
    raw = trimmed(raw);
    const bool has_plus = raw.starts_with('+');
    if (has_plus)
        raw.remove_prefix(1);
    const auto found = digits_of(raw);
    if (!found)
        return std::nullopt;
    std::string_view digits{*found};
    const auto size = digits.size();
    if (has_plus)
        return international(digits);
    if (digits.starts_with("00"))
        return international(digits.substr(2));
    if (digits.starts_with('0')) {
        // A trunk zero, perhaps with the two digits of the carrier after it.
        if (size == 11 || size == 12)
            return national(digits.substr(1));
        return size == 13 || size == 14 ? national(digits.substr(3)) : std::nullopt;
    }
    if (digits.starts_with("550") && (size == 13 || size == 14))
        return national(digits.substr(3));
    // By length: 55 is also an area code.
    if (digits.starts_with("55") && (size == 12 || size == 13))
        return national(digits.substr(2));
    return national(digits);
}

std::vector<std::string> lookup_variants(const Phone& phone)
{
    std::vector<std::string> variants{phone.digits()};
    constexpr std::size_t ninth = 4; // after country and area
    if (phone.kind == PhoneKind::mobile && is_between(variants[0][ninth + 1], '6', '9'))
        variants.push_back(variants[0].substr(0, ninth) + variants[0].substr(ninth + 1));
    return variants;
}

} // namespace ciclo::model
