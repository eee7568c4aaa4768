// Files that hold no plain text, by name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lengthwise {

// Bytes that RefuseBinary needs to see, if there are so many.
inline constexpr std::size_t kMagicSize = 16;

// Throws kBadInput, saying what it is and what to do, where `start`, the beginning of what `where` names, is
// that of a known format that is no text: Parquet, PDF, zip, an image, an array, another archive.
void RefuseBinary(std::string_view start, const std::string& where);

}  // namespace lengthwise
