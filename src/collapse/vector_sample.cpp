#include "collapse/vector_sample.h"

#include <algorithm>
#include <utility>

#include "base/random.h"

namespace lengthwise {
namespace {

bool Before(const VectorSample::Entry& a, const VectorSample::Entry& b) {
  if (a.key != b.key) return SampleRank(a.key) < SampleRank(b.key);
  return a.vector < b.vector;
}

}  // namespace

std::uint64_t SampleRank(std::uint64_t key) {
  return Random(key).Next();
}

void VectorSample::Add(std::uint64_t key, std::span<const float> vector) {
  if (capacity_ == 0) return;
  if (heap_.size() == capacity_) {
    // Most documents of a large input end here, without a copy.
    if (SampleRank(key) > SampleRank(heap_.front().key)) return;
    Entry entry{key, {vector.begin(), vector.end()}};
    if (!Before(entry, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), Before);
    heap_.back() = std::move(entry);
  } else {
    heap_.push_back({key, {vector.begin(), vector.end()}});
  }
  std::push_heap(heap_.begin(), heap_.end(), Before);
}

void VectorSample::Merge(const VectorSample& other) {
  if (&other == this) {
    const VectorSample copy = other;
    Merge(copy);
    return;
  }
  for (const Entry& entry : other.heap_) Add(entry.key, entry.vector);
}

std::vector<const VectorSample::Entry*> VectorSample::Sorted() const {
  std::vector<const Entry*> sorted;
  sorted.reserve(heap_.size());
  for (const Entry& entry : heap_) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) { return Before(*a, *b); });
  return sorted;
}

}  // namespace lengthwise
