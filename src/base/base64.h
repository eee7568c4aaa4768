// Bytes as text (RFC 4648, with padding), for numbers in JSON that must come back to the bit.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

std::string EncodeBase64(std::span<const std::byte> bytes);

// Absent if `text` is not what EncodeBase64 gives for some bytes.
std::optional<std::vector<std::byte>> DecodeBase64(std::string_view text);

}  // namespace lengthwise
