#pragma once

#include "model/rules/catalogue.hpp"
#include "model/rules/fact.hpp"
#include "model/rules/projection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What happens to Rita, in few words: facts as the reader of events makes them. The same words in the
// same order make the same fact with the same id.
namespace ciclo::testing {

inline constexpr std::string_view rita = "rita.alves@example.com";

// Products as Hotmart names them (product.id); the reading club and the chess course have a Discord role.
inline constexpr std::string_view club = "4100200";
inline constexpr std::string_view chess = "4100300";
inline constexpr std::string_view poetry = "4100400";
inline constexpr std::string_view unmapped = "9999999";

inline constexpr std::string_view club_role = "1100000000000000001";
inline constexpr std::string_view chess_role = "1100000000000000002";

// Our ids of the products, in `story_catalogue()`.
inline constexpr std::string_view club_id = "00000000-0000-7000-8000-000000000001";
inline constexpr std::string_view chess_id = "00000000-0000-7000-8000-000000000002";
inline constexpr std::string_view poetry_id = "00000000-0000-7000-8000-000000000003";

model::Catalogue story_catalogue();

// Day 0 is 2026-01-01.
Time day(int number, int hour = 12);

// A payment of its own, without subscription.
model::Fact approved(std::string_view transaction, Time when, std::string_view product = club);
model::Fact completed(std::string_view transaction, Time when, Time approved_at, std::string_view product = club);
model::Fact refunded(std::string_view transaction, Time when, std::string_view product = club);
model::Fact charged_back(std::string_view transaction, Time when, std::string_view product = club);

// Part of a subscription; `paid_until` is Hotmart's date_next_charge.
model::Fact of_subscription(model::Fact payment, std::string_view code, std::optional<Time> paid_until = {});

model::Fact cancelled(std::string_view code, Time when, std::optional<Time> paid_until = {});
model::Fact linked(std::string_view discord_id, Time when);

// The id follows from the content, as a provider's event id does.
std::string fact_id(std::string_view content);

} // namespace ciclo::testing
