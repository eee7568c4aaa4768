#include "encoder/intervention.h"

#include <gtest/gtest.h>

#include <vector>

#include "encoder/encoder.h"

namespace lengthwise {
namespace {

const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

struct Tiny {
  std::vector<float> Run(const EncoderRun& run, std::size_t tokens) {
    PackedBatch batch;
    std::vector<std::int32_t> ids(tokens);
    for (std::size_t t = 0; t < tokens; ++t) ids[t] = static_cast<std::int32_t>(5 + t % 30);
    batch.Add(ids);
    EncoderWorkspace workspace;
    encoder.Run(batch, workspace, run);
    return {workspace.hidden.data(), workspace.hidden.data() + tokens * encoder.spec().hidden};
  }

  Checkpoint checkpoint = OpenCheckpoint(kTinyBert);
  ThreadPool pool{1};
  Encoder encoder{checkpoint, MakeModelSpec(checkpoint), pool};
};

TEST(HeadOutput, KeepsTheMeanTakesItAwayOrLeavesNothing) {
  const std::vector<float> rows = {1, 10, 3, 20, 5, 60};
  std::vector<float> x = rows;
  ApplyHeadOutput(HeadOutput::kDc, x.data(), 2, 3, 2);
  EXPECT_EQ(x, (std::vector<float>{3, 30, 3, 30, 3, 30}));
  x = rows;
  ApplyHeadOutput(HeadOutput::kHc, x.data(), 2, 3, 2);
  EXPECT_EQ(x, (std::vector<float>{-2, -20, 0, -10, 2, 30}));
  x = rows;
  ApplyHeadOutput(HeadOutput::kZero, x.data(), 2, 3, 1);
  EXPECT_EQ(x, (std::vector<float>{0, 10, 0, 20, 0, 60}));
}

TEST(Intervention, ThatKeepsEveryHeadChangesNothing) {
  Tiny tiny;
  EncoderRun run;
  const std::vector<float> plain = tiny.Run(run, 30);
  run.intervention.head_output.assign(6, HeadOutput::kKeep);
  EXPECT_EQ(plain, tiny.Run(run, 30));
  run.intervention.head_output[4] = HeadOutput::kZero;
  EXPECT_NE(plain, tiny.Run(run, 30));
  run.intervention.head_output.resize(5);
  EXPECT_THROW(tiny.Run(run, 30), Error);
}

TEST(PositionRange, InterpolatesOnlySequencesBeyondIt) {
  Tiny tiny;
  EncoderRun run;
  const std::vector<float> short_plain = tiny.Run(run, 20);
  const std::vector<float> long_plain = tiny.Run(run, 60);
  run.intervention.position_range = 20;
  EXPECT_EQ(short_plain, tiny.Run(run, 20));
  EXPECT_NE(long_plain, tiny.Run(run, 60));
  // A range as long as the sequence maps each position onto itself.
  run.intervention.position_range = 60;
  EXPECT_EQ(long_plain, tiny.Run(run, 60));
  run.intervention.position_range = 81;
  EXPECT_THROW(tiny.Run(run, 20), Error);
}

TEST(GivenPositions, AreTheModelsOwnWhereTheyCountUp) {
  Tiny tiny;
  EncoderRun run;
  const std::vector<float> plain = tiny.Run(run, 30);
  for (std::size_t p = 0; p < 30; ++p) run.intervention.positions.push_back(p);
  EXPECT_EQ(plain, tiny.Run(run, 30));
  run.intervention.positions[7] = 8;
  EXPECT_NE(plain, tiny.Run(run, 30));
}

// Copies with equal positions are the same query, key and value again: the softmax over k copies of every key
// is the softmax over one, each weight shared out, so every token's state is that of the single copy.
TEST(GivenPositions, EqualForEveryCopyMakeCopiesOfASequenceChangeNothing) {
  Tiny tiny;
  EncoderRun run;
  const std::vector<float> single = tiny.Run(run, 30);  // ids repeat after 30 tokens
  for (std::size_t p = 0; p < 60; ++p) run.intervention.positions.push_back(p % 30);
  const std::vector<float> copies = tiny.Run(run, 60);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    // States are about 1 in size and pass two layers in float32.
    EXPECT_NEAR(copies[i], single[i % single.size()], 1e-4F) << i;
  }
}

TEST(GivenPositions, AreRefusedWhereTheyDoNotFit) {
  Tiny tiny;
  EncoderRun run;
  run.intervention.positions.assign(20, 0);
  EXPECT_THROW(tiny.Run(run, 21), Error) << "too few";
  EXPECT_THROW(tiny.Run(run, 19), Error) << "too many";
  run.intervention.positions[3] = 20;
  EXPECT_THROW(tiny.Run(run, 20), Error) << "no such place";
  run.intervention.positions[3] = 19;
  EXPECT_NO_THROW(tiny.Run(run, 20));
  run.intervention.position_range = 10;
  EXPECT_THROW(tiny.Run(run, 20), Error) << "beside a range";
}

// The oracle is a model whose table holds, at the places of the text, the rows further out.
TEST(MovedPositions, CountOnFromWhereTheyAreMovedTo) {
  Tiny tiny;
  EncoderRun run;
  const std::vector<float> plain = tiny.Run(run, 30);
  run.intervention.moved_from = 1;
  run.intervention.moved_by = 50;
  const std::vector<float> moved = tiny.Run(run, 30);
  EXPECT_NE(plain, moved);
  // Rows 1 to 29 of this table are rows 51 to 79 of the model's.
  std::vector<float> table(80 * 36);
  const std::vector<std::size_t> shape = {80, 36};
  const Tensor& own = tiny.checkpoint.weights.Get(tiny.encoder.spec().position_embeddings, shape);
  for (std::size_t p = 0; p < 80; ++p)
    own.Read((p > 0 && p < 30 ? p + 50 : p) * 36, std::span(table).subspan(p * 36, 36));
  PositionMap map;
  map.kind = PositionMapKind::kTable;
  map.rows = 80;
  map.dimension = 36;
  map.table = table;
  const Encoder mapped = tiny.encoder.WithPositions(map);
  PackedBatch batch;
  std::vector<std::int32_t> ids(30);
  for (std::size_t t = 0; t < 30; ++t) ids[t] = static_cast<std::int32_t>(5 + t % 30);
  batch.Add(ids);
  EncoderWorkspace workspace;
  mapped.Run(batch, workspace, {});
  EXPECT_EQ(moved, std::vector<float>(workspace.hidden.data(), workspace.hidden.data() + 30 * 36));
}

TEST(MovedPositions, AreRefusedWhereTheModelHasNone) {
  Tiny tiny;
  EncoderRun run;
  run.intervention.moved_by = 50;
  EXPECT_NO_THROW(tiny.Run(run, 30));
  EXPECT_THROW(tiny.Run(run, 31), Error);
  run.intervention.position_range = 20;
  EXPECT_THROW(tiny.Run(run, 30), Error) << "beside a range";
}

TEST(Observer, SeesEveryPlaceOfEveryLayerAndChangesNoBit) {
  Tiny tiny;
  EncoderRun run;
  const std::vector<float> plain = tiny.Run(run, 33);
  std::vector<std::pair<LayerPlace, std::size_t>> seen;
  std::vector<float> last;
  run.observer = [&](LayerPlace place, std::size_t layer, const float* data) {
    seen.emplace_back(place, layer);
    if (place == LayerPlace::kOutputNorm) last.assign(data, data + 33 * 36);
  };
  EXPECT_EQ(plain, tiny.Run(run, 33));
  EXPECT_EQ(last, plain);
  constexpr LayerPlace kOrder[] = {LayerPlace::kInput,         LayerPlace::kQkv,
                                   LayerPlace::kContext,       LayerPlace::kAttentionResidual,
                                   LayerPlace::kAttentionNorm, LayerPlace::kFeedForwardResidual,
                                   LayerPlace::kOutputNorm};
  ASSERT_EQ(seen.size(), 14U);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].first, kOrder[i % 7]);
    EXPECT_EQ(seen[i].second, i / 7);
  }
}

TEST(FirstLayer, WithTheStatesOfAWholeRunGivesItsResultToTheBit) {
  Tiny tiny;
  EncoderRun run;
  std::vector<std::vector<float>> inputs(2);
  run.observer = [&](LayerPlace place, std::size_t layer, const float* data) {
    if (place == LayerPlace::kInput) inputs[layer].assign(data, data + 70 * 36);
  };
  const std::vector<float> plain = tiny.Run(run, 70);
  run.observer = nullptr;
  run.intervention.head_output.assign(6, HeadOutput::kKeep);
  run.intervention.head_output[4] = HeadOutput::kDc;  // layer 1, head 1
  const std::vector<float> ablated = tiny.Run(run, 70);
  EXPECT_NE(plain, ablated);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    EncoderRun resumed;
    resumed.first_layer = layer;
    resumed.states = inputs[layer].data();
    EXPECT_EQ(plain, tiny.Run(resumed, 70));
    resumed.intervention = run.intervention;
    EXPECT_EQ(ablated, tiny.Run(resumed, 70));
  }
  EncoderRun nowhere;
  nowhere.first_layer = 1;
  EXPECT_THROW(tiny.Run(nowhere, 70), Error);
  nowhere.states = inputs[1].data();
  nowhere.first_layer = 2;
  EXPECT_THROW(tiny.Run(nowhere, 70), Error);
}

}  // namespace
}  // namespace lengthwise
