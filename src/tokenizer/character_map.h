// SentencePiece's precompiled character map (the normaliser Precompiled): prefixes of a text and what each
// becomes, in a double-array trie (Darts: J. Aoe, "An efficient digital search algorithm by using a
// double-array structure", 1989).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

class CharacterMap {
 public:
  // `content` is the size of the trie in bytes, its units, and the replacements, each ended by a zero byte.
  // Throws kBadCheckpoint, naming `where`.
  CharacterMap(std::string_view content, const std::string& where);

  // What stands for the shortest prefix of `text` that the map has; nothing: it has none. As in the
  // reference, the caller takes it for the whole of `text`.
  std::optional<std::string_view> Find(std::string_view text) const;

 private:
  std::vector<std::uint32_t> units_;
  std::string replacements_;
};

}  // namespace lengthwise
