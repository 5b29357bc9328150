#include "model/rules/manychat_wish.hpp"

#include "core/crypto.hpp"

#include <array>
#include <map>

namespace ciclo::model {

namespace {

// From the one that gives most to the one that gives least.
constexpr std::array statuses{CourseStatus::ativo, CourseStatus::inadimplente, CourseStatus::cancelado,
                              CourseStatus::reembolsado};

// Each part with its length, so that no two lists give the same text.
void append(std::string& text, std::string_view part)
{
    text += std::to_string(part.size());
    text += ':';
    text += part;
}

} // namespace

std::optional<CourseStatus> course_status_from(std::string_view text) noexcept
{
    for (const CourseStatus status : statuses)
        if (to_string(status) == text)
            return status;
    return std::nullopt;
}

std::string status_tag(std::string_view course, CourseStatus status)
{
    return std::string{course} + ", " + std::string{to_string(status)};
}

std::set<std::string> course_tags(std::span<const CourseStanding> courses)
{
    std::map<std::string, CourseStatus> best;
    for (const CourseStanding& one : courses) {
        const auto [known, is_new] = best.emplace(one.course, one.status);
        if (!is_new && one.status < known->second)
            known->second = one.status;
    }
    std::set<std::string> tags;
    for (const auto& [course, status] : best) {
        tags.insert(course);
        tags.insert(status_tag(course, status));
    }
    return tags;
}

std::set<std::string> managed_course_tags(std::span<const std::string> courses)
{
    std::set<std::string> tags;
    for (const auto& course : courses) {
        tags.insert(course);
        for (const CourseStatus status : statuses)
            tags.insert(status_tag(course, status));
    }
    return tags;
}

TagDifference tag_difference(const std::set<std::string>& wanted, const std::set<std::string>& has,
                             const std::set<std::string>& ours)
{
    TagDifference difference;
    for (const auto& tag : wanted)
        if (!has.contains(tag))
            difference.to_add.push_back(tag);
    for (const auto& tag : has)
        if (ours.contains(tag) && !wanted.contains(tag))
            difference.to_remove.push_back(tag);
    return difference;
}

CustomFields custom_fields(const ContactProfile& profile, const std::string& phone_field)
{
    CustomFields fields;
    const auto add = [&fields](const std::string& name, const std::string& value) {
        if (!value.empty())
            fields.emplace_back(name, value);
    };
    add("name", profile.name);
    add("email", profile.email);
    fields.emplace_back("onboarding_token", profile.onboarding_token);
    add("lifecycle_status", profile.lifecycle);
    add(phone_field, profile.phone_digits);
    return fields;
}

std::vector<std::string> custom_field_names(const std::string& phone_field)
{
    return {"name", "email", "onboarding_token", "lifecycle_status", phone_field, "product", "invite_link"};
}

std::string digest_of(const CustomFields& fields)
{
    std::string text;
    for (const auto& [name, value] : fields) {
        append(text, name);
        append(text, value);
    }
    return sha256_hex(text).substr(0, 32);
}

} // namespace ciclo::model
