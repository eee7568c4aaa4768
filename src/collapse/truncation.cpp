#include "collapse/truncation.h"

#include "base/fail.h"

namespace lengthwise {

void CheckLength(std::size_t length, const Session& embedder, std::string_view what) {
  const std::size_t shortest = embedder.special_tokens() + 1;
  const std::size_t longest = embedder.limits().positions;
  if (length >= shortest && length <= longest) return;
  Fail(ErrorCode::kBadInput, "{} {} tokens: this model takes {} to {}, special tokens included", what, length,
       shortest, longest);
}

void CheckLengths(std::span<const std::size_t> lengths, const Session& embedder, std::string_view one,
                  std::string_view many) {
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    CheckLength(lengths[i], embedder, fmt::format("{} of", one));
    if (i > 0 && lengths[i] <= lengths[i - 1])
      Fail(ErrorCode::kBadInput, "{} must ascend, but {} follows {}", many, lengths[i], lengths[i - 1]);
  }
}

void LengthCounts::Add(std::size_t tokens) {
  ++documents;
  for (std::size_t l = 0; l < lengths.size() && lengths[l] <= tokens; ++l) ++at_least[l];
}

void LengthCounts::Merge(const LengthCounts& other) {
  if (lengths != other.lengths) Fail(ErrorCode::kBadInput, "counts of different lengths cannot be merged");
  documents += other.documents;
  for (std::size_t l = 0; l < lengths.size(); ++l) at_least[l] += other.at_least[l];
}

std::size_t LengthCounts::Reached(std::size_t minimum) const {
  std::size_t reached = lengths.size();
  while (reached > 0 && at_least[reached - 1] < minimum) --reached;
  return reached;
}

std::size_t UsedLengths(const LengthCounts& counts, std::size_t minimum_documents,
                        std::vector<std::string>& notes) {
  const std::vector<std::size_t>& lengths = counts.lengths;
  const std::size_t used = counts.Reached(minimum_documents);
  if (used < 2) {
    const std::size_t second = std::min<std::size_t>(1, lengths.size() - 1);
    notes.push_back(fmt::format(
        "The truncated arm is empty: it needs at least {} documents of the same two lengths, but {} have {} "
        "tokens.",
        minimum_documents, counts.at_least[second], lengths[second]));
    return 0;
  }
  if (used < lengths.size()) {
    notes.push_back(
        fmt::format("The truncated arm ends at {} tokens instead of {}: {} of {} documents have {}, and at "
                    "least {} are needed.",
                    lengths[used - 1], lengths.back(), counts.at_least.back(), counts.documents,
                    lengths.back(), minimum_documents));
  }
  return used;
}

}  // namespace lengthwise
