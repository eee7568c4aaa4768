#include "encoder/encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "every_target.h"

namespace lengthwise {
namespace {

const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

// The model, and the golden token ids of its folder as one batch.
struct TinyBert {
  TinyBert() {
    const Json golden = ReadJsonObject(kTinyBert / "golden.json", ErrorCode::kInternal);
    for (const Json& ids : golden["ids"]) {
      batch.Add(ids.get<std::vector<std::int32_t>>());
    }
  }

  std::vector<float> Run(const PackedBatch& sequences, ThreadPool* team = nullptr,
                         TextProbe* probes = nullptr) {
    run.team = team;
    run.probes = probes;
    encoder.Run(sequences, workspace, run);
    return {workspace.hidden.data(), workspace.hidden.data() + sequences.tokens() * encoder.spec().hidden};
  }

  Checkpoint checkpoint = OpenCheckpoint(kTinyBert);
  ThreadPool pool{3};
  Encoder encoder{checkpoint, MakeModelSpec(checkpoint), pool};
  EncoderRun run;
  EncoderWorkspace workspace;
  PackedBatch batch;
};

TEST(Encoder, ReadsTheSpecOfBert) {
  TinyBert tiny;
  const ModelSpec& spec = tiny.encoder.spec();
  EXPECT_EQ(spec.architecture, "bert");
  EXPECT_EQ(spec.layers, 2U);
  EXPECT_EQ(spec.heads, 3U);
  EXPECT_EQ(spec.head_size(), 12U);
  EXPECT_EQ(spec.positions(), 80U);
}

TEST(Encoder, GivesTheSameBitsAloneInABatchAndSharedByATeam) {
  ForEveryTarget([] {
    TinyBert tiny;
    const std::vector<float> together = tiny.Run(tiny.batch);
    EXPECT_EQ(together, tiny.Run(tiny.batch, &tiny.pool));
    const std::size_t hidden = tiny.encoder.spec().hidden;
    for (std::size_t s = 0; s < tiny.batch.sequences(); ++s) {
      PackedBatch alone;
      alone.Add(std::span(tiny.batch.ids).subspan(tiny.batch.offsets[s], tiny.batch.length(s)));
      const std::vector<float> states = tiny.Run(alone);
      EXPECT_TRUE(std::equal(states.begin(), states.end(), together.begin() + tiny.batch.offsets[s] * hidden))
          << s;
    }
  });
}

TEST(Encoder, GivesTheSameBitsInABatchOfSeveralBlocks) {
  TinyBert tiny;
  PackedBatch large;
  for (int i = 0; i < 40; ++i) {
    for (std::size_t s = 0; s < tiny.batch.sequences(); ++s) {
      large.Add(std::span(tiny.batch.ids).subspan(tiny.batch.offsets[s], tiny.batch.length(s)));
    }
  }
  const std::vector<float> once = tiny.Run(tiny.batch);
  for (ThreadPool* team : {static_cast<ThreadPool*>(nullptr), &tiny.pool}) {
    const std::vector<float> states = tiny.Run(large, team);
    for (std::size_t i = 0; i < states.size(); ++i) ASSERT_EQ(states[i], once[i % once.size()]) << i;
  }
}

TEST(Encoder, ProbesChangeNoBitAndCoverEveryLayerAndHead) {
  TinyBert tiny;
  std::vector<TextProbe> probes(tiny.batch.sequences());
  EXPECT_EQ(tiny.Run(tiny.batch), tiny.Run(tiny.batch, nullptr, probes.data()));
  for (std::size_t s = 0; s < probes.size(); ++s) {
    EXPECT_EQ(probes[s].tokens, tiny.batch.length(s));
    ASSERT_EQ(probes[s].heads.size(), 6U);
    ASSERT_EQ(probes[s].layers.size(), 3U);
    for (const HeadProbe& head : probes[s].heads) {
      EXPECT_GT(head.largest_weight, 0.0);
      EXPECT_LE(head.largest_weight, 1.0 + 1e-6);
    }
  }
}

TEST(Encoder, ATemperatureByLengthIsThatOfEachSequence) {
  TinyBert tiny;
  tiny.run.attention.by_length = ParseLengthTemperature("log:30");
  const std::vector<float> together = tiny.Run(tiny.batch);
  const std::size_t hidden = tiny.encoder.spec().hidden;
  for (std::size_t s = 0; s < tiny.batch.sequences(); ++s) {
    PackedBatch alone;
    alone.Add(std::span(tiny.batch.ids).subspan(tiny.batch.offsets[s], tiny.batch.length(s)));
    TinyBert constant;
    constant.run.attention.temperature = tiny.run.attention.by_length.At(tiny.batch.length(s));
    const std::vector<float> states = constant.Run(alone);
    EXPECT_TRUE(std::equal(states.begin(), states.end(), together.begin() + tiny.batch.offsets[s] * hidden))
        << s;
  }
}

TEST(Encoder, WhatIsNoSoftmaxHasNoMatrixToLookAt) {
  TinyBert tiny;
  std::vector<float> qkv(3 * tiny.encoder.spec().hidden);
  AttentionPolicy policy{.top_k = 2};
  EXPECT_THROW(static_cast<void>(tiny.encoder.HeadInput(qkv.data(), 1, 0, 0, policy)), Error);
  policy = {.attn_scale = 0.5F};
  EXPECT_THROW(static_cast<void>(tiny.encoder.HeadInput(qkv.data(), 1, 0, 0, policy)), Error);
  AttentionPolicy calibrated;
  calibrated.calibration.strength = 0.5F;
  EXPECT_THROW(static_cast<void>(tiny.encoder.HeadInput(qkv.data(), 1, 0, 0, calibrated)), Error);
  policy = {.by_length = ParseLengthTemperature("log:30")};
  EXPECT_EQ(tiny.encoder.HeadInput(qkv.data(), 1, 0, 0, policy).temperature, 1.0F);
}

TEST(Encoder, TemperatureActsOnTheHeadItNames) {
  TinyBert tiny;
  std::vector<TextProbe> plain(tiny.batch.sequences()), sharp(tiny.batch.sequences());
  tiny.Run(tiny.batch, nullptr, plain.data());
  tiny.run.attention.by_head = {{1.0F, 0.5F, 1.0F}, {1.0F}};
  tiny.Run(tiny.batch, nullptr, sharp.data());
  for (std::size_t s = 0; s < plain.size(); ++s) {
    EXPECT_EQ(plain[s].head(0, 0).entropy, sharp[s].head(0, 0).entropy);
    EXPECT_EQ(plain[s].head(0, 2).entropy, sharp[s].head(0, 2).entropy);
    EXPECT_LT(sharp[s].head(0, 1).entropy, plain[s].head(0, 1).entropy);
  }
}

TEST(Encoder, RefusesATokenBeyondTheVocabulary) {
  TinyBert tiny;
  PackedBatch batch;
  batch.Add(std::vector<std::int32_t>{2, 4000, 3});
  EXPECT_THROW(tiny.Run(batch), Error);
}

}  // namespace
}  // namespace lengthwise
