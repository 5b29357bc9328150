#pragma once

#include <string>
#include <string_view>

namespace ciclo {

// A new UUIDv7 (RFC 9562): a time-ordered id, so that rows made together lie together in an index.
// Ids made by one process within one millisecond still ascend.
std::string new_uuid();

// Canonical text form: 36 characters, lower or upper case.
bool is_uuid(std::string_view text) noexcept;

} // namespace ciclo
