#include "lengthwise/measure.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "base/temporary_folder.h"
#include "lengthwise/attention.h"
#include "lengthwise/error.h"

namespace lengthwise {
namespace {

Embedder Tiny() {
  EmbedderOptions options;
  options.threads = 2;
  return Embedder(std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert", options);
}

std::vector<Document> Documents(std::size_t first, std::size_t last) {
  Random random(5);
  std::vector<Document> documents;
  for (std::size_t d = 0; d < last; ++d) {
    std::string text;
    for (std::size_t w = 0; w < 50 + d; ++w) text += random.Below(2) == 0 ? "long text " : "the model ";
    if (d >= first) documents.push_back({std::to_string(d), "", text});
  }
  return documents;
}

MeasureOptions Quick() {
  MeasureOptions options;
  options.resampling.replicates = 20;
  options.minimum_documents = 5;
  options.source = "texts";
  return options;
}

ErrorCode CodeOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kInternal;
}

TEST(MeasureFace, GivesTheMainNumbersOfItsDocument) {
  const MeasureResult result = Measure(Tiny(), Documents(0, 30), Quick());
  const Json document = Json::parse(result.document);
  EXPECT_EQ(document["data"]["source"], "texts");
  ASSERT_TRUE(result.index);
  EXPECT_NEAR(document["collapse_index"]["slope"]["estimate"].get<double>(), *result.index->slope.estimate,
              1e-6);
  ASSERT_EQ(result.arms.size(), 4U);
  ASSERT_EQ(result.arms[1].sequences, SequenceKind::kTruncated);
  const Json& buckets = document["arms"]["truncated"]["buckets"];
  ASSERT_EQ(buckets.size(), result.arms[1].buckets.size());
  for (std::size_t b = 0; b < buckets.size(); ++b) {
    EXPECT_EQ(buckets[b]["to"], result.arms[1].buckets[b].bucket.to);
    EXPECT_NEAR(buckets[b]["cosine"]["estimate"].get<double>(), *result.arms[1].buckets[b].cosine.estimate,
                1e-6);
  }
  EXPECT_EQ(document["shapes"]["preferred"], ShapeName(*result.shape));
  EXPECT_EQ(result.statistics, nullptr);
}

TEST(MeasureFace, EndsWhereProgressSaysSo) {
  const Embedder embedder = Tiny();
  std::size_t calls = 0;
  const auto stop = [&](std::size_t, std::size_t) { return ++calls < 3; };
  EXPECT_EQ(CodeOf([&] { Measure(embedder, Documents(0, 30), Quick(), stop); }), ErrorCode::kCancelled);
  EXPECT_GE(calls, 3U);
  EXPECT_LE(calls, 4U) << "the other thread ends what it has begun";
  // And may be used again.
  EXPECT_TRUE(Measure(embedder, Documents(0, 30), Quick()).index);
}

TEST(MeasureFace, MergesIntoTheResultOfTheWhole) {
  const TemporaryFolder folder;
  const Embedder embedder = Tiny();
  MeasureOptions options = Quick();
  options.statistics = true;
  std::vector<std::string> files;
  for (const std::size_t first : {0U, 15U}) {
    files.push_back((folder.path() / std::to_string(first)).string());
    AtomicFile file(files.back());
    WriteStatistics(Measure(embedder, Documents(first, first + 15), options), file);
    file.Commit();
  }
  options.statistics = false;
  Json whole = Json::parse(Measure(embedder, Documents(0, 30), options).document);
  const MeasureResult result = MergeStatistics(files);
  Json merged = Json::parse(result.document);
  EXPECT_EQ(merged["data"]["source"], files[0] + ", " + files[1]);
  merged["data"].erase("source");
  whole["data"].erase("source");
  EXPECT_EQ(merged, whole);
  EXPECT_NE(result.statistics, nullptr);
  files[1] = files[0];
  EXPECT_EQ(CodeOf([&] { MergeStatistics(files); }), ErrorCode::kBadInput);
  EXPECT_EQ(CodeOf([&] { MergeStatistics({}); }), ErrorCode::kBadInput);
}

TEST(MeasureFace, HasStatisticsToWriteOnlyWhereTheyWereAskedFor) {
  const TemporaryFolder folder;
  AtomicFile file(folder.path() / "statistics");
  EXPECT_EQ(CodeOf([&] { WriteStatistics(Measure(Tiny(), Documents(0, 10), Quick()), file); }),
            ErrorCode::kBadInput);
}

TEST(AttentionFace, GivesALineForEveryHead) {
  const Embedder embedder = Tiny();
  const std::vector<Document> documents = Documents(0, 3);
  AttentionOptions options;
  options.lengths = {8, 20};
  std::vector<Json> lines;
  const auto add = [&](std::string_view line) {
    EXPECT_EQ(line.back(), '\n');
    lines.push_back(Json::parse(line));
  };
  const AttentionResult result = MeasureAttention(embedder, documents, options, add);
  EXPECT_EQ(result.texts, 3U);
  EXPECT_EQ(result.sequences, 6U);
  EXPECT_EQ(result.heads, lines.size());
  EXPECT_EQ(lines.size(), 6U * 2 * 3);
  EXPECT_EQ(lines.back()["n"], 20);
  EXPECT_EQ(Json::parse(result.document)["lines"], lines.size());
  const auto stop = [](std::size_t, std::size_t) { return false; };
  EXPECT_EQ(CodeOf([&] { MeasureAttention(embedder, documents, options, add, stop); }),
            ErrorCode::kCancelled);
}

}  // namespace
}  // namespace lengthwise
