#pragma once

#include <array>
#include <string_view>

// Everything that exists in the broker, in one place. Publisher and consumer declare it on every
// connect, so that a broker whose data was wiped works again without anybody's help.
namespace ciclo::rabbitmq {

// Direct and durable; the routing key is the name of the queue.
inline constexpr std::string_view exchange = "ciclo";

// Where a message ends that was rejected or delivered too often. A person looks there: it means that
// a worker does not understand a message, or dies of it.
inline constexpr std::string_view dead_letter_exchange = "ciclo.dead-letters";
inline constexpr std::string_view dead_letter_queue = "ciclo.dead-letters";

// Redeliveries after the first delivery; the next one would go to the dead letters.
inline constexpr int delivery_limit = 5;

// Durable quorum queues with the limit and the dead-letter exchange above.
inline constexpr std::array<std::string_view, 12> work_queues = {
    "hotmart.events",        "lifecycle.fold",   "discord.reconcile",  "discord.notifications",
    "discord.announcements", "messaging.emails", "jobs.requests",      "sync.jobs",
    "discord.jobs",          "manychat.jobs",    "manychat.reconcile", "manychat.flows",
};

} // namespace ciclo::rabbitmq
