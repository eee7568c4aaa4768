// Byte-pair encoding (arXiv 1508.07909): pairs of neighbouring tokens are merged, the earliest learned first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tokenizer/piece_token.h"
#include "tokenizer/vocabulary.h"

namespace lengthwise {

struct BpeOptions {
  std::int32_t unknown = Vocabulary::kMissing;  // kMissing: what no token spells is left out
  bool fuse_unknown = false;                    // neighbouring unknown characters are one token
  bool byte_fallback = false;                   // they become tokens of bytes, "<0x41>", where there are such
  bool ignore_merges = false;                   // a piece that is a token is that token, whatever merges make
};

class Bpe {
 public:
  // What a call needs while it runs; one may serve many.
  struct Work {
    struct Symbol {
      std::int32_t id;
      std::size_t begin, end;      // bytes of the piece; begin == end: merged into the one before
      std::size_t previous, next;  // kNone at the ends
    };
    struct Merge {
      std::uint32_t rank;
      std::size_t left;
      std::int32_t id;  // of what the merge makes
      // The least rank first, of these the leftmost.
      bool operator<(const Merge& other) const {
        return rank != other.rank ? rank > other.rank : left > other.left;
      }
    };
    std::vector<Symbol> symbols;
    std::vector<Merge> merges;  // a heap
    std::vector<PieceToken> tokens;
  };

  // `merges`: the first learned first. `vocabulary` must outlive this. Throws kBadCheckpoint, naming `where`,
  // for a merge of or into what is no token.
  Bpe(const Vocabulary& vocabulary, const std::vector<std::pair<std::string, std::string>>& merges,
      const BpeOptions& options, const std::string& where);

  // The tokens of a piece, valid UTF-8, until the next call with this work.
  const std::vector<PieceToken>& Encode(std::string_view piece, Work* work) const;

 private:
  struct Made {
    std::uint32_t rank;
    std::int32_t id;
  };
  static std::uint64_t Key(std::int32_t left, std::int32_t right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
  }
  void AddSymbols(std::string_view piece, Work* work) const;
  void AddUnknown(std::string_view piece, std::size_t begin, std::size_t end, bool after_unknown,
                  Work* work) const;
  // A merge of the symbol at `left` with the next, where one was learned.
  void Propose(std::size_t left, Work* work) const;

  const Vocabulary& vocabulary_;
  BpeOptions options_;
  std::unordered_map<std::uint64_t, Made> merges_;
  std::vector<std::int32_t> byte_ids_;  // empty: no byte fallback
};

}  // namespace lengthwise
