#include "core/shared_state.hpp"

namespace ciclo {

void LocalSharedState::change(const std::vector<std::string>& names, const Change& change)
{
    const std::lock_guard lock{mutex_};
    Texts texts;
    for (const auto& name : names)
        if (const auto found = texts_.find(name); found != texts_.end())
            texts.insert(*found);
    change(clock_(), texts);
    for (auto& [name, text] : texts)
        texts_[name] = std::move(text);
}

} // namespace ciclo
