#pragma once

#include "model/rules/projection.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a student's contact in ManyChat should look like.
namespace ciclo::model {

struct CourseStanding {
    std::string course; // the product's name, as it stands in the tag
    CourseStatus status;
};

std::optional<CourseStatus> course_status_from(std::string_view text) noexcept;

// "{course}, {status}".
std::string status_tag(std::string_view course, CourseStatus status);

// `{course}` and `{course}, {status}` of each: 2N tags for N courses. Courses of one name are one course; the
// status that gives most wins.
std::set<std::string> course_tags(std::span<const CourseStanding> courses);

// Every tag that ciclo may give for these courses. Whatever else a contact has is none of our business.
std::set<std::string> managed_course_tags(std::span<const std::string> courses);

struct TagDifference {
    std::vector<std::string> to_add;
    std::vector<std::string> to_remove; // ours, and not wanted
};

TagDifference tag_difference(const std::set<std::string>& wanted, const std::set<std::string>& has,
                             const std::set<std::string>& ours);

struct ContactProfile {
    std::string name;
    std::string email;
    std::string onboarding_token; // empty: none is open
    std::string lifecycle;
    std::string phone_digits;
};

using CustomFields = std::vector<std::pair<std::string, std::string>>;

// name, email, onboarding_token, lifecycle_status, and the number under `phone_field`, by which the contact is found
// again. Unknown ones are left out, but for the token: one that is used or over should not be shown any more.
CustomFields custom_fields(const ContactProfile& profile, const std::string& phone_field);

// Every field that ciclo ever sets, those of flows included.
std::vector<std::string> custom_field_names(const std::string& phone_field);

// The same text for the same content, short and without personal data.
std::string digest_of(const CustomFields& fields);

} // namespace ciclo::model
