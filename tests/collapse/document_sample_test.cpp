#include "collapse/document_sample.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

#include "base/random.h"

namespace lengthwise {
namespace {

// Hashes of documents `first` to `last`, as random as those of texts.
DocumentSample Sample(std::uint64_t first, std::uint64_t last) {
  DocumentSample sample;
  for (std::uint64_t document = first; document < last; ++document) sample.Add(Random(document).Next());
  return sample;
}

TEST(DocumentSample, OfFewDocumentsIsAllOfThem) {
  EXPECT_EQ(Sample(0, 1000).hashes().size(), 1000U);
  EXPECT_EQ(Sample(0, 1000).SharedWith(Sample(999, 2000)), 1U);
  EXPECT_EQ(Sample(0, 1000).SharedWith(Sample(1000, 2000)), 0U);
  // A document that stands there twice takes one place.
  DocumentSample twice = Sample(0, 1000);
  twice.Merge(Sample(0, 1000));
  EXPECT_EQ(twice.hashes().size(), 1000U);
}

TEST(DocumentSample, OfManyDocumentsIsTheSmallestHashesInAnyOrderAndGrouping) {
  std::set<std::uint64_t> all;
  for (std::uint64_t document = 0; document < 50'000; ++document) all.insert(Random(document).Next());
  std::set<std::uint64_t> smallest;
  for (const std::uint64_t hash : all) {
    if (smallest.size() < DocumentSample::kCapacity) smallest.insert(hash);
  }
  EXPECT_EQ(Sample(0, 50'000).hashes(), smallest);
  DocumentSample merged = Sample(30'000, 50'000);
  merged.Merge(Sample(0, 30'000));
  EXPECT_EQ(merged.hashes(), smallest);
}

TEST(DocumentSample, OfManyDocumentsShowsASmallPartThatIsShared) {
  // 500 of 50,000 are shared: 4096 / 99,500 of the union's documents are kept, so about 20 of the shared.
  const std::size_t shared = Sample(0, 50'000).SharedWith(Sample(49'500, 99'500));
  EXPECT_GE(shared, 5U);
  EXPECT_LE(shared, 100U);
  EXPECT_EQ(Sample(0, 50'000).SharedWith(Sample(50'000, 100'000)), 0U);
}

}  // namespace
}  // namespace lengthwise
