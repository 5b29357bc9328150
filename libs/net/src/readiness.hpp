#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace ciclo::net {

// Which parts of the process are not ready for work. From any thread.
class Readiness {
public:
    std::uint64_t add(std::string part, std::function<bool()> check)
    {
        const std::lock_guard lock{mutex_};
        parts_.push_back(Part{++last_id_, std::move(part), std::move(check)});
        return last_id_;
    }

    // After this returned, the part's check does not run any more.
    void remove(std::uint64_t id)
    {
        const std::lock_guard lock{mutex_};
        std::erase_if(parts_, [id](const Part& part) { return part.id == id; });
    }

    std::vector<std::string> missing() const
    {
        const std::lock_guard lock{mutex_};
        std::vector<std::string> names;
        for (const Part& part : parts_) {
            if (!part.check())
                names.push_back(part.name);
        }
        return names;
    }

private:
    struct Part {
        std::uint64_t id;
        std::string name;
        std::function<bool()> check;
    };

    mutable std::mutex mutex_;
    std::vector<Part> parts_;
    std::uint64_t last_id_ = 0;
};

} // namespace ciclo::net
