#include "encoder/energy_probe.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>

#include "base/random.h"
#include "encoder/encoder.h"
#include "encoder/packing.h"

namespace lengthwise {
namespace {

const std::filesystem::path kData = LENGTHWISE_TEST_DATA;

// Rows of doubles.
using Rows = std::vector<std::vector<double>>;

StateEnergy EnergyOf(const Rows& rows) {
  std::vector<double> mean(rows[0].size(), 0);
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) mean[c] += row[c] / static_cast<double>(rows.size());
  }
  StateEnergy energy;
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c)
      energy.hc += std::pow(row[c] - mean[c], 2) / static_cast<double>(rows.size());
  }
  for (const double component : mean) energy.dc += component * component;
  return energy;
}

Rows RowsOf(const float* data, std::size_t first, std::size_t count, std::size_t width) {
  Rows rows;
  for (std::size_t t = first; t < first + count; ++t)
    rows.emplace_back(data + t * width, data + (t + 1) * width);
  return rows;
}

// y = x W^T + b in double, from the checkpoint's own tensors.
Rows Apply(const Checkpoint& checkpoint, const WeightNames& names, const Rows& x, std::size_t out) {
  const std::size_t in = x[0].size();
  const std::array<std::size_t, 2> shape = {out, in};
  const std::array<std::size_t, 1> bias_shape = {out};
  const std::vector<float> w = ReadFinite(checkpoint, names.weight, shape);
  const std::vector<float> b = ReadFinite(checkpoint, names.bias, bias_shape);
  Rows y(x.size(), std::vector<double>(out));
  for (std::size_t t = 0; t < x.size(); ++t) {
    for (std::size_t o = 0; o < out; ++o) {
      y[t][o] = b[o];
      for (std::size_t i = 0; i < in; ++i) y[t][o] += double{w[o * in + i]} * x[t][i];
    }
  }
  return y;
}

void ExpectNear(const StateEnergy& found, const StateEnergy& expected) {
  // The states are floats computed in float; what a sublayer adds is a difference of two of them.
  EXPECT_NEAR(found.hc, expected.hc, 1e-5 * expected.hc);
  EXPECT_NEAR(found.dc, expected.dc, 1e-5 * expected.dc);
}

TEST(MeasureEnergy, SplitsTheSquaredNormIntoMeanAndRest) {
  Random random(4);
  const std::size_t n = 50, d = 20;
  std::vector<float> x(n * d);
  for (float& value : x) value = static_cast<float>(30 + random.Normal());
  const StateEnergy energy = MeasureEnergy(x.data(), n, d);
  const StateEnergy expected = EnergyOf(RowsOf(x.data(), 0, n, d));
  // Sums in double; the mean is 30 times the rest and must not eat its digits.
  EXPECT_NEAR(energy.hc, expected.hc, 1e-12 * expected.hc);
  EXPECT_NEAR(energy.dc, expected.dc, 1e-12 * expected.dc);
  double square = 0;
  for (const float value : x) square += double{value} * value / n;
  EXPECT_NEAR(energy.hc + energy.dc, square, 1e-12 * square);
}

TEST(MeasureEnergy, OfEqualTokensIsAllMean) {
  const std::vector<float> x = {1, -2, 1, -2, 1, -2};
  const StateEnergy energy = MeasureEnergy(x.data(), 3, 2);
  EXPECT_EQ(energy.hc, 0);
  EXPECT_EQ(energy.dc, 5);
}

// Two texts in one batch through a tiny model; every place of every layer against plain double arithmetic
// from the states and heads' outputs that the encoder shows.
void ExpectEnergiesOfTheModel(const char* name) {
  const Checkpoint checkpoint = OpenCheckpoint(kData / name);
  ThreadPool pool(1);
  const Encoder encoder(checkpoint, MakeModelSpec(checkpoint), pool);
  const ModelSpec& spec = encoder.spec();
  PackedBatch batch;
  for (const std::size_t length : {7, 23}) {
    std::vector<std::int32_t> ids(length);
    for (std::size_t t = 0; t < length; ++t) ids[t] = static_cast<std::int32_t>(5 + t * 3 % 30);
    batch.Add(ids);
  }
  std::vector<TextProbe> probes(2);
  EnergyObserver observer(batch, spec.layers, spec.hidden, probes);
  std::map<std::pair<LayerPlace, std::size_t>, std::vector<float>> seen;
  EncoderRun run;
  run.observer = [&](LayerPlace place, std::size_t layer, const float* data) {
    observer(place, layer, data);
    if (place != LayerPlace::kQkv) seen[{place, layer}].assign(data, data + batch.tokens() * spec.hidden);
  };
  EncoderWorkspace workspace;
  encoder.Run(batch, workspace, run);
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t layer = 0; layer < spec.layers; ++layer) {
      const auto rows = [&](LayerPlace place) {
        return RowsOf(seen.at({place, layer}).data(), batch.offsets[s], batch.length(s), spec.hidden);
      };
      const auto found = [&](LayerPlace place) {
        return probes[s].energies[layer * kEnergyPlaces + static_cast<std::size_t>(place)];
      };
      const LayerNames& names = spec.layer_names[layer];
      ExpectNear(found(LayerPlace::kInput), EnergyOf(rows(LayerPlace::kInput)));
      ExpectNear(found(LayerPlace::kAttention), EnergyOf(Apply(checkpoint, names.attention_output,
                                                               rows(LayerPlace::kContext), spec.hidden)));
      ExpectNear(found(LayerPlace::kAttentionResidual), EnergyOf(rows(LayerPlace::kAttentionResidual)));
      ExpectNear(found(LayerPlace::kAttentionNorm), EnergyOf(rows(LayerPlace::kAttentionNorm)));
      Rows inner = Apply(checkpoint, names.intermediate, rows(LayerPlace::kAttentionNorm), spec.intermediate);
      for (auto& row : inner) {
        for (double& value : row) value *= 0.5 * (1 + std::erf(value / std::sqrt(2.0)));
      }
      ExpectNear(found(LayerPlace::kFeedForward),
                 EnergyOf(Apply(checkpoint, names.output, inner, spec.hidden)));
      ExpectNear(found(LayerPlace::kFeedForwardResidual), EnergyOf(rows(LayerPlace::kFeedForwardResidual)));
      ExpectNear(found(LayerPlace::kOutputNorm), EnergyOf(rows(LayerPlace::kOutputNorm)));
    }
  }
}

TEST(EnergyObserver, MeasuresEveryPlaceOfBert) {
  ExpectEnergiesOfTheModel("tiny_bert");
}

TEST(EnergyObserver, MeasuresEveryPlaceOfMpnet) {
  ExpectEnergiesOfTheModel("tiny_mpnet");
}

}  // namespace
}  // namespace lengthwise
