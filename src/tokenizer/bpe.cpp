#include "tokenizer/bpe.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/fail.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

}  // namespace

Bpe::Bpe(const Vocabulary& vocabulary, const std::vector<std::pair<std::string, std::string>>& merges,
         const BpeOptions& options, const std::string& where)
    : vocabulary_(vocabulary), options_(options) {
  merges_.reserve(merges.size());
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    const std::int32_t ids[] = {vocabulary.Find(left), vocabulary.Find(right), vocabulary.Find(left + right)};
    if (std::find(std::begin(ids), std::end(ids), Vocabulary::kMissing) != std::end(ids)) {
      Fail(ErrorCode::kBadCheckpoint,
           "{}: model.merges: entry {} is of \"{}\" and \"{}\", of which one, or what they make, is no token",
           where, rank, left, right);
    }
    // As in the reference, the last of two that are alike.
    merges_[Key(ids[0], ids[1])] = {static_cast<std::uint32_t>(rank), ids[2]};
  }
  if (!options.byte_fallback) return;
  for (int byte = 0; byte < 256; ++byte) {
    byte_ids_.push_back(vocabulary.Find(fmt::format("<0x{:02X}>", byte)));
  }
}

void Bpe::AddUnknown(std::string_view piece, std::size_t begin, std::size_t end, bool after_unknown,
                     Work* work) const {
  if (!byte_ids_.empty()) {
    const auto id_of = [&](std::size_t i) { return byte_ids_[static_cast<unsigned char>(piece[i])]; };
    bool all = true;
    for (std::size_t i = begin; i < end; ++i) all = all && id_of(i) != Vocabulary::kMissing;
    if (all) {
      // Every byte stands for the whole character.
      for (std::size_t i = begin; i < end; ++i) work->symbols.push_back({id_of(i), begin, end, 0, 0});
      return;
    }
  }
  if (options_.unknown == Vocabulary::kMissing) return;
  if (options_.fuse_unknown && after_unknown) {
    work->symbols.back().end = end;
    return;
  }
  work->symbols.push_back({options_.unknown, begin, end, 0, 0});
}

void Bpe::AddSymbols(std::string_view piece, Work* work) const {
  work->symbols.clear();
  bool after_unknown = false;
  for (std::size_t begin = 0; begin < piece.size();) {
    const std::size_t end = begin + DecodeValidCharacter(piece, begin).bytes;
    const std::int32_t id = vocabulary_.Find(piece.substr(begin, end - begin));
    if (id != Vocabulary::kMissing) {
      work->symbols.push_back({id, begin, end, 0, 0});
      after_unknown = false;
    } else {
      const std::size_t before = work->symbols.size();
      AddUnknown(piece, begin, end, after_unknown, work);
      after_unknown = (after_unknown && work->symbols.size() == before) ||
                      (work->symbols.size() == before + 1 && work->symbols.back().id == options_.unknown);
    }
    begin = end;
  }
  for (std::size_t i = 0; i < work->symbols.size(); ++i) {
    work->symbols[i].previous = i == 0 ? kNone : i - 1;
    work->symbols[i].next = i + 1 == work->symbols.size() ? kNone : i + 1;
  }
}

void Bpe::Propose(std::size_t left, Work* work) const {
  if (left == kNone || work->symbols[left].next == kNone) return;
  const auto found = merges_.find(Key(work->symbols[left].id, work->symbols[work->symbols[left].next].id));
  if (found == merges_.end()) return;
  work->merges.push_back({found->second.rank, left, found->second.id});
  std::push_heap(work->merges.begin(), work->merges.end());
}

const std::vector<PieceToken>& Bpe::Encode(std::string_view piece, Work* work) const {
  work->tokens.clear();
  if (options_.ignore_merges) {
    const std::int32_t whole = vocabulary_.Find(piece);
    if (whole != Vocabulary::kMissing) {
      work->tokens.push_back({whole, 0, piece.size()});
      return work->tokens;
    }
  }
  AddSymbols(piece, work);
  work->merges.clear();
  for (std::size_t i = 0; i < work->symbols.size(); ++i) Propose(i, work);
  std::vector<Work::Symbol>& symbols = work->symbols;
  // Ids of symbols that are gone; no pair of them is a merge.
  constexpr std::int32_t kGone = -2;
  while (!work->merges.empty()) {
    std::pop_heap(work->merges.begin(), work->merges.end());
    const Work::Merge merge = work->merges.back();
    work->merges.pop_back();
    Work::Symbol& left = symbols[merge.left];
    if (left.id == kGone || left.next == kNone) continue;
    Work::Symbol& right = symbols[left.next];
    // One of the two may have become another since.
    const auto now = merges_.find(Key(left.id, right.id));
    if (now == merges_.end() || now->second.id != merge.id) continue;
    left.id = merge.id;
    left.end = right.end;
    right.id = kGone;
    left.next = right.next;
    if (left.next != kNone) symbols[left.next].previous = merge.left;
    Propose(left.previous, work);
    Propose(merge.left, work);
  }
  for (std::size_t i = symbols.empty() ? kNone : 0; i != kNone; i = symbols[i].next)
    work->tokens.push_back({symbols[i].id, symbols[i].begin, symbols[i].end});
  return work->tokens;
}

}  // namespace lengthwise
