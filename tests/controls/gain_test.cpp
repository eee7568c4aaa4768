#include "controls/gain.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "lengthwise/error.h"
#include "measure/tiny_texts.h"

namespace lengthwise {
namespace {

const std::vector<std::size_t> kLengths = {16, 32};

// A document whose energies are the given ones at both lengths.
TruncatedDocument Of(const std::vector<StateEnergy>& energies) {
  TruncatedDocument document;
  document.lengths = 2;
  document.probes.resize(2);
  for (TextProbe& probe : document.probes) probe.energies = energies;
  return document;
}

std::vector<GainResult> Gains(const std::vector<TruncatedDocument>& documents, std::size_t layers) {
  ThreadPool pool(1);
  return MeasureGains(documents, kLengths, layers, {.seed = 1, .replicates = 200, .confidence = 0.95}, pool);
}

const GainResult& Row(const std::vector<GainResult>& gains, std::size_t length,
                      std::optional<std::size_t> layer, const LayerPart& part) {
  for (const GainResult& gain : gains) {
    if (gain.length == length && gain.layer == layer && gain.part == part) return gain;
  }
  throw std::out_of_range("no such row");
}

std::vector<TruncatedDocument> RandomDocuments(std::size_t count, std::size_t layers) {
  Random random(12);
  std::vector<TruncatedDocument> documents;
  for (std::size_t d = 0; d < count; ++d) {
    std::vector<StateEnergy> energies(layers * kEnergyPlaces);
    for (StateEnergy& energy : energies) energy = {1 + random.Uniform(), 2 + random.Uniform()};
    // A layer's output is the next one's input.
    for (std::size_t layer = 1; layer < layers; ++layer)
      energies[layer * kEnergyPlaces] = energies[layer * kEnergyPlaces - 1];
    documents.push_back(Of(energies));
  }
  return documents;
}

TEST(Gains, AreRatiosOfMeanEnergies) {
  // Input (HC 4, DC 1) and (HC 12, DC 3); attention adds (HC 1, DC 9) and (HC 3, DC 7); the rest as the
  // input.
  std::vector<StateEnergy> first(kEnergyPlaces, StateEnergy{4, 1});
  std::vector<StateEnergy> second(kEnergyPlaces, StateEnergy{12, 3});
  first[1] = {1, 9};
  second[1] = {3, 7};
  const std::vector<GainResult> gains = Gains({Of(first), Of(second)}, 1);
  EXPECT_EQ(gains.size(), 2U * 2U * 7U);
  const GainResult& attention = Row(gains, 32, 0, kAttentionPart);
  EXPECT_DOUBLE_EQ(*attention.hc.estimate, std::sqrt(4.0 / 16.0));
  EXPECT_DOUBLE_EQ(*attention.dc.estimate, std::sqrt(16.0 / 4.0));
  EXPECT_DOUBLE_EQ(*attention.relative.estimate, 0.25);
  EXPECT_FALSE(attention.relative.low) << "no interval of two documents";
  EXPECT_DOUBLE_EQ(*Row(gains, 16, 0, kWholeLayer).relative.estimate, 1);
}

TEST(Gains, OfTheFourPartsOfALayerMultiplyToThatOfTheLayer) {
  const std::vector<GainResult> gains = Gains(RandomDocuments(20, 3), 3);
  for (const std::optional<std::size_t> layer :
       {std::optional<std::size_t>(1), std::optional<std::size_t>()}) {
    double product = 1;
    for (const LayerPart& part :
         {kAttentionResidualPart, kAttentionNormPart, kFeedForwardResidualPart, kOutputNormPart}) {
      const GainResult& row = Row(gains, 16, layer, part);
      product *= *row.relative.estimate;
      EXPECT_LT(*row.relative.low, *row.relative.estimate);
      EXPECT_GT(*row.relative.high, *row.relative.estimate);
    }
    EXPECT_NEAR(*Row(gains, 16, layer, kWholeLayer).relative.estimate, product, 1e-12);
  }
}

TEST(Gains, OverTheLayersAreGeometricMeans) {
  const std::vector<GainResult> gains = Gains(RandomDocuments(20, 3), 3);
  double product = 1;
  for (std::size_t layer = 0; layer < 3; ++layer)
    product *= *Row(gains, 16, layer, kFeedForwardPart).hc.estimate;
  EXPECT_NEAR(*Row(gains, 16, std::nullopt, kFeedForwardPart).hc.estimate, std::cbrt(product), 1e-12);
}

TEST(Gains, WithoutDifferencesBetweenTokensAreDefinedOrAbsent) {
  // Every token the same: HC is 0 everywhere. And attention that adds nothing at all.
  std::vector<StateEnergy> energies(kEnergyPlaces, StateEnergy{0, 1});
  energies[1] = {0, 0};
  const std::vector<GainResult> gains = Gains(std::vector<TruncatedDocument>(12, Of(energies)), 1);
  const GainResult& layer = Row(gains, 16, 0, kWholeLayer);
  EXPECT_FALSE(layer.hc.estimate);
  EXPECT_DOUBLE_EQ(*layer.dc.estimate, 1);
  EXPECT_FALSE(layer.relative.estimate);
  EXPECT_DOUBLE_EQ(*Row(gains, 16, 0, kAttentionPart).dc.estimate, 0);
  EXPECT_FALSE(Row(gains, 16, std::nullopt, kWholeLayer).relative.estimate);
}

TEST(Gains, OfStatesThatAreNotFiniteAreRefused) {
  std::vector<TruncatedDocument> documents = RandomDocuments(3, 1);
  documents[1].probes[0].energies[3].hc = std::nan("");
  EXPECT_THROW(Gains(documents, 1), Error);
}

TEST(Gains, ChangeNoBitOfAnEmbedding) {
  const Session embedder = testing::Tiny(2);
  Random random(2);
  std::vector<std::vector<std::int32_t>> sequences;
  for (std::size_t d = 0; d < 30; ++d) {
    const std::vector<std::string> text = {testing::Text(d, 3 + d * 2, random).text};
    sequences.push_back(embedder.WithSpecials(embedder.Tokenize(text)[0], 80));
  }
  const auto vectors = [&](const SequenceRun& run) {
    std::vector<std::vector<float>> rows(sequences.size());
    embedder.EmbedSequences(
        sequences, run, [&](std::size_t s, std::span<const float> vector, const TextProbe* probe) {
          rows[s].assign(vector.begin(), vector.end());
          EXPECT_EQ(probe != nullptr, run.energies);
          EXPECT_EQ(probe != nullptr ? probe->energies.size() : 0, run.energies ? 2 * kEnergyPlaces : 0);
        });
    return rows;
  };
  SequenceRun run;
  const std::vector<std::vector<float>> plain = vectors(run);
  run.energies = true;
  EXPECT_EQ(plain, vectors(run));
}

}  // namespace
}  // namespace lengthwise
