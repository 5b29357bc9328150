#include "page.hpp"

#include "core/log.hpp"
#include "core/text.hpp"

namespace ciclo::manychat_worker {

Result<void> Page::read(manychat::Client& client)
{
    const auto fields = client.custom_fields();
    if (!fields)
        return fields.error();
    ids_.clear();
    for (const auto& field : *fields)
        ids_[lower_case(field.name)] = field.id;
    known_ = true;
    return {};
}

Result<std::string> Page::field_id(manychat::Client& client, const std::string& name)
{
    const std::lock_guard lock{mutex_};
    const std::string key = lower_case(name);
    if (!known_)
        if (const auto done = read(client); !done)
            return done.error();
    if (const auto found = ids_.find(key); found != ids_.end())
        return found->second;
    const auto made = client.create_text_field(name);
    if (!made && made.error().kind != ErrorKind::duplicate)
        return made.error();
    log::info("custom field made in ManyChat", {{"field", name}});
    if (const auto done = read(client); !done)
        return done.error();
    if (const auto found = ids_.find(key); found != ids_.end())
        return found->second;
    return Error{ErrorKind::unavailable, "ManyChat does not show the custom field " + name + " yet", {}};
}

Result<void> Page::ensure_fields(manychat::Client& client,
                                 const std::vector<std::pair<std::string, std::string>>& fields)
{
    for (const auto& [name, value] : fields)
        if (const auto id = field_id(client, name); !id)
            return id.error();
    return {};
}

void Page::forget()
{
    const std::lock_guard lock{mutex_};
    known_ = false;
}

} // namespace ciclo::manychat_worker
