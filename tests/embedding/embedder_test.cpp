#include "lengthwise/embedder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/json.h"
#include "embedding/pooling.h"
#include "embedding/session.h"
#include "encoder/encoder.h"
#include "every_target.h"

namespace lengthwise {
namespace {

const std::filesystem::path kData = LENGTHWISE_TEST_DATA;
const std::filesystem::path kTinyBert = kData / "tiny_bert";

Json Golden() {
  return ReadJsonObject(kTinyBert / "golden.json", ErrorCode::kInternal);
}
std::vector<std::string> GoldenTexts() {
  return Golden()["texts"].get<std::vector<std::string>>();
}

void ExpectVectors(const Embeddings& found, const Json& expected) {
  ASSERT_EQ(found.rows(), expected.size());
  for (std::size_t i = 0; i < found.rows(); ++i) {
    ASSERT_EQ(found.dimension, expected[i].size());
    for (std::size_t c = 0; c < found.dimension; ++c) {
      // Components are below 1; two layers of float sums differ in their order of addition.
      ASSERT_NEAR(found.row(i)[c], expected[i][c].get<double>(), 2e-6) << "text " << i;
    }
  }
}

// BERT, and MPNet with its relative position bias under both readings of a temperature.
TEST(Embedder, EqualsSentenceTransformersAtEveryTemperature) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) {
    const Json file = ReadJsonObject(kData / model / "golden.json", ErrorCode::kInternal);
    ForEveryTarget([&] {
      for (const Json& golden : file["normalized"]) {
        EmbedderOptions options;
        options.attention.temperature = golden["tau"].get<float>();
        options.attention.reading =
            golden["reading"] == "scores" ? TemperatureReading::kScores : TemperatureReading::kLogits;
        SCOPED_TRACE(model + golden["tau"].dump());
        ExpectVectors(Embedder(kData / model, options).Embed(GoldenTexts()), golden["vectors"]);
      }
    });
  }
}

TEST(Embedder, PoolsAsSentenceTransformersDoes) {
  const Session embedder(kTinyBert, {});
  const std::vector<std::string> texts = GoldenTexts();
  const Json file = Golden();
  for (const Json& golden : file["pooled"]) {
    Pooling pooling = Pooling::kMean;
    for (const Pooling candidate : {Pooling::kMean, Pooling::kCls, Pooling::kMax, Pooling::kLastToken}) {
      if (golden["pooling"] == PoolingName(candidate)) pooling = candidate;
    }
    ASSERT_EQ(golden["pooling"], PoolingName(pooling));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto ids = file["ids"][i].get<std::vector<std::int32_t>>();
      PackedBatch batch;
      batch.Add(ids);
      Encoder encoder(embedder.checkpoint(), MakeModelSpec(embedder.checkpoint()), embedder.pool());
      EncoderWorkspace workspace;
      encoder.Run(batch, workspace, {});
      std::vector<float> vector(embedder.spec().hidden);
      PoolStates(pooling, workspace.hidden.data(), ids.size(), vector);
      for (std::size_t c = 0; c < vector.size(); ++c) {
        ASSERT_NEAR(vector[c], golden["vectors"][i][c].get<double>(), 1e-5) << golden["pooling"] << " " << i;
      }
    }
  }
}

TEST(Embedder, GivesTheSameBitsWithAnyNumberOfThreadsAndAnyOrder) {
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i) {
    for (const std::string& text : GoldenTexts()) texts.push_back(text);
  }
  EmbedderOptions options;
  options.threads = 1;
  const Embeddings one = Embedder(kTinyBert, options).Embed(texts);
  options.threads = 3;
  EXPECT_EQ(one.values, Embedder(kTinyBert, options).Embed(texts).values);
  const std::vector<std::string> reversed(texts.rbegin(), texts.rend());
  const Embeddings backwards = Embedder(kTinyBert, options).Embed(reversed);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto a = one.row(i);
    const auto b = backwards.row(texts.size() - 1 - i);
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin()));
  }
}

TEST(Embedder, ReportsTheThreeLimitsAndTheTokensCut) {
  EmbedderOptions options;
  Embedder embedder(kTinyBert, options);
  EXPECT_EQ(embedder.limits().in_force, 64U);
  EXPECT_EQ(embedder.limits().sentence_transformers, 64U);
  EXPECT_EQ(embedder.limits().positions, 80U);
  options.max_length = 10;
  const Embeddings cut = Embedder(kTinyBert, options).Embed(GoldenTexts());
  EXPECT_EQ(cut.tokens[0].used, 4U);
  EXPECT_EQ(cut.tokens[0].dropped, 0U);
  EXPECT_EQ(cut.tokens[2].used, 10U);
  EXPECT_EQ(cut.tokens[2].dropped, 13U - 10U);
  options.max_length = 81;
  EXPECT_THROW(Embedder(kTinyBert, options), Error);
}

TEST(Embedder, AveragesWindowsByTheirTokens) {
  EmbedderOptions options;
  options.max_length = 10;
  options.long_input.kind = LongInputKind::kWindowMean;
  const std::string text = "the model of text head and long cosine a";  // 9 tokens: windows of 8 and 1
  const Embedder embedder(kTinyBert, options);
  const Embeddings whole = embedder.Embed(std::vector<std::string>{text});
  EXPECT_EQ(whole.tokens[0].windows, 2U);
  EXPECT_EQ(whole.tokens[0].dropped, 0U);
  const Embeddings parts =
      embedder.Embed(std::vector<std::string>{"the model of text head and long cosine", "a"});
  std::vector<double> expected(whole.dimension);
  double square = 0;
  for (std::size_t c = 0; c < whole.dimension; ++c) {
    expected[c] = 10.0 / 13 * parts.row(0)[c] + 3.0 / 13 * parts.row(1)[c];
    square += expected[c] * expected[c];
  }
  for (std::size_t c = 0; c < whole.dimension; ++c)
    EXPECT_NEAR(whole.row(0)[c], expected[c] / std::sqrt(square), 1e-6);
}

TEST(Embedder, RefusesALongTextWhenAskedTo) {
  EmbedderOptions options;
  options.max_length = 10;
  options.long_input.kind = LongInputKind::kError;
  EXPECT_THROW(Embedder(kTinyBert, options).Embed(GoldenTexts()), Error);
}

TEST(Embedder, AcceptsNoTextsAtAll) {
  EXPECT_EQ(Embedder(kTinyBert).Embed(std::vector<std::string>{}).rows(), 0U);
}

}  // namespace
}  // namespace lengthwise
