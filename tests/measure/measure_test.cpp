#include "measure/measure.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "collapse/synthetic_vectors.h"
#include "lengthwise/error.h"
#include "measure/tiny_texts.h"

namespace lengthwise {
namespace {

using testing::Measure;
using testing::Text;
using testing::Tiny;

// 40 documents of 5 to 96 words; 24 have at least 78, which with [CLS] and [SEP] fill the model's 80
// positions.
std::vector<Document> Documents() {
  Random random(31);
  std::vector<Document> documents;
  for (std::size_t d = 0; d < 40; ++d) documents.push_back(Text(d, d % 5 < 3 ? 78 + d / 3 : 5 + d, random));
  return documents;
}

MeasureOptions Quick() {
  MeasureOptions options;
  options.resampling.replicates = 50;
  options.probe = true;
  return options;
}

const ArmResult& Arm(const Measurement& result, SequenceKind sequences, VectorKind vectors) {
  for (const ArmResult& arm : result.arms) {
    if (arm.sequences == sequences && arm.vectors == vectors) return arm;
  }
  throw std::out_of_range("no such arm");
}

// Vectors of the texts by the embedder itself.
testing::Vectors Embed(const Session& embedder, const std::vector<std::vector<std::int32_t>>& sequences) {
  testing::Vectors vectors(sequences.size());
  embedder.EmbedSequences(sequences, {}, [&](std::size_t s, std::span<const float> vector, const TextProbe*) {
    vectors[s].assign(vector.begin(), vector.end());
  });
  return vectors;
}

TEST(Measure, TruncatedArmIsTheCosineOfTheCutTexts) {
  const Session embedder = Tiny();
  const std::vector<Document> documents = Documents();
  const Measurement result = Measure(embedder, documents, Quick());
  const ArmResult& arm = Arm(result, SequenceKind::kTruncated, VectorKind::kModel);
  EXPECT_EQ(arm.documents, 24U);
  ASSERT_EQ(arm.buckets.size(), 6U);  // 16, 24, 32, 48, 64, 80
  const std::vector<TokenizedDocument> tokenized = TokenizeDocuments(embedder, documents);
  for (const BucketResult& bucket : arm.buckets) {
    std::vector<std::vector<std::int32_t>> sequences;
    testing::Vectors control;
    for (const TokenizedDocument& document : tokenized) {
      if (document.tokens < 80) continue;
      sequences.push_back(embedder.WithSpecials(document.content, bucket.bucket.to));
      ASSERT_EQ(sequences.back().size(), bucket.bucket.to);
      control.emplace_back(embedder.spec().hidden);
      embedder.StaticVector(sequences.back(), control.back());
    }
    // The vectors are float; their sums are in double.
    EXPECT_NEAR(*bucket.cosine.estimate, testing::PairwiseCosine(Embed(embedder, sequences)), 1e-6);
    const ArmResult& static_arm = Arm(result, SequenceKind::kTruncated, VectorKind::kStatic);
    const auto index = static_cast<std::size_t>(&bucket - arm.buckets.data());
    EXPECT_NEAR(*static_arm.buckets[index].cosine.estimate, testing::PairwiseCosine(control), 1e-6);
  }
}

TEST(Measure, NaturalArmHoldsEveryDocumentOnce) {
  const Measurement result = Measure(Tiny(), Documents(), Quick());
  const ArmResult& arm = Arm(result, SequenceKind::kNatural, VectorKind::kModel);
  std::uint64_t documents = 0;
  std::uint64_t cut = 0;
  for (const BucketResult& bucket : arm.buckets) {
    documents += bucket.count;
    cut += bucket.cut;
    if (bucket.count == 0) {
      EXPECT_FALSE(bucket.length);
    }
  }
  EXPECT_EQ(documents, 40U);
  EXPECT_EQ(cut, result.data.over_limit);
  EXPECT_EQ(arm.buckets.back().cut, arm.buckets.back().count);
  EXPECT_EQ(result.data.documents, 40U);
  EXPECT_EQ(result.data.length_quantiles.max, 78U + 37U / 3U + 2U);
}

TEST(Measure, ProbesAreMeansOverTheTextsOfABucket) {
  const Session embedder = Tiny();
  const std::vector<Document> documents = Documents();
  const Measurement result = Measure(embedder, documents, Quick());
  std::vector<std::vector<std::int32_t>> sequences;
  for (const TokenizedDocument& document : TokenizeDocuments(embedder, documents)) {
    if (document.tokens >= 80) sequences.push_back(embedder.WithSpecials(document.content, 32));
  }
  std::vector<double> entropy(6, 0);
  std::vector<double> token_cosine(3, 0);
  embedder.EmbedSequences(sequences, {.probe = true, .intervention = {}},
                          [&](std::size_t, std::span<const float>, const TextProbe* probe) {
                            for (std::size_t h = 0; h < 6; ++h) entropy[h] += probe->heads[h].entropy / 24;
                            for (std::size_t l = 0; l < 3; ++l)
                              token_cosine[l] += probe->layers[l].token_cosine / 24;
                          });
  std::size_t found = 0;
  for (const HeadResult& head : result.heads) {
    if (head.arm != SequenceKind::kTruncated || head.bucket.to != 32) continue;
    EXPECT_EQ(head.count, 24U);
    EXPECT_NEAR(head.mean.entropy, entropy[head.layer * 3 + head.head], 1e-12);
    ++found;
  }
  EXPECT_EQ(found, 6U);
  found = 0;
  for (const LayerResult& layer : result.layers) {
    if (layer.arm != SequenceKind::kTruncated || layer.bucket.to != 32) continue;
    EXPECT_NEAR(layer.mean.token_cosine, token_cosine[layer.layer], 1e-12);
    ++found;
  }
  EXPECT_EQ(found, 3U);
}

TEST(Measure, DoesNotDependOnTheNumberOfThreads) {
  const Measurement one = Measure(Tiny(1), Documents(), Quick());
  const Measurement three = Measure(Tiny(3), Documents(), Quick());
  // To the bit: sums are made in the documents' order.
  EXPECT_EQ(*one.index->slope.estimate, *three.index->slope.estimate);
  EXPECT_EQ(*one.index->excess->low, *three.index->excess->low);
  for (std::size_t a = 0; a < one.arms.size(); ++a) {
    for (std::size_t b = 0; b < one.arms[a].buckets.size(); ++b) {
      EXPECT_EQ(one.arms[a].buckets[b].cosine.high, three.arms[a].buckets[b].cosine.high);
      EXPECT_EQ(one.arms[a].buckets[b].rankme, three.arms[a].buckets[b].rankme);
    }
  }
  for (std::size_t h = 0; h < one.heads.size(); ++h)
    EXPECT_EQ(one.heads[h].mean.sink, three.heads[h].mean.sink);
}

TEST(Measure, KeepsIntervalsWhenOnlySomeVectorsAreKept) {
  MeasureOptions options = Quick();
  const Measurement all = Measure(Tiny(), Documents(), options);
  options.kept_vectors = 12;
  const Measurement some = Measure(Tiny(), Documents(), options);
  // Estimates come from sums over all documents.
  EXPECT_EQ(*all.index->slope.estimate, *some.index->slope.estimate);
  EXPECT_EQ(Arm(some, SequenceKind::kTruncated, VectorKind::kModel).buckets[0].kept, 12U);
  EXPECT_TRUE(some.index->slope.low);
  EXPECT_LT(*some.index->slope.low, *some.index->slope.high);
}

TEST(Measure, SamplesTheSameDocumentsWhateverTheirOrder) {
  std::vector<Document> documents = Documents();
  MeasureOptions options = Quick();
  options.sample = 15;
  options.minimum_documents = 2;
  const Measurement forward = Measure(Tiny(), documents, options);
  std::reverse(documents.begin(), documents.end());
  const Measurement backward = Measure(Tiny(), documents, options);
  EXPECT_EQ(forward.data.documents, 15U);
  EXPECT_EQ(forward.data.read, 40U);
  EXPECT_EQ(forward.data.tokens, backward.data.tokens);
  EXPECT_NEAR(*forward.index->slope.estimate, *backward.index->slope.estimate, 1e-9);
  options.resampling.seed = 2;
  EXPECT_NE(Measure(Tiny(), documents, options).data.fingerprint, backward.data.fingerprint);
}

TEST(Measure, RunsOnlyTheArmsAskedFor) {
  MeasureOptions options = Quick();
  options.truncated = false;
  options.static_control = false;
  const Measurement natural = Measure(Tiny(), Documents(), options);
  EXPECT_EQ(natural.arms.size(), 1U);
  EXPECT_FALSE(natural.index);
  options.natural = false;
  options.static_control = true;
  const Measurement control = Measure(Tiny(), Documents(), options);
  EXPECT_EQ(control.arms.size(), 2U);
  EXPECT_TRUE(control.heads.empty());
  options.static_control = false;
  EXPECT_THROW(Measure(Tiny(), Documents(), options), Error);
}

TEST(Measure, OfOneDocumentHasNoCosineAndSaysWhy) {
  Random random(1);
  const Measurement result = Measure(Tiny(), {Text(0, 90, random)}, Quick());
  EXPECT_FALSE(result.index);
  EXPECT_FALSE(result.shapes);
  EXPECT_EQ(result.notes.size(), 1U);
  EXPECT_FALSE(Arm(result, SequenceKind::kNatural, VectorKind::kModel).buckets.back().cosine.estimate);
}

TEST(Measure, OfEmptyTextsIsDefined) {
  std::vector<Document> documents;
  for (std::size_t d = 0; d < 12; ++d) documents.push_back({std::to_string(d), "", ""});
  const Measurement result = Measure(Tiny(), documents, Quick());
  const BucketResult& bucket = Arm(result, SequenceKind::kNatural, VectorKind::kModel).buckets[0];
  // Two special tokens each, so all vectors are the same.
  EXPECT_NEAR(*bucket.cosine.estimate, 1, 1e-12);
  EXPECT_NEAR(*bucket.rankme, 1, 1e-6);
  EXPECT_NEAR(*bucket.centred_cosine.estimate, 0, 1e-12);
  EXPECT_NEAR(*bucket.uniformity, 0, 1e-6);
}

TEST(Measure, RefusesWhatItCannotMeasure) {
  const Session embedder = Tiny();
  EXPECT_THROW(Measure(embedder, std::vector<Document>{}, Quick()), Error);
  const auto with = [&](const std::function<void(MeasureOptions&)>& change) {
    MeasureOptions options = Quick();
    change(options);
    Measure(embedder, Documents(), options);
  };
  EXPECT_THROW(with([](MeasureOptions& o) {
                 o.lengths = {16, 81};
               }),
               Error)
      << "more than the model's positions";
  EXPECT_THROW(with([](MeasureOptions& o) {
                 o.lengths = {2, 16};
               }),
               Error)
      << "no room beside special tokens";
  EXPECT_THROW(with([](MeasureOptions& o) { o.lengths = {32, 16}; }), Error) << "not ascending";
  EXPECT_THROW(with([](MeasureOptions& o) { o.resampling.confidence = 1; }), Error);
  EXPECT_THROW(with([](MeasureOptions& o) { o.minimum_documents = 1; }), Error);
}

TEST(Measure, ReportsProgressUpToTheWhole) {
  std::size_t last = 0;
  std::size_t all = 0;
  Measure(Tiny(2), Documents(), Quick(), [&](std::size_t done, std::size_t total) {
    EXPECT_GE(done, last);
    last = done;
    all = total;
  });
  EXPECT_EQ(last, all);
  EXPECT_GT(all, 0U);
}

}  // namespace
}  // namespace lengthwise
