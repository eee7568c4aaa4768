#include "base/base64.h"

#include <array>
#include <cstdint>

namespace lengthwise {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 64;

constexpr std::array<std::uint8_t, 256> MakeValues() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t d = 0; d < kDigits.size(); ++d)
    values[static_cast<unsigned char>(kDigits[d])] = static_cast<std::uint8_t>(d);
  return values;
}

constexpr std::array<std::uint8_t, 256> kValues = MakeValues();

}  // namespace

std::string EncodeBase64(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    std::uint32_t group = std::to_integer<std::uint32_t>(bytes[i]) << 16;
    if (left > 1) group |= std::to_integer<std::uint32_t>(bytes[i + 1]) << 8;
    if (left > 2) group |= std::to_integer<std::uint32_t>(bytes[i + 2]);
    text += kDigits[group >> 18];
    text += kDigits[group >> 12 & 63];
    text += left > 1 ? kDigits[group >> 6 & 63] : '=';
    text += left > 2 ? kDigits[group & 63] : '=';
  }
  return text;
}

std::optional<std::vector<std::byte>> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t pad = i + 4 == text.size() ? padding : 0;
    std::uint32_t group = 0;
    for (std::size_t c = 0; c < 4; ++c) {
      const std::uint8_t value = c < 4 - pad ? kValues[static_cast<unsigned char>(text[i + c])] : 0;
      if (value == kNoDigit) return std::nullopt;
      group = group << 6 | value;
    }
    // Bits that padding cuts off are zero, so that every text stands for other bytes.
    if ((group & ((1U << (8 * pad)) - 1)) != 0) return std::nullopt;
    for (std::size_t b = 0; b < 3 - pad; ++b)
      bytes.push_back(static_cast<std::byte>(group >> (16 - 8 * b) & 255));
  }
  return bytes;
}

}  // namespace lengthwise
