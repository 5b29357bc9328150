#include "core/uuid.hpp"

#include "core/crypto.hpp"
#include "core/time.hpp"

#include <array>
#include <cstdint>
#include <mutex>

namespace ciclo {

namespace {

// Millisecond and 12-bit counter of the last id: together they only grow.
struct Tick {
    std::int64_t millisecond = 0;
    unsigned counter = 0;
};

Tick next_tick()
{
    static std::mutex mutex;
    static Tick last;
    const auto present = std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch()).count();
    const std::lock_guard lock{mutex};
    if (present > last.millisecond) {
        last = Tick{present, 0};
    } else if (++last.counter > 0xfff) {
        last = Tick{last.millisecond + 1, 0};
    }
    return last;
}

} // namespace

std::string new_uuid()
{
    const Tick tick = next_tick();
    std::array<unsigned char, 16> bytes{};
    random_bytes(bytes);
    for (int i = 0; i < 6; ++i)
        bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(tick.millisecond >> (40 - 8 * i));
    bytes[6] = static_cast<unsigned char>(0x70 | (tick.counter >> 8));
    bytes[7] = static_cast<unsigned char>(tick.counter & 0xff);
    bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));

    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text += '-';
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
    }
    return text;
}

bool is_uuid(std::string_view text) noexcept
{
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex)
            return false;
    }
    return true;
}

} // namespace ciclo
