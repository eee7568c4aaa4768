#include "controls/placement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "base/random.h"

namespace lengthwise {
namespace {

const std::filesystem::path kData = LENGTHWISE_TEST_DATA;

// Vectors are float.
constexpr double kTolerance = 1e-6;

Session OpenFor(std::size_t in_force, std::size_t threads = 1) {
  EmbedderOptions options;
  options.max_length = in_force;
  options.threads = threads;
  return Session(kData / "tiny_bert", options);
}

// Documents of words of their own, so that what follows a passage is like it.
TokenizedDocument DocumentOf(std::uint64_t key) {
  Random random(key);
  TokenizedDocument document{key, 80, {}};
  const std::size_t words[] = {random.Below(40), random.Below(40), random.Below(40)};
  for (std::size_t t = 0; t < 78; ++t)
    document.content.push_back(static_cast<std::int32_t>(5 + words[random.Below(3)]));
  return document;
}

PlacementFrame FrameOf(const Session& embedder, std::size_t count) {
  PlacementSample sample(embedder, {}, 1);
  for (std::size_t d = 0; d < count; ++d) sample.Add(DocumentOf(d + 1));
  std::vector<std::string> notes;
  return sample.Frame(5, notes);
}

using Vector = std::vector<double>;

Vector VectorOf(const Session& embedder, std::span<const std::int32_t> content) {
  const std::vector<std::vector<std::int32_t>> sequence = {
      embedder.WithSpecials(content, content.size() + embedder.special_tokens())};
  Vector vector;
  embedder.EmbedSequences(sequence, {}, [&](std::size_t, std::span<const float> found, const TextProbe*) {
    vector.assign(found.begin(), found.end());
  });
  const double norm = std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
  for (double& value : vector) value /= norm;
  return vector;
}

double Product(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Content in windows of so many tokens, special ones included.
std::vector<Vector> Windows(const Session& embedder, std::span<const std::int32_t> content,
                            std::size_t window, std::vector<double>* tokens) {
  std::vector<Vector> vectors;
  const std::size_t step = window - embedder.special_tokens();
  for (std::size_t begin = 0; begin < content.size(); begin += step) {
    const auto part = content.subspan(begin, std::min(step, content.size() - begin));
    vectors.push_back(VectorOf(embedder, part));
    tokens->push_back(static_cast<double>(part.size() + embedder.special_tokens()));
  }
  return vectors;
}

double Score(const Session& embedder, Handling handling, std::size_t read,
             const std::vector<std::int32_t>& text, const Vector& query) {
  const std::span<const std::int32_t> content(text);
  if (handling == Handling::kCut)
    return Product(VectorOf(embedder, content.first(read - embedder.special_tokens())), query);
  if (handling == Handling::kOnePass) return Product(VectorOf(embedder, content), query);
  std::vector<double> tokens;
  const std::vector<Vector> windows = Windows(embedder, content, read, &tokens);
  Vector mean(query.size());
  double best = -1;
  for (std::size_t w = 0; w < windows.size(); ++w) {
    best = std::max(best, Product(windows[w], query));
    for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += tokens[w] * windows[w][c];
  }
  return handling == Handling::kBestWindow ? best : Product(mean, query) / std::sqrt(Product(mean, mean));
}

double MeanNdcg(const Session& embedder, const PlacementFrame& frame, Handling handling, std::size_t read,
                std::size_t place) {
  const auto texts = frame.Texts(place);
  const auto queries = frame.Queries();
  double sum = 0;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const Vector query = VectorOf(embedder, queries[q]);
    const double own = Score(embedder, handling, read, texts[q], query);
    std::size_t rank = 1;
    for (std::size_t t = 0; t < texts.size(); ++t)
      rank += t != q && Score(embedder, handling, read, texts[t], query) > own ? 1 : 0;
    sum += rank <= 10 ? 1 / std::log2(1 + static_cast<double>(rank)) : 0;
  }
  return sum / static_cast<double>(queries.size());
}

TEST(Placement, PutsThePassageWhereItSaysAndNothingElseChanges) {
  const Session embedder = OpenFor(0);
  const PlacementFrame frame = FrameOf(embedder, 31);
  EXPECT_EQ(frame.length, 80U);
  EXPECT_EQ(frame.passage, 10U);
  EXPECT_EQ(frame.passages(), 15U) << "one stands around each of the others";
  const auto first = frame.Texts(0), middle = frame.Texts(2), last = frame.Texts(kPlaceCount - 1);
  for (std::size_t p = 0; p < frame.passages(); ++p) {
    const auto passage = std::span(frame.documents[p]).first(10);
    EXPECT_EQ(first[p].size(), 78U);
    EXPECT_TRUE(std::equal(passage.begin(), passage.end(), first[p].begin()));
    EXPECT_TRUE(std::equal(passage.begin(), passage.end(), middle[p].begin() + 34));
    EXPECT_TRUE(std::equal(passage.begin(), passage.end(), last[p].end() - 10));
    std::vector<std::int32_t> rest(middle[p].begin(), middle[p].begin() + 34);
    rest.insert(rest.end(), middle[p].begin() + 44, middle[p].end());
    EXPECT_TRUE(std::equal(rest.begin(), rest.end(), first[p].begin() + 10));
    EXPECT_EQ(frame.Queries()[p],
              std::vector<std::int32_t>(frame.documents[p].begin() + 10, frame.documents[p].begin() + 20));
  }
}

TEST(Placement, TakesShorterTextsWhereFewAreLong) {
  const Session embedder = OpenFor(0);
  PlacementSample sample(embedder, {}, 1);
  for (std::size_t d = 0; d < 30; ++d) {
    TokenizedDocument document = DocumentOf(d + 1);
    document.content.resize(d < 5 ? 78 : 40);
    sample.Add(document);
  }
  std::vector<std::string> notes;
  EXPECT_EQ(sample.Frame(5, notes).length, 40U);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("40 tokens instead of 80: 5 documents have 80"), std::string::npos) << notes[0];
  notes.clear();
  EXPECT_TRUE(sample.Frame(20, notes).documents.empty());
  EXPECT_NE(notes.at(0).find("needs at least 40 documents of 20 tokens"), std::string::npos) << notes[0];
}

TEST(Placement, IsTheRankOfThePassagesText) {
  const Session embedder = OpenFor(40);
  const Session whole = OpenFor(0);
  const PlacementFrame frame = FrameOf(embedder, 30);
  ResamplingOptions resampling;
  resampling.replicates = 50;
  const Placement found = MeasurePlacement(embedder, frame, nullptr, resampling, {});
  ASSERT_EQ(found.handlings.size(), 4U);
  EXPECT_NEAR(found.chance, 4.543559 / 15, 1e-6);
  for (const PlacedHandling& placed : found.handlings) {
    EXPECT_EQ(placed.read, placed.handling == Handling::kOnePass ? 80U : 40U);
    double least = 1, most = 0;
    for (std::size_t p = 0; p < kPlaceCount; ++p) {
      const double ndcg = MeanNdcg(whole, frame, placed.handling, placed.read, p);
      EXPECT_NEAR(*placed.found[p].estimate, ndcg, kTolerance)
          << HandlingName(placed.handling) << " at " << kPlaces[p];
      EXPECT_TRUE(placed.found[p].low);
      least = std::min(least, ndcg);
      most = std::max(most, ndcg);
    }
    EXPECT_NEAR(*placed.sensitivity->estimate, 1 - least / most, kTolerance);
    EXPECT_EQ(*placed.change[0].estimate, 0);
  }
  EXPECT_GT(*found.handlings[0].found[0].estimate, *found.handlings[0].found[4].estimate)
      << "what is cut off is not found";
}

TEST(Placement, ReadsAsTheRepairSays) {
  const Session embedder = OpenFor(40);
  const PlacementFrame frame = FrameOf(embedder, 30);
  ResamplingOptions resampling;
  resampling.replicates = 20;
  EmbedderOptions repaired = embedder.options();
  repaired.long_input = {.kind = LongInputKind::kWindows, .window = 24};
  const Placement windows = MeasurePlacement(embedder, frame, &repaired, resampling, {});
  ASSERT_EQ(windows.handlings.size(), 5U);
  for (std::size_t p = 0; p < kPlaceCount; ++p) {
    EXPECT_EQ(*windows.handlings[4].found[p].estimate, *windows.handlings[3].found[p].estimate)
        << "the best window, of the size that the repair names";
  }
  repaired.long_input = {.kind = LongInputKind::kLeadBody, .window = 24, .lead = 1};
  const Placement lead = MeasurePlacement(embedder, frame, &repaired, resampling, {});
  EXPECT_NEAR(*lead.handlings[4].found[4].estimate, MeanNdcg(OpenFor(0), frame, Handling::kCut, 24, 4),
              kTolerance);
  EXPECT_EQ(*lead.handlings[0].found[1].estimate, *windows.handlings[0].found[1].estimate);
}

TEST(Placement, IsTheSameAtAnyNumberOfThreads) {
  ResamplingOptions resampling;
  resampling.replicates = 20;
  std::vector<Placement> found;
  for (const std::size_t threads : {1, 3}) {
    const Session embedder = OpenFor(40, threads);
    found.push_back(MeasurePlacement(embedder, FrameOf(embedder, 30), nullptr, resampling, {}));
  }
  for (std::size_t h = 0; h < 4; ++h) {
    EXPECT_EQ(*found[0].handlings[h].found[2].low, *found[1].handlings[h].found[2].low);
    EXPECT_EQ(*found[0].handlings[h].sensitivity->high, *found[1].handlings[h].sensitivity->high);
  }
}

}  // namespace
}  // namespace lengthwise
