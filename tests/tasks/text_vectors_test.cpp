#include "tasks/text_vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/temporary_folder.h"
#include "embedding/pooling.h"
#include "embedding/vector_key.h"
#include "lengthwise/cache.h"
#include "math/cpu.h"
#include "refusal.h"

namespace lengthwise {
namespace {

const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

// Of 1 to 150 words, so that some have several windows; together more than is embedded in one part.
std::vector<std::string> MakeTexts(std::size_t count) {
  static const char* const kWords[] = {"the", "length", "of",    "text", "is",
                                       "a",   "long",   "token", "and",  "short"};
  Random random(7);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text = "text " + std::to_string(i);
    for (std::size_t w = random.Below(150); w > 0; --w) text += std::string(" ") + kWords[random.Below(10)];
    texts.push_back(text);
  }
  return texts;
}

EmbedderOptions Options(LongInputKind kind, std::size_t threads = 2) {
  EmbedderOptions options;
  options.threads = threads;
  options.long_input.kind = kind;
  return options;
}

class TextVectorsTest : public ::testing::Test {
 protected:
  const std::vector<std::string> texts_ = MakeTexts(1000);
  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "vectors.sqlite";
};

using Embed = VectorSet (*)(const Session&, std::span<const std::string>, Role, const TextProgress&,
                            VectorCache*);

TEST_F(TextVectorsTest, AreTheSameBitsWhateverTheCacheHolds) {
  for (const Embed embed : {&EmbedTexts, &EmbedTextWindows}) {
    for (const LongInputKind kind : {LongInputKind::kTruncate, LongInputKind::kWindowMean}) {
      const Session embedder(kTinyBert, Options(kind));
      VectorCache cache(folder_.path() / (std::to_string(embed == &EmbedTexts) + LongInputKindName(kind)));
      const auto run = [&](std::span<const std::string> texts, VectorCache* with) {
        return embed(embedder, texts, Role::kDocument, {}, with);
      };
      const VectorSet without = run(texts_, nullptr);
      run(std::span(texts_).subspan(300, 400), &cache);
      EXPECT_EQ(cache.counts().found, 0U);
      const VectorSet half = run(texts_, &cache);
      EXPECT_EQ(cache.counts().found, 400U);
      const VectorSet warm = embed(Session(kTinyBert, Options(kind, 1)), texts_, Role::kQuery, {}, &cache);
      EXPECT_EQ(cache.counts().found, 1400U);
      for (const VectorSet* other : {&half, &warm}) {
        EXPECT_EQ(other->values, without.values);
        EXPECT_EQ(other->offsets, without.offsets);
      }
    }
  }
}

// As far as this CPU has them.
TEST_F(TextVectorsTest, AreTheSameBitsInNarrowPrecisions) {
  for (const Precision precision : {Precision::kBf16, Precision::kInt8}) {
    if (precision == Precision::kBf16 ? !CpuHasBf16() : !CpuHasAvx2()) continue;
    EmbedderOptions options = Options(LongInputKind::kTruncate);
    options.precision = precision;
    const Session embedder(kTinyBert, options);
    VectorCache cache(folder_.path() / PrecisionName(precision));
    EmbedTexts(embedder, std::span(texts_).subspan(301, 57), Role::kDocument, {}, &cache);
    EXPECT_EQ(EmbedTexts(embedder, texts_, Role::kDocument, {}, &cache).values,
              EmbedTexts(embedder, texts_, Role::kDocument, {}).values);
  }
}

TEST_F(TextVectorsTest, AreWhatTheEmbedderGivesAtUnitLength) {
  const Session embedder(kTinyBert, Options(LongInputKind::kWindowMean));
  VectorCache cache(file_);
  std::vector<float> expected = embedder.Embed(texts_, {}).values;
  const VectorSet found = EmbedTexts(embedder, texts_, Role::kDocument, {}, &cache);
  for (std::size_t i = 0; i < texts_.size(); ++i)
    NormalizeVector(std::span(expected).subspan(i * found.dimension, found.dimension));
  EXPECT_EQ(found.values, expected);

  const WindowEmbeddings windows = embedder.EmbedWindows(texts_, {}, 0, Role::kDocument, false);
  expected = windows.values;
  for (std::size_t w = 0; w < windows.rows(); ++w)
    NormalizeVector(std::span(expected).subspan(w * windows.dimension, windows.dimension));
  const VectorSet of_windows = EmbedTextWindows(embedder, texts_, Role::kDocument, {}, &cache);
  EXPECT_EQ(of_windows.values, expected);
  ASSERT_EQ(of_windows.size(), texts_.size());
  for (std::size_t w = 0; w < windows.rows(); ++w) {
    EXPECT_GE(w, of_windows.begin(windows.text[w]));
    EXPECT_LT(w, of_windows.end(windows.text[w]));
  }
}

TEST_F(TextVectorsTest, OfTextsThatAreAlikeAreComputedOnce) {
  const Session embedder(kTinyBert, Options(LongInputKind::kTruncate));
  VectorCache cache(file_);
  const std::vector<std::string> texts = {"a text", "another", "a text", "a text"};
  std::vector<std::size_t> progress;
  const VectorSet vectors = EmbedTexts(
      embedder, texts, Role::kDocument, [&](std::size_t done) { progress.push_back(done); }, &cache);
  for (const std::size_t i : {2, 3})
    EXPECT_TRUE(std::equal(vectors.row(0).begin(), vectors.row(0).end(), vectors.row(i).begin()));
  EXPECT_FALSE(std::equal(vectors.row(0).begin(), vectors.row(0).end(), vectors.row(1).begin()));
  // Two were embedded, then all four are done.
  EXPECT_EQ(progress, (std::vector<std::size_t>{1, 2, 4}));
}

TEST_F(TextVectorsTest, ThatAreFoundCountAsDoneAtOnce) {
  const Session embedder(kTinyBert, Options(LongInputKind::kTruncate));
  VectorCache cache(file_);
  EmbedTexts(embedder, std::span(texts_).first(600), Role::kDocument, {}, &cache);
  std::vector<std::size_t> progress;
  EmbedTexts(
      embedder, texts_, Role::kDocument, [&](std::size_t done) { progress.push_back(done); }, &cache);
  EXPECT_EQ(progress.front(), 600U);
  EXPECT_EQ(progress.back(), texts_.size());
  EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
}

// As after a kill: some parts are there and the rest is not.
TEST_F(TextVectorsTest, AreKeptPartByPart) {
  const Session embedder(kTinyBert, Options(LongInputKind::kTruncate));
  VectorCache cache(file_);
  struct Broken {};
  const auto break_off = [](std::size_t done) {
    if (done > 700) throw Broken();
  };
  EXPECT_THROW(EmbedTexts(embedder, texts_, Role::kDocument, break_off, &cache), Broken);
  const VectorSet resumed = EmbedTexts(embedder, texts_, Role::kDocument, {}, &cache);
  EXPECT_GT(cache.counts().found, 200U);
  EXPECT_LE(cache.counts().found, 700U);
  EXPECT_EQ(resumed.values, EmbedTexts(embedder, texts_, Role::kDocument, {}).values);
}

TEST_F(TextVectorsTest, OfADamagedRowAreComputedAnew) {
  const Session embedder(kTinyBert, Options(LongInputKind::kTruncate));
  VectorCache cache(file_);
  const VectorSet before = EmbedTexts(embedder, texts_, Role::kDocument, {}, &cache);
  // Two vectors where one belongs, with a checksum of their own.
  const VectorKey key = VectorKeys(embedder, VectorForm::kText, Role::kDocument).Of(texts_[3]);
  const std::vector<float> wrong(2 * before.dimension, 1.0F);
  cache.Put(std::vector<VectorCache::Entry>{{key, wrong}});
  EXPECT_EQ(EmbedTexts(embedder, texts_, Role::kDocument, {}, &cache).values, before.values);
}

TEST_F(TextVectorsTest, OfATextThatIsTooLongAreRefusedByItsPlace) {
  const Session embedder(kTinyBert, Options(LongInputKind::kError));
  VectorCache cache(file_);
  std::vector<std::string> texts(9, "a text");
  texts[7] = texts_[std::max_element(texts_.begin(), texts_.end(),
                                     [](const auto& a, const auto& b) { return a.size() < b.size(); }) -
                    texts_.begin()];
  const auto embed = [&](VectorCache* with) {
    return testing::Refusal([&] { EmbedTexts(embedder, texts, Role::kDocument, {}, with); });
  };
  const std::string expected = testing::Refusal([&] { embedder.Embed(texts, {}); });
  EXPECT_EQ(embed(nullptr), expected);
  EXPECT_EQ(embed(&cache), expected);
}

TEST_F(TextVectorsTest, OfNoTextsAreNone) {
  const Session embedder(kTinyBert, Options(LongInputKind::kTruncate));
  VectorCache cache(file_);
  EXPECT_EQ(EmbedTexts(embedder, {}, Role::kDocument, {}, &cache).size(), 0U);
  EXPECT_EQ(EmbedTextWindows(embedder, {}, Role::kDocument, {}, &cache).size(), 0U);
}

}  // namespace
}  // namespace lengthwise
