// Documents as tokens, one after the other, without holding more than a few of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "collapse/arms.h"
#include "collapse/vector_sample.h"
#include "embedding/session.h"
#include "text/documents.h"

namespace lengthwise {

using TokenizedCallback = std::function<void(const Document& document, TokenizedDocument&& tokenized)>;

// Tokenises by all threads. Returns how many documents the source had. `sample` > 0: calls back for so many
// of them only, drawn by a hash of the document and the seed, so that which they are does not depend on their
// order; these are held until the source has ended.
std::size_t ForEachTokenizedDocument(const Session& embedder, const DocumentSource& source,
                                     std::size_t sample, std::uint64_t seed,
                                     const TokenizedCallback& callback);

// A uniform sample of what streams in: of `items`, which have a member `key`, the `capacity` of smallest
// rank, in the order of their ranks. With `slack`, nothing is done until there are twice as many.
template <typename T>
void KeepSample(std::vector<T>& items, std::size_t capacity, bool slack) {
  if (items.size() <= (slack ? 2 * capacity : 0)) return;
  std::sort(items.begin(), items.end(),
            [](const T& a, const T& b) { return SampleRank(a.key) < SampleRank(b.key); });
  if (items.size() > capacity)
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(capacity), items.end());
}

}  // namespace lengthwise
