// A bounded uniform sample of unit vectors that can be merged: the k documents with the smallest hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lengthwise/measure_options.h"

namespace lengthwise {

// The hash that samples of documents go by; a document's key may be anything.
std::uint64_t SampleRank(std::uint64_t key);

// Which documents stay depends on their keys alone, neither on the order of arrival nor on how the input was
// split; so the sample of a merge is the sample of the whole, and a document kept at one length is kept at
// every length that has the same documents. While no more than `capacity` have come, the sample is
// everything.
class VectorSample {
 public:
  struct Entry {
    std::uint64_t key;  // of the document
    std::vector<float> vector;
  };

  explicit VectorSample(std::size_t capacity = kDefaultKeptVectors) : capacity_(capacity) {}

  void Add(std::uint64_t key, std::span<const float> vector);
  void Merge(const VectorSample& other);

  std::size_t size() const { return heap_.size(); }
  std::size_t capacity() const { return capacity_; }

  // By ascending hash; documents with equal keys by their vectors.
  std::vector<const Entry*> Sorted() const;

 private:
  std::size_t capacity_;
  std::vector<Entry> heap_;  // largest hash first
};

}  // namespace lengthwise
