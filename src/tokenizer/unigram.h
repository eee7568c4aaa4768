// Unigram (arXiv 1804.10959): of all ways to spell a piece by tokens, the likeliest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/piece_token.h"
#include "tokenizer/vocabulary.h"

namespace lengthwise {

// The tokens that begin at a place of a text, by a table of the edges of their prefix tree.
class PrefixTree {
 public:
  // Of all tokens that `vocabulary` finds; their ids are below `count`.
  PrefixTree(const Vocabulary& vocabulary, std::size_t count);

  // Calls found(end, id) for each token that is text[begin, end), shortest first.
  template <typename Found>
  void ForEach(std::string_view text, std::size_t begin, const Found& found) const {
    std::uint32_t node = 0;
    for (std::size_t i = begin; i < text.size(); ++i) {
      node = Child(node, static_cast<unsigned char>(text[i]));
      if (node == 0) return;
      if (ids_[node] != Vocabulary::kMissing) found(i + 1, ids_[node]);
    }
  }

 private:
  // The root, node 0, is no child: 0 says that there is none.
  struct Edge {
    std::uint32_t key = 0;  // parent and byte
    std::uint32_t child = 0;
  };
  static std::uint32_t Key(std::uint32_t parent, unsigned char byte) { return parent << 8 | byte; }
  std::size_t Place(std::uint32_t key) const {
    return static_cast<std::size_t>((key * std::uint64_t{0x9E3779B97F4A7C15U}) >> shift_);
  }
  std::uint32_t Child(std::uint32_t parent, unsigned char byte) const {
    const std::uint32_t key = Key(parent, byte);
    for (std::size_t i = Place(key); edges_[i].child != 0; i = (i + 1) & (edges_.size() - 1)) {
      if (edges_[i].key == key) return edges_[i].child;
    }
    return 0;
  }
  std::uint32_t ChildOrNew(std::uint32_t parent, unsigned char byte);
  void Resize(std::size_t edges);

  std::vector<Edge> edges_;  // open addressing; a power of two, at most half full
  unsigned shift_ = 0;
  std::vector<std::int32_t> ids_;  // of the token that ends in a node
};

class Unigram {
 public:
  using Token = PieceToken;
  // What a call needs while it runs; one may serve many.
  struct Path {
    struct Node {
      double score;
      std::size_t begin;
      std::int32_t id;
    };
    std::vector<Node> ends;  // the best way to each byte
    std::vector<Token> tokens;
  };

  // `scores` by id, as logarithms of probabilities. `unknown` may be kMissing. `vocabulary` must outlive
  // this.
  Unigram(const Vocabulary& vocabulary, std::vector<double> scores, std::int32_t unknown, bool byte_fallback);

  // The tokens of a piece, valid UTF-8, until the next call with this path. Neighbouring characters that no
  // token spells are one unknown token, or with byte fallback tokens of their bytes. Throws kUnsupported for
  // them where there is no unknown token.
  const std::vector<Token>& Encode(std::string_view piece, Path* path) const;

 private:
  void FindPath(std::string_view piece, Path* path) const;
  void AppendToken(std::string_view piece, std::size_t begin, std::size_t end,
                   std::vector<Token>* tokens) const;

  const Vocabulary& vocabulary_;
  std::vector<double> scores_;
  double unknown_score_ = 0;
  std::int32_t unknown_;
  PrefixTree tree_;
  std::vector<std::int32_t> byte_ids_;  // empty: no byte fallback
};

}  // namespace lengthwise
