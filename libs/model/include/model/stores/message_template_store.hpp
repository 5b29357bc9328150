#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What is known of Meta's message templates: table message_templates. Their key is account, name and language.
namespace ciclo::model {

struct MessageTemplate {
    std::string meta_template_id;
    std::string name;
    std::string language;
    std::string status;
    std::string category;
    std::string parameter_format;
    std::string components; // JSON array
    std::string quality;
    std::string rejected_reason;
};

struct TemplatesWritten {
    std::size_t inserted = 0;
    std::size_t updated = 0;
};

// Writes only what differs. Of two entries with the same key the last one counts.
TemplatesWritten write_message_templates(postgres::Connection& connection, const std::string& waba_id,
                                         std::span<const MessageTemplate> templates, Time now);

struct TemplateKey {
    std::string name;
    std::string language;
};

// Marks those of the account that a whole listing did not have; they come back when one has them again. Answers how
// many that were.
std::size_t mark_missing_templates(postgres::Connection& connection, const std::string& waba_id,
                                   std::span<const TemplateKey> listed, Time now);

struct KnownTemplate {
    MessageTemplate shown;
    std::string waba_id;
    bool is_missing = false;
    bool may_be_sent = false; // approved, and still there
    Time changed_at{};
};

// By name and language. An empty status: all.
std::vector<KnownTemplate> list_message_templates(postgres::Connection& connection, std::string_view status = {});

} // namespace ciclo::model
