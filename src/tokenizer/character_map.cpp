#include "tokenizer/character_map.h"

#include <cstddef>
#include <cstring>

#include "base/fail.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

// A unit holds a label (or, of a leaf, a value), whether a leaf follows, and how far away the children are.
bool HasLeaf(std::uint32_t unit) {
  return ((unit >> 8) & 1) == 1;
}
std::uint32_t Value(std::uint32_t unit) {
  return unit & 0x7FFFFFFFU;
}
std::uint32_t Label(std::uint32_t unit) {
  return unit & 0x800000FFU;
}
std::uint32_t Offset(std::uint32_t unit) {
  return (unit >> 10) << ((unit & (1U << 9)) >> 6);
}

}  // namespace

CharacterMap::CharacterMap(std::string_view content, const std::string& where) {
  std::uint32_t size = 0;
  if (content.size() >= sizeof(size)) std::memcpy(&size, content.data(), sizeof(size));
  if (size < sizeof(std::uint32_t) || size % sizeof(std::uint32_t) != 0 ||
      size > content.size() - sizeof(size)) {
    Fail(ErrorCode::kBadCheckpoint,
         "{}: precompiled_charsmap is damaged: {} bytes, of which a table takes {}", where, content.size(),
         size);
  }
  units_.resize(size / sizeof(std::uint32_t));
  std::memcpy(units_.data(), content.data() + sizeof(size), size);
  replacements_ = content.substr(sizeof(size) + size);
  if (FindInvalidUtf8(replacements_) != replacements_.size())
    Fail(ErrorCode::kBadCheckpoint, "{}: precompiled_charsmap is damaged: its texts are not UTF-8", where);
}

std::optional<std::string_view> CharacterMap::Find(std::string_view text) const {
  std::size_t place = Offset(units_[0]);
  for (const char byte : text) {
    const auto label = static_cast<unsigned char>(byte);
    if (label == 0) break;
    place ^= label;
    if (place >= units_.size() || Label(units_[place]) != label) return std::nullopt;
    const std::uint32_t unit = units_[place];
    place ^= Offset(unit);
    if (!HasLeaf(unit)) continue;
    if (place >= units_.size()) return std::nullopt;
    const std::size_t begin = Value(units_[place]);
    if (begin >= replacements_.size()) return std::string_view();
    if (!IsCharacterStart(replacements_[begin])) return std::nullopt;
    return std::string_view(replacements_).substr(begin, replacements_.find('\0', begin) - begin);
  }
  return std::nullopt;
}

}  // namespace lengthwise
