#pragma once

#include "core/json.hpp"

#include <optional>
#include <string>

namespace ciclo::whatsapp {

// A message template as Meta lists it (developers.facebook.com, "WhatsApp Business Management API", message templates).
// Its key is name and language: one name has an entry for each language.
struct MessageTemplate {
    std::string id; // Meta's, a number kept as text
    std::string name;
    std::string language;         // "pt_BR"; always with an underscore
    std::string status;           // APPROVED, PENDING, REJECTED, PAUSED ... in capitals; others may come
    std::string category;         // MARKETING, UTILITY, AUTHENTICATION
    std::string parameter_format; // POSITIONAL or NAMED
    std::string components;       // JSON array: header, body, footer, buttons
    std::string quality;          // GREEN, YELLOW, RED; empty: not known yet
    std::string rejected_reason;  // INVALID_FORMAT ...; empty: none
};

// Nothing when name, language or status is missing.
std::optional<MessageTemplate> read_template(JsonView entry);

} // namespace ciclo::whatsapp
