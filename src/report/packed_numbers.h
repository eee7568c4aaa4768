// Arrays of numbers inside JSON: base64 of their little-endian bytes, so that every bit comes back.
#pragma once

#include <bit>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/base64.h"
#include "base/json.h"

namespace lengthwise {

static_assert(std::endian::native == std::endian::little, "the program runs on little-endian machines only");

template <typename T>
std::string PackNumbers(std::span<const T> values) {
  return EncodeBase64(std::as_bytes(values));
}

// The `count` numbers of member `name`. Throws kBadInput, naming `where`, if they are not so many, or not
// finite.
template <typename T>
std::vector<T> UnpackNumbers(const Json& object, const char* name, std::size_t count,
                             const std::string& where) {
  const auto bytes = DecodeBase64(RequiredJsonMember<std::string>(object, name, where, ErrorCode::kBadInput));
  if (!bytes) Fail(ErrorCode::kBadInput, "{}: \"{}\" is not base64", where, name);
  // Compared so, a count that overflows does not pass.
  if (bytes->size() % sizeof(T) != 0 || bytes->size() / sizeof(T) != count) {
    Fail(ErrorCode::kBadInput, "{}: \"{}\" holds {} bytes where {} numbers are expected", where, name,
         bytes->size(), count);
  }
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), bytes->data(), bytes->size());
  if constexpr (std::is_floating_point_v<T>) {
    for (const T value : values) {
      if (!std::isfinite(value)) Fail(ErrorCode::kBadInput, "{}: \"{}\" holds NaN or infinity", where, name);
    }
  }
  return values;
}

}  // namespace lengthwise
