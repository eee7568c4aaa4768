// Token ids of many texts end to end: no padding anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lengthwise {

// Sequence s holds ids[offsets[s]] .. ids[offsets[s + 1] - 1], special tokens included.
struct PackedBatch {
  std::vector<std::int32_t> ids;
  std::vector<std::size_t> offsets = {0};

  std::size_t sequences() const { return offsets.size() - 1; }
  std::size_t tokens() const { return ids.size(); }
  std::size_t length(std::size_t s) const { return offsets[s + 1] - offsets[s]; }

  void Add(std::span<const std::int32_t> sequence) {
    ids.insert(ids.end(), sequence.begin(), sequence.end());
    offsets.push_back(ids.size());
  }
  void Clear() {
    ids.clear();
    offsets.assign(1, 0);
  }
};

}  // namespace lengthwise
