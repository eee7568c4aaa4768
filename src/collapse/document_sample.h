// Which documents statistics were made from, in a few bytes: enough to see that two share some.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

namespace lengthwise {

// The k smallest hashes of a set of documents ("k minimum values"; Beyer et al., SIGMOD 2007): a uniform
// sample of the different ones, which two sets that share documents share too. Can be merged. With k
// documents or fewer it is all of them.
class DocumentSample {
 public:
  static constexpr std::size_t kCapacity = 4096;

  void Add(std::uint64_t hash);
  void Merge(const DocumentSample& other);

  // Hashes that stand in both. None does where the sets share none; where they share some, most likely one
  // does if the shared are more than one of kCapacity of the larger set.
  std::size_t SharedWith(const DocumentSample& other) const;

  const std::set<std::uint64_t>& hashes() const { return hashes_; }

 private:
  std::set<std::uint64_t> hashes_;
};

}  // namespace lengthwise
