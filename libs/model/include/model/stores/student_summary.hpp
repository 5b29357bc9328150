#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// One student at a glance, as an operator asks for it.
namespace ciclo::model {

struct StudentSummary {
    struct Access {
        std::string product;
        std::string status;
        std::string transaction; // by which it came; may be empty
    };
    struct DiscordMember { // as it was seen last
        std::string roles; // ids, separated by ", "
        bool present = false;
        bool pending = false; // has not accepted the rules yet
    };
    struct Trouble {
        std::string effect; // a target of reconciliations, or a channel of messages
        std::string error;
    };
    struct Step {
        std::int64_t milliseconds = 0; // since the latest purchase was received
        std::string type;              // of the audit event
        std::string status;
        std::string detail;
        std::string error;
    };

    std::string email;
    std::string name;
    std::string lifecycle;  // empty: has bought nothing yet
    std::string discord_id; // empty: not known
    std::vector<Access> access;
    std::optional<DiscordMember> member;
    std::string invite_code; // the latest one; may be empty
    std::vector<Trouble> troubles;
    std::vector<Step> steps; // at most fifty
};

StudentSummary read_student_summary(postgres::Connection& connection, const std::string& user_id);

// Is nothing under way for this student? What waits for themselves or for ManyChat does not count.
bool is_settled(postgres::Connection& connection, const std::string& user_id);

} // namespace ciclo::model
