// Which documents and lengths the truncated arm has, found in one pass: the documents are counted, and no
// more of them are held than a bounded sample of those that are long enough.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collapse/vector_sample.h"
#include "embedding/session.h"

namespace lengthwise {

// Of a length that texts are cut to, called `what` in the message ("an ablation length of"). Throws kBadInput
// where the model cannot take it.
void CheckLength(std::size_t length, const Session& embedder, std::string_view what);

// Of lengths that texts are cut to, called `one` and `many` in messages. Throws kBadInput for one that the
// model cannot take, or if they do not ascend.
void CheckLengths(std::span<const std::size_t> lengths, const Session& embedder, std::string_view one,
                  std::string_view many);

// How many documents reach each of several lengths. Can be merged by adding.
struct LengthCounts {
  LengthCounts() = default;
  explicit LengthCounts(std::span<const std::size_t> ascending)
      : lengths(ascending.begin(), ascending.end()), at_least(ascending.size(), 0) {}

  std::vector<std::size_t> lengths;     // tokens, ascending
  std::vector<std::uint64_t> at_least;  // documents of that many tokens or more
  std::uint64_t documents = 0;

  void Add(std::size_t tokens);
  // Throws kBadInput where the lengths differ.
  void Merge(const LengthCounts& other);
  // The lengths, from the first on, that at least `minimum` documents reach.
  std::size_t Reached(std::size_t minimum) const;
};

// The lengths of the truncated arm, from the first on: those that `minimum_documents` reach. 0 where these
// are fewer than two. `notes` says what was given up.
std::size_t UsedLengths(const LengthCounts& counts, std::size_t minimum_documents,
                        std::vector<std::string>& notes);

// Drops the documents (with members `key` and `tokens`) that the truncated arm cannot need, whatever comes
// after: what stays is sorted by rank and holds, of those that reach the longest length in use, the
// `capacity` of smallest rank; and every document that reaches a longer length, of which there are fewer than
// `minimum`, since that length may come into use. So the sample does not depend on the order in which
// documents come, on when this is called, or on how the input was split.
template <typename T>
void KeepTruncated(std::vector<T>& documents, const LengthCounts& counts, std::size_t minimum,
                   std::size_t capacity) {
  const std::vector<std::size_t>& lengths = counts.lengths;
  if (lengths.size() < 2) {
    documents.clear();
    return;
  }
  const std::size_t used = std::max<std::size_t>(counts.Reached(minimum), 2);
  const std::size_t longer = used < lengths.size() ? lengths[used] : std::numeric_limits<std::size_t>::max();
  std::erase_if(documents, [&](const T& document) { return document.tokens < lengths[used - 1]; });
  std::sort(documents.begin(), documents.end(),
            [](const T& a, const T& b) { return SampleRank(a.key) < SampleRank(b.key); });
  if (documents.size() <= capacity) return;
  const auto rest = documents.begin() + static_cast<std::ptrdiff_t>(capacity);
  documents.erase(
      std::remove_if(rest, documents.end(), [&](const T& document) { return document.tokens < longer; }),
      documents.end());
}

// The same while documents stream in: call after every addition. Memory stays below about twice of what
// KeepTruncated leaves.
template <typename T>
void BoundTruncated(std::vector<T>& documents, const LengthCounts& counts, std::size_t minimum,
                    std::size_t capacity) {
  if (documents.size() > 2 * (capacity + minimum)) KeepTruncated(documents, counts, minimum, capacity);
}

}  // namespace lengthwise
