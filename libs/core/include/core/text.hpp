#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ciclo {

// Without blanks, tabs and line ends at both ends.
std::string_view trimmed(std::string_view text) noexcept;

// ASCII letters only: enough for e-mail addresses and header names.
std::string lower_case(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);

// What PostgreSQL can store as text: valid UTF-8 without NUL. Offending bytes become U+FFFD, because
// an outside text with one bad byte is worth more than an event that can never be stored.
std::string storable_text(std::string_view text);

// "Rita.Alves@Example.com" -> "r***@example.com": for logs, which hold no personal data.
std::string masked_email(std::string_view email);

} // namespace ciclo
