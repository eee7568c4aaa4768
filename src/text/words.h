// Words of plain text: what white space separates, byte by byte.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace lengthwise {

bool IsWhiteSpace(char byte);

// Without white space around.
std::string_view Trimmed(std::string_view text);

// The first `most` words, as parts of `text`.
std::vector<std::string_view> Words(std::string_view text, std::size_t most = std::string_view::npos);

}  // namespace lengthwise
