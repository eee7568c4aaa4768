#include "controls/ablation.h"

#include <gtest/gtest.h>

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

const std::vector<HeadOutput> kZero = {HeadOutput::kZero};

std::vector<TokenizedDocument> Tokenized(const Session& embedder, std::size_t count) {
  Random random(6);
  std::vector<Document> documents;
  for (std::size_t d = 0; d < count; ++d) documents.push_back(Text(d, 60 + d % 15, random));
  return TokenizeDocuments(embedder, documents);
}

// Vectors in the plane at these angles, as the embeddings of three documents at one length.
AblationVectors AtAngles(double a, double b, double c) {
  AblationVectors vectors;
  for (const double angle : {a, b, c}) {
    vectors.push_back(static_cast<float>(std::cos(angle)));
    vectors.push_back(static_cast<float>(std::sin(angle)));
  }
  return vectors;
}

TEST(AblationLengths, AreTheEndsAndTheMiddleOfTheScale) {
  using Lengths = std::vector<std::size_t>;
  EXPECT_EQ(AblationLengths(Lengths{16, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512}),
            (Lengths{32, 128, 512}));
  EXPECT_EQ(AblationLengths(Lengths{16, 24, 32, 48, 64, 80}), (Lengths{32, 48, 80}));
  EXPECT_EQ(AblationLengths(Lengths{64, 80}), (Lengths{64, 80}));
  EXPECT_EQ(AblationLengths(Lengths{16, 24}), (Lengths{16, 24}));
}

TEST(PlanAblation, TakesTheFirstDocumentsThatAreLongEnough) {
  std::vector<TokenizedDocument> documents(6);
  const std::size_t tokens[] = {80, 40, 80, 100, 79, 90};
  for (std::size_t d = 0; d < 6; ++d) documents[d].tokens = tokens[d];
  AblationOptions options;
  options.modes = kZero;
  options.documents = 3;
  std::vector<std::string> notes;
  const std::vector<std::size_t> lengths = {16, 32, 80};
  const AblationPlan plan = PlanAblation(documents, lengths, options, notes);
  EXPECT_EQ(plan.lengths, (std::vector<std::size_t>{32, 80}));
  ASSERT_EQ(plan.documents.size(), 3U);
  EXPECT_EQ(plan.documents[0], &documents[0]);
  EXPECT_EQ(plan.documents[1], &documents[2]);
  EXPECT_EQ(plan.documents[2], &documents[3]);
  EXPECT_TRUE(notes.empty());
  // 3 documents of 112 tokens: whole once, and for 4 heads in each of 2 layers from the layer on.
  EXPECT_EQ(plan.Tokens(2, 4, 1), 336U + 336U * 4U + 336U * 4U / 2U);
  options.lengths = {16, 101};
  EXPECT_TRUE(PlanAblation(documents, lengths, options, notes).documents.empty());
  EXPECT_EQ(notes.size(), 1U);
}

TEST(EmbedAblated, IsTheEmbedderWithThatIntervention) {
  const Session embedder = Tiny(2);
  const std::vector<TokenizedDocument> documents = Tokenized(embedder, 9);
  AblationPlan plan;
  plan.lengths = {20, 60};
  for (const TokenizedDocument& document : documents) plan.documents.push_back(&document);
  const std::vector<HeadOutput> modes = {HeadOutput::kZero, HeadOutput::kDc, HeadOutput::kHc};
  std::size_t last = 0;
  const AblationVariants variants = EmbedAblated(embedder, plan, modes, [&](std::size_t tokens) {
    EXPECT_GE(tokens, last);
    last = tokens;
  });
  EXPECT_EQ(last, plan.Tokens(2, 3, 3));
  ASSERT_EQ(variants.vectors.size(), 1U + 3U * 6U);
  for (std::size_t v = 0; v < variants.vectors.size(); ++v) {
    SequenceRun run;
    run.intervention.head_output.assign(6, HeadOutput::kKeep);
    if (v > 0) run.intervention.head_output[(v - 1) % 6] = modes[(v - 1) / 6];
    for (std::size_t l = 0; l < 2; ++l) {
      std::vector<std::vector<std::int32_t>> sequences;
      for (const TokenizedDocument& document : documents)
        sequences.push_back(embedder.WithSpecials(document.content, plan.lengths[l]));
      embedder.EmbedSequences(sequences, run,
                              [&](std::size_t s, std::span<const float> vector, const TextProbe*) {
                                // To the bit: what a layer below the head computes is the same whether
                                // computed again or kept.
                                for (std::size_t c = 0; c < vector.size(); ++c)
                                  EXPECT_EQ(vector[c], variants.vectors[v][l][s * vector.size() + c]);
                              });
    }
  }
}

TEST(CompareAblated, RanksHeadsByWhatTheIndexLosesWithoutThem) {
  // Mean cosine of three documents at angles 0, a, 2a is (2 cos a + cos 2a) / 3. The whole model goes from a
  // = 1 to 0.5 over one doubling; without head 0 it stays, without head 1 it goes to 0.75, head 2 changes
  // nothing.
  const auto cosine = [](double a) { return (2 * std::cos(a) + std::cos(2 * a)) / 3; };
  const auto variant = [](double from, double to) {
    return std::vector<AblationVectors>{AtAngles(0, from, 2 * from), AtAngles(0, to, 2 * to)};
  };
  const AblationVariants variants{{variant(1, 0.5), variant(1, 1), variant(1, 0.75), variant(1, 0.5)}};
  const std::vector<std::size_t> lengths = {32, 64};
  ThreadPool pool(1);
  const AblationResult result = CompareAblated(variants, lengths, kZero, 1, 3, 2,
                                               {.seed = 1, .replicates = 50, .confidence = 0.9}, pool);
  // Vectors are float.
  EXPECT_NEAR(*result.index.estimate, cosine(0.5) - cosine(1), 1e-6);
  EXPECT_FALSE(result.index.low) << "no interval of three documents";
  ASSERT_EQ(result.heads.size(), 3U);
  EXPECT_EQ(result.heads[0].head, 0U);
  EXPECT_EQ(result.heads[0].rank, 1U);
  EXPECT_NEAR(*result.heads[0].carried.estimate, cosine(0.5) - cosine(1), 1e-6);
  EXPECT_EQ(*result.heads[0].index.estimate, 0);
  EXPECT_EQ(result.heads[1].head, 1U);
  EXPECT_NEAR(*result.heads[1].carried.estimate, cosine(0.5) - cosine(0.75), 1e-6);
  EXPECT_EQ(result.heads[2].head, 2U);
  EXPECT_EQ(*result.heads[2].carried.estimate, 0);
  EXPECT_FALSE(result.heads[0].simultaneous_low);
}

TEST(CompareAblated, HoldsAllHeadsInTheirIntervalsAsOftenAsItSays) {
  // 24 heads that carry nothing: variants are the whole model's vectors with noise of their own. In 100
  // trials of 90 % simultaneous intervals, one head or more is falsely clear in about 10; 5 standard
  // deviations of the binomial above that are 25. Separate 90 % intervals would fail in nearly every trial.
  const std::size_t documents = 60, heads = 24, hidden = 8;
  const std::vector<std::size_t> lengths = {32, 64};
  ThreadPool pool(1);
  std::size_t failed = 0;
  std::size_t separate = 0;
  for (std::uint64_t trial = 0; trial < 100; ++trial) {
    Random random(1000 + trial);
    std::vector<AblationVectors> whole(2, AblationVectors(documents * hidden));
    for (AblationVectors& vectors : whole) {
      for (float& value : vectors) value = static_cast<float>(0.5 + random.Normal());
    }
    AblationVariants variants{{whole}};
    for (std::size_t h = 0; h < heads; ++h) {
      std::vector<AblationVectors> noisy = whole;
      for (AblationVectors& vectors : noisy) {
        for (float& value : vectors) value += static_cast<float>(0.2 * random.Normal());
      }
      variants.vectors.push_back(noisy);
    }
    const AblationResult result = CompareAblated(variants, lengths, kZero, 1, heads, hidden,
                                                 {.seed = trial, .replicates = 200, .confidence = 0.9}, pool);
    bool clear = false;
    bool clear_alone = false;
    for (const AblatedHead& head : result.heads) {
      clear = clear || *head.simultaneous_low > 0 || *head.simultaneous_high < 0;
      clear_alone = clear_alone || *head.carried.low > 0 || *head.carried.high < 0;
    }
    failed += clear ? 1 : 0;
    separate += clear_alone ? 1 : 0;
  }
  EXPECT_LE(failed, 25U);
  EXPECT_GE(separate, 50U) << "the correction is needed";
}

TEST(Ablation, IsPartOfAMeasurementAndDoesNotDependOnThreads) {
  Random random(31);
  std::vector<Document> documents;
  for (std::size_t d = 0; d < 24; ++d) documents.push_back(Text(d, 78 + d % 9, random));
  MeasureOptions options;
  options.resampling.replicates = 40;
  options.natural = false;
  options.ablation.modes = {HeadOutput::kDc, HeadOutput::kZero};
  options.ablation.documents = 15;
  std::size_t done = 0;
  std::size_t total = 0;
  const Measurement one = Measure(Tiny(1), documents, options, [&](std::size_t d, std::size_t t) {
    done = d;
    total = t;
  });
  EXPECT_EQ(done, total);
  const Measurement three = Measure(Tiny(3), documents, options);
  ASSERT_TRUE(one.ablation);
  EXPECT_EQ(one.ablation->documents, 15U);
  ASSERT_EQ(one.ablation->heads.size(), 12U);
  for (std::size_t h = 0; h < 12; ++h) {
    EXPECT_EQ(one.ablation->heads[h].head, three.ablation->heads[h].head);
    EXPECT_EQ(*one.ablation->heads[h].carried.estimate, *three.ablation->heads[h].carried.estimate);
    EXPECT_EQ(*one.ablation->heads[h].simultaneous_low, *three.ablation->heads[h].simultaneous_low);
  }
}

TEST(Ablation, RefusesWhatItCannotDo) {
  const Session embedder = Tiny();
  AblationOptions options;
  options.modes = {HeadOutput::kZero, HeadOutput::kZero};
  EXPECT_THROW(CheckAblationOptions(options, embedder), Error) << "twice the same";
  options.modes = kZero;
  CheckAblationOptions(options, embedder);
  options.lengths = {32};
  EXPECT_THROW(CheckAblationOptions(options, embedder), Error) << "one length";
  options.lengths = {32, 81};
  EXPECT_THROW(CheckAblationOptions(options, embedder), Error) << "beyond the positions";
  options.lengths = {32, 16};
  EXPECT_THROW(CheckAblationOptions(options, embedder), Error) << "not ascending";
}

}  // namespace
}  // namespace lengthwise
