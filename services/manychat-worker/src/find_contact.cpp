#include "find_contact.hpp"

#include "core/log.hpp"
#include "model/rules/phone.hpp"

#include <utility>
#include <vector>

namespace ciclo::manychat_worker {

namespace {

using Found = Result<std::optional<manychat::Subscriber>>;

Error nobody(std::string why)
{
    return Error{ErrorKind::not_found, std::move(why), {}};
}

// One search after the other until one finds somebody, or fails.
Found by_numbers(const Tools& tools, const std::vector<std::string>& variants)
{
    const auto field = tools.page.field_id(tools.client, tools.page.phone_field());
    if (!field)
        return field.error();
    for (const auto& variant : variants)
        if (auto found = tools.client.find_by_field(*field, variant); !found || *found)
            return found;
    for (const auto& variant : variants)
        for (const auto& written : {"+" + variant, variant})
            if (auto found = tools.client.find_by_phone(written); !found || *found)
                return found;
    return std::optional<manychat::Subscriber>{};
}

std::pair<std::string, std::string> first_and_last(const std::string& name)
{
    const auto space = name.find(' ');
    if (space == std::string::npos)
        return {name, ""};
    return {name.substr(0, space), name.substr(space + 1)};
}

// The number as ManyChat wrote it may lack its ninth digit.
std::vector<std::string> variants_of(const std::string& digits)
{
    const auto phone = model::phone_from("+" + digits);
    auto variants = phone ? model::lookup_variants(*phone) : std::vector<std::string>{};
    std::erase(variants, digits);
    variants.insert(variants.begin(), digits);
    return variants;
}

Result<manychat::Subscriber> create(const Tools& tools, const model::ManychatWish& wish)
{
    const auto [first, last] = first_and_last(wish.profile.name);
    const auto made =
        tools.client.create_subscriber({first, last, wish.profile.phone_digits, tools.config.consent_phrase});
    if (!made) {
        const Error& error = made.error();
        return error.kind == ErrorKind::refused ? nobody("no contact, and none could be made: " + error.detail) : error;
    }
    if (made->subscriber) {
        log::info("contact made in ManyChat", {{"user_id", wish.user_id}});
        return *made->subscriber;
    }
    const auto found = by_numbers(tools, variants_of(made->exists_as));
    if (!found)
        return found.error();
    if (*found)
        return **found;
    return nobody("ManyChat has a contact with this number that its API does not find: open it there and fill the "
                  "custom field " +
                  tools.page.phone_field());
}

Result<manychat::Subscriber> search(const Tools& tools, const model::ManychatWish& wish, MayCreate may_create)
{
    auto found = by_numbers(tools, model::lookup_variants(*model::phone_from(wish.phone)));
    if (found && !*found)
        found = tools.client.find_by_email(wish.profile.email);
    if (!found)
        return found.error();
    if (*found)
        return **found;
    if (!tools.config.create_contacts)
        return nobody("no contact in ManyChat, and MANYCHAT_CREATE_CONTACTS is off");
    if (may_create == MayCreate::no)
        return nobody(wish.not_found_because);
    return create(tools, wish);
}

} // namespace

std::string search_digest(const model::ManychatWish& wish)
{
    return model::digest_of({{"phone", wish.profile.phone_digits}, {"email", wish.profile.email}});
}

Result<manychat::Subscriber> find_contact(const Tools& tools, const model::ManychatWish& wish, MayCreate may_create)
{
    if (!wish.subscriber_id.empty()) {
        const auto known = tools.client.subscriber(wish.subscriber_id);
        if (!known)
            return known.error();
        if (*known)
            return **known;
        log::warning("a contact is gone from ManyChat; it is looked for again", {{"user_id", wish.user_id}});
        model::forget_subscriber(tools.connection, wish.user_id);
        if (wish.profile.phone_digits.empty())
            return nobody("the contact is gone from ManyChat, and there is no phone to find another one by");
    }
    auto found = search(tools, wish, may_create);
    if (!found)
        return found;
    if (!model::claim_subscriber(tools.connection, wish.user_id, found->id))
        return nobody("the contact with this phone or e-mail belongs to another student already");
    return found;
}

} // namespace ciclo::manychat_worker
