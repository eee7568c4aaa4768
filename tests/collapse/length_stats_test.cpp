#include "collapse/length_stats.h"

#include <gtest/gtest.h>

#include <limits>

#include "collapse/similarity.h"
#include "lengthwise/error.h"
#include "synthetic_vectors.h"

namespace lengthwise {
namespace {

using testing::NoisyVectors;
using testing::StatsOf;
using testing::Vectors;

const LengthBucket kBuckets[] = {{1, 16, false}, {17, 32, false}, {32, 32, true}};

TextProbe ProbeOf(Random& random) {
  TextProbe probe;
  probe.head_count = 3;
  probe.heads.resize(6);
  probe.layers.resize(3);
  for (HeadProbe& head : probe.heads) {
    head = {random.Uniform(), random.Uniform(), random.Uniform(), random.Uniform()};
  }
  for (LayerProbe& layer : probe.layers) layer = {random.Uniform(), random.Uniform()};
  return probe;
}

// Rows [first, last) of one seeded data set, so that parts and whole hold the same documents.
LengthStats Part(std::size_t first, std::size_t last, std::size_t capacity) {
  Random random(11);
  LengthStats stats(12, kBuckets, capacity);
  for (std::size_t i = 0; i < 300; ++i) {
    const Vectors vector = NoisyVectors(1, 12, 2, random);
    const TextProbe probe = ProbeOf(random);
    if (i < first || i >= last) continue;
    stats.Add(
        i % 3,
        {.key = i * 977, .tokens = 10 + i % 7, .cut = i % 3 == 2, .vector = vector[0], .probe = &probe});
  }
  return stats;
}

LengthStats Merged(LengthStats a, const LengthStats& b) {
  a.Merge(b);
  return a;
}

void ExpectSame(const LengthStats& a, const LengthStats& b) {
  for (std::size_t i = 0; i < a.buckets().size(); ++i) {
    const BucketStats& x = a.buckets()[i];
    const BucketStats& y = b.buckets()[i];
    EXPECT_EQ(x.count, y.count);
    EXPECT_EQ(x.tokens, y.tokens);
    EXPECT_EQ(x.cut, y.cut);
    // The promise of the header: 1e-9 of the sums' norm.
    EXPECT_LE((x.sum - y.sum).norm(), 1e-9 * y.sum.norm());
    EXPECT_LE((x.second_moment - y.second_moment).norm(), 1e-9 * y.second_moment.norm());
    EXPECT_NEAR(*MeanPairwiseCosine(x), *MeanPairwiseCosine(y), 1e-9 * std::abs(*MeanPairwiseCosine(y)));
    EXPECT_EQ(x.probes.count, y.probes.count);
    for (std::size_t h = 0; h < y.probes.heads.size(); ++h) {
      EXPECT_NEAR(x.probes.heads[h].entropy, y.probes.heads[h].entropy, 1e-9 * y.probes.heads[h].entropy);
      EXPECT_NEAR(x.probes.heads[h].retention, y.probes.heads[h].retention,
                  1e-9 * y.probes.heads[h].retention);
    }
    for (std::size_t l = 0; l < y.probes.layers.size(); ++l) {
      EXPECT_NEAR(x.probes.layers[l].hc_ratio, y.probes.layers[l].hc_ratio,
                  1e-9 * y.probes.layers[l].hc_ratio);
    }
    // The sample is the same set in the same order, to the bit.
    EXPECT_EQ(KeptRows(x.sample, 12), KeptRows(y.sample, 12));
  }
}

TEST(LengthStats, MergedInAnyOrderAndGroupingEqualOnePass) {
  // 100 documents a bucket, of which 40 are kept: the sample is merged too.
  const LengthStats whole = Part(0, 300, 40);
  const LengthStats a = Part(0, 90, 40);
  const LengthStats b = Part(90, 95, 40);
  const LengthStats c = Part(95, 300, 40);
  ExpectSame(Merged(Merged(a, b), c), whole);
  ExpectSame(Merged(a, Merged(b, c)), whole);
  ExpectSame(Merged(c, Merged(b, a)), whole);
  ExpectSame(Merged(Merged(c, a), b), whole);
}

TEST(LengthStats, AnEmptyPartIsNeutral) {
  const LengthStats whole = Part(0, 300, 1000);
  const LengthStats empty(12, kBuckets, 1000);
  ExpectSame(Merged(whole, empty), whole);
  ExpectSame(Merged(empty, whole), whole);
}

TEST(LengthStats, VectorsCountByTheirDirectionAlone) {
  Random random(3);
  const Vectors vectors = NoisyVectors(20, 8, 1, random);
  Vectors scaled = vectors;
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    for (float& component : scaled[i]) component *= i % 2 == 0 ? 1024.0F : 0x1.0p-30F;
  }
  // Powers of two scale without rounding, so norms divide out but for the last bits.
  EXPECT_LE((StatsOf(scaled, 8).buckets()[0].sum - StatsOf(vectors, 8).buckets()[0].sum).norm(), 1e-14);
}

TEST(LengthStats, AZeroVectorIsCountedAndPullsNothing) {
  const Vectors vectors = {{1, 0}, {0, 0}, {1, 0}};
  const BucketStats stats = StatsOf(vectors, 2).buckets()[0];
  EXPECT_EQ(stats.count, 3U);
  EXPECT_EQ(stats.zero_vectors, 1U);
  // Of six ordered pairs two have cosine 1 and the four with the zero vector 0.
  EXPECT_DOUBLE_EQ(*MeanPairwiseCosine(stats), 2.0 / 6.0);
}

TEST(LengthStats, RefuseVectorsThatAreNotFiniteOrOfAnotherSize) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    try {
      StatsOf({{1, bad}}, 2);
      FAIL() << "accepted " << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      EXPECT_NE(std::string(error.what()).find("NaN"), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(StatsOf({{1, 2, 3}}, 2), Error);
}

TEST(LengthStats, RefuseProbesThatAreNotFinite) {
  LengthStats stats(2, kBuckets);
  TextProbe probe;
  probe.head_count = 1;
  probe.heads.resize(1);
  probe.heads[0].entropy = std::numeric_limits<double>::quiet_NaN();
  const std::vector<float> vector = {1, 0};
  EXPECT_THROW(stats.Add(0, {.key = 1, .tokens = 4, .cut = false, .vector = vector, .probe = &probe}), Error);
  EXPECT_EQ(stats.count(), 0U) << "a refused document leaves no trace";
}

TEST(LengthStats, RefuseToMergeWhatIsNotAlike) {
  LengthStats stats(2, kBuckets);
  EXPECT_THROW(stats.Merge(LengthStats(3, kBuckets)), Error);
  EXPECT_THROW(stats.Merge(LengthStats(2, std::span(kBuckets).first(2))), Error);
  EXPECT_THROW(stats.Merge(LengthStats(2, kBuckets, 7)), Error);
}

TEST(VectorSample, KeepsEverythingUntilItIsFull) {
  VectorSample sample(5);
  for (std::uint64_t key = 0; key < 5; ++key) sample.Add(key, std::vector<float>{static_cast<float>(key)});
  EXPECT_EQ(sample.size(), 5U);
}

TEST(VectorSample, HoldsTheSameDocumentsWhateverTheOrder) {
  VectorSample up(10);
  VectorSample down(10);
  for (std::uint64_t key = 0; key < 200; ++key) {
    up.Add(key, std::vector<float>{static_cast<float>(key)});
    down.Add(199 - key, std::vector<float>{static_cast<float>(199 - key)});
  }
  EXPECT_EQ(KeptRows(up, 1), KeptRows(down, 1));
}

TEST(VectorSample, DrawsEveryDocumentWithTheSameChance) {
  // Keys in a row, as line numbers would be: a document's chance must not depend on its place. 400 samples of
  // 20 of 200: each tenth of the keys is expected 800 times; 5 standard deviations of a binomial are 5
  // sqrt(8000 .1 .9) = 134.
  std::vector<int> tenths(10, 0);
  for (std::uint64_t run = 0; run < 400; ++run) {
    VectorSample sample(20);
    for (std::uint64_t key = 0; key < 200; ++key) {
      sample.Add(run * 200 + key, std::vector<float>{static_cast<float>(key)});
    }
    for (const VectorSample::Entry* entry : sample.Sorted()) ++tenths[entry->key % 200 / 20];
  }
  for (const int tenth : tenths) EXPECT_NEAR(tenth, 800, 134);
}

}  // namespace
}  // namespace lengthwise
