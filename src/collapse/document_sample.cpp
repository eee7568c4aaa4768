#include "collapse/document_sample.h"

#include <iterator>

namespace lengthwise {

void DocumentSample::Add(std::uint64_t hash) {
  if (hashes_.size() == kCapacity) {
    const auto largest = std::prev(hashes_.end());
    if (hash >= *largest || !hashes_.insert(hash).second) return;
    hashes_.erase(largest);
    return;
  }
  hashes_.insert(hash);
}

void DocumentSample::Merge(const DocumentSample& other) {
  for (const std::uint64_t hash : other.hashes_) Add(hash);
}

std::size_t DocumentSample::SharedWith(const DocumentSample& other) const {
  std::size_t shared = 0;
  for (const std::uint64_t hash : other.hashes_) shared += hashes_.count(hash);
  return shared;
}

}  // namespace lengthwise
