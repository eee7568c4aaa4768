#include "measure/measure_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "lengthwise/error.h"
#include "measure/measure.h"
#include "measure/tiny_texts.h"

namespace lengthwise {
namespace {

using testing::Measure;
using testing::Text;
using testing::Tiny;

// 60 documents. Those of 80 tokens and more (the model's positions) come late, so that a first part of the
// input reaches fewer lengths than the whole does.
std::vector<Document> Documents() {
  Random random(17);
  std::vector<Document> documents;
  for (std::size_t d = 0; d < 60; ++d) {
    documents.push_back(Text(d, d % 3 == 0 ? 6 + d / 2 : d < 25 ? 40 + d % 20 : 70 + d % 20, random));
  }
  return documents;
}

MeasureOptions Quick() {
  MeasureOptions options;
  options.resampling.replicates = 50;
  options.probe = true;
  options.minimum_documents = 12;
  return options;
}

DocumentSource Source(const std::vector<Document>& documents, std::size_t first, std::size_t last) {
  return [&documents, first, last](const DocumentCallback& callback) {
    for (std::size_t d = first; d < last; ++d) callback(Document(documents[d]));
  };
}

MeasureStatistics Part(const MeasureOptions& options, std::size_t first, std::size_t last) {
  static const std::vector<Document> documents = Documents();
  MeasureOptions mergeable = options;
  mergeable.statistics = true;
  return GatherStatistics(Tiny(), Source(documents, first, last), mergeable).statistics;
}

MeasureStatistics Merged(MeasureStatistics a, const MeasureStatistics& b) {
  a.Merge(b);
  return a;
}

void ExpectClose(const std::optional<double>& a, const std::optional<double>& b) {
  ASSERT_EQ(a.has_value(), b.has_value());
  if (!a) return;
  EXPECT_NEAR(*a, *b, 1e-9 * std::max(1.0, std::abs(*b)));
}

void ExpectClose(const Interval& a, const Interval& b) {
  ExpectClose(a.estimate, b.estimate);
  ExpectClose(a.low, b.low);
  ExpectClose(a.high, b.high);
}

void ExpectSame(const MeasureStatistics& a, const MeasureStatistics& b) {
  ThreadPool pool(1);
  const Measurement x = Summarise(a, pool);
  const Measurement y = Summarise(b, pool);
  EXPECT_EQ(x.notes, y.notes);
  EXPECT_EQ(x.data.fingerprint, y.data.fingerprint);
  EXPECT_EQ(x.data.tokens, y.data.tokens);
  EXPECT_EQ(x.data.length_quantiles.p75, y.data.length_quantiles.p75);
  ASSERT_EQ(x.arms.size(), y.arms.size());
  for (std::size_t arm = 0; arm < x.arms.size(); ++arm) {
    EXPECT_EQ(x.arms[arm].documents, y.arms[arm].documents);
    ASSERT_EQ(x.arms[arm].buckets.size(), y.arms[arm].buckets.size());
    for (std::size_t bucket = 0; bucket < x.arms[arm].buckets.size(); ++bucket) {
      const BucketResult& p = x.arms[arm].buckets[bucket];
      const BucketResult& q = y.arms[arm].buckets[bucket];
      EXPECT_EQ(p.count, q.count);
      ExpectClose(p.cosine, q.cosine);
      ExpectClose(p.centred_cosine, q.centred_cosine);
      ExpectClose(p.permuted_floor, q.permuted_floor);
      ExpectClose(p.rankme, q.rankme);
      ExpectClose(p.uniformity, q.uniformity);
    }
  }
  ASSERT_EQ(x.heads.size(), y.heads.size());
  for (std::size_t h = 0; h < x.heads.size(); ++h)
    EXPECT_NEAR(x.heads[h].mean.retention, y.heads[h].mean.retention, 1e-9);
  ASSERT_EQ(x.index.has_value(), y.index.has_value());
  if (x.index) ExpectClose(x.index->slope, y.index->slope);
}

TEST(MeasureStatistics, MergedInAnyOrderAndGroupingGiveTheReportOfOnePass) {
  // With room for every document, and with so little that samples are drawn.
  for (const std::size_t room : {std::size_t{2048}, std::size_t{14}}) {
    MeasureOptions options = Quick();
    options.truncated_documents = room;
    options.kept_vectors = room;
    const MeasureStatistics whole = Part(options, 0, 60);
    const MeasureStatistics a = Part(options, 0, 22);
    const MeasureStatistics b = Part(options, 22, 27);
    const MeasureStatistics c = Part(options, 27, 60);
    ExpectSame(Merged(Merged(a, b), c), whole);
    ExpectSame(Merged(a, Merged(b, c)), whole);
    ExpectSame(Merged(c, Merged(b, a)), whole);
    ExpectSame(Merged(Merged(c, a), b), whole);
    // The parts differ: the first reaches shorter lengths only.
    EXPECT_LT(a.truncated.counts.Reached(12), whole.truncated.counts.Reached(12));
  }
}

TEST(MeasureStatistics, OfTruncatedArmsDoNotDependOnTheDocumentsOrder) {
  std::vector<Document> documents = Documents();
  MeasureOptions options = Quick();
  options.truncated_documents = 14;
  const Measurement forward = Measure(Tiny(), documents, options);
  std::reverse(documents.begin(), documents.end());
  const Measurement backward = Measure(Tiny(), documents, options);
  // To the bit: the arm's documents stand in the order of their hashes.
  EXPECT_EQ(*forward.index->slope.estimate, *backward.index->slope.estimate);
  EXPECT_EQ(*forward.index->slope.low, *backward.index->slope.low);
  EXPECT_EQ(forward.data.fingerprint, backward.data.fingerprint);
  EXPECT_EQ(forward.index->documents, 14U);
  EXPECT_NE(forward.notes.back().find("holds 14 of the"), std::string::npos) << forward.notes.back();
}

TEST(MeasureStatistics, OfLineNumberedDocumentsDoNotDependOnTheNumbers) {
  std::vector<Document> documents = Documents();
  for (Document& document : documents) document.numbered = true;
  const Measurement one = Measure(Tiny(), documents, Quick());
  for (Document& document : documents) document.id += "0";
  const Measurement other = Measure(Tiny(), documents, Quick());
  EXPECT_EQ(one.data.fingerprint, other.data.fingerprint);
  EXPECT_EQ(*one.index->slope.low, *other.index->slope.low);
}

TEST(MeasureStatistics, OfOtherArmsAreNotMerged) {
  MeasureOptions options = Quick();
  MeasureStatistics all = Part(options, 0, 5);
  options.static_control = false;
  EXPECT_THROW(all.Merge(Part(options, 5, 10)), Error);
}

TEST(MeasureStatistics, EmbedDocumentsOnceWhateverTheyAreGatheredFor) {
  // Without a merge ahead, nothing beyond the lengths in use is embedded.
  std::size_t plain = 0;
  std::size_t mergeable = 0;
  const std::vector<Document> documents = Documents();
  const auto last = [](std::size_t& tokens) {
    return [&tokens](std::size_t done, std::size_t total) {
      tokens = done;
      EXPECT_LE(done, total);
    };
  };
  MeasureOptions options = Quick();
  GatherStatistics(Tiny(), Source(documents, 0, 24), options, {last(plain)});
  options.statistics = true;
  GatherStatistics(Tiny(), Source(documents, 0, 24), options, {last(mergeable)});
  EXPECT_LE(plain, mergeable);
  EXPECT_GT(plain, 0U);
}

}  // namespace
}  // namespace lengthwise
