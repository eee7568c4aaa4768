#include "tokenizer/unigram.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "base/fail.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

// Below the least likely token, for a character that no token spells.
constexpr double kUnknownPenalty = 10;

constexpr std::size_t kUnreached = std::numeric_limits<std::size_t>::max();

constexpr std::uint32_t kMostNodes = 1U << 24;  // the parent's share of an edge's key

}  // namespace

PrefixTree::PrefixTree(const Vocabulary& vocabulary, std::size_t count) : ids_(1, Vocabulary::kMissing) {
  Resize(std::size_t{1} << 12);
  for (std::size_t i = 0; i < count; ++i) {
    const auto id = static_cast<std::int32_t>(i);
    const std::string_view token = vocabulary.token(id);
    if (token.empty()) continue;
    std::uint32_t node = 0;
    for (const char byte : token) node = ChildOrNew(node, static_cast<unsigned char>(byte));
    ids_[node] = id;
  }
}

std::uint32_t PrefixTree::ChildOrNew(std::uint32_t parent, unsigned char byte) {
  if (const std::uint32_t child = Child(parent, byte); child != 0) return child;
  const auto child = static_cast<std::uint32_t>(ids_.size());
  if (child >= kMostNodes) Fail(ErrorCode::kBadCheckpoint, "the vocabulary has too many different tokens");
  ids_.push_back(Vocabulary::kMissing);
  if (2 * ids_.size() > edges_.size()) Resize(2 * edges_.size());
  const std::uint32_t key = Key(parent, byte);
  std::size_t place = Place(key);
  while (edges_[place].child != 0) place = (place + 1) & (edges_.size() - 1);
  edges_[place] = {key, child};
  return child;
}

void PrefixTree::Resize(std::size_t edges) {
  std::vector<Edge> old = std::exchange(edges_, std::vector<Edge>(edges));
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(edges));
  for (const Edge& edge : old) {
    if (edge.child == 0) continue;
    std::size_t place = Place(edge.key);
    while (edges_[place].child != 0) place = (place + 1) & (edges - 1);
    edges_[place] = edge;
  }
}

Unigram::Unigram(const Vocabulary& vocabulary, std::vector<double> scores, std::int32_t unknown,
                 bool byte_fallback)
    : vocabulary_(vocabulary),
      scores_(std::move(scores)),
      unknown_(unknown),
      tree_(vocabulary, scores_.size()) {
  double least = std::numeric_limits<double>::infinity();
  for (const double score : scores_) least = std::min(least, score);
  unknown_score_ = least - kUnknownPenalty;
  if (!byte_fallback) return;
  for (int byte = 0; byte < 256; ++byte)
    byte_ids_.push_back(vocabulary.Find(fmt::format("<0x{:02X}>", byte)));
}

void Unigram::FindPath(std::string_view piece, Path* path) const {
  path->ends.assign(piece.size() + 1, {0, kUnreached, Vocabulary::kMissing});
  for (std::size_t begin = 0; begin < piece.size();) {
    const double so_far = path->ends[begin].score;
    const std::size_t next = begin + DecodeValidCharacter(piece, begin).bytes;
    bool spelt = false;  // the character by itself
    const auto reach = [&](std::size_t end, std::int32_t id, double score) {
      Path::Node& node = path->ends[end];
      if (node.begin == kUnreached || so_far + score > node.score) node = {so_far + score, begin, id};
    };
    tree_.ForEach(piece, begin, [&](std::size_t end, std::int32_t id) {
      reach(end, id, scores_[static_cast<std::size_t>(id)]);
      spelt = spelt || end == next;
    });
    if (!spelt) {
      if (unknown_ == Vocabulary::kMissing) {
        Fail(ErrorCode::kUnsupported,
             "the tokenizer has no token for \"{}\", and names none for what is unknown (\"unk_id\")",
             piece.substr(begin, next - begin));
      }
      reach(next, unknown_, unknown_score_);
    }
    begin = next;
  }
}

void Unigram::AppendToken(std::string_view piece, std::size_t begin, std::size_t end,
                          std::vector<Token>* tokens) const {
  const std::string_view text = piece.substr(begin, end - begin);
  std::int32_t id = vocabulary_.Find(text);
  // The vocabulary may have names that are not of the model.
  if (id != Vocabulary::kMissing && static_cast<std::size_t>(id) < scores_.size()) {
    tokens->push_back({id, begin, end});
    return;
  }
  const auto id_of = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
  if (!byte_ids_.empty() &&
      std::all_of(text.begin(), text.end(), [&](char byte) { return id_of(byte) != Vocabulary::kMissing; })) {
    for (const char byte : text) tokens->push_back({id_of(byte), begin, end});
    return;
  }
  tokens->push_back({unknown_, begin, end});
}

const std::vector<Unigram::Token>& Unigram::Encode(std::string_view piece, Path* path) const {
  path->tokens.clear();
  FindPath(piece, path);
  // Backwards, with neighbouring unknown characters as one.
  std::vector<Token>& tokens = path->tokens;
  for (std::size_t end = piece.size(); end > 0;) {
    const Path::Node& node = path->ends[end];
    const bool joins = node.id == unknown_ && !tokens.empty() && tokens.back().id == unknown_;
    if (joins) {
      tokens.back().begin = node.begin;
    } else {
      tokens.push_back({node.id, node.begin, end});
    }
    end = node.begin;
  }
  std::reverse(tokens.begin(), tokens.end());
  const bool plain =
      std::none_of(tokens.begin(), tokens.end(), [&](const Token& token) { return token.id == unknown_; });
  if (plain) return tokens;
  // What was joined may be a token after all.
  const std::vector<Token> joined = std::exchange(tokens, {});
  for (const Token& token : joined) {
    if (token.id != unknown_) {
      tokens.push_back(token);
    } else {
      AppendToken(piece, token.begin, token.end, &tokens);
    }
  }
  return tokens;
}

}  // namespace lengthwise
