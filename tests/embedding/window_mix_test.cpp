#include "embedding/window_mix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "embedding/session.h"

namespace lengthwise {
namespace {

using Vector = std::vector<double>;

double Norm(const Vector& x) {
  double sum = 0;
  for (const double value : x) sum += value * value;
  return std::sqrt(sum);
}

Vector Unit(Vector x) {
  const double norm = Norm(x);
  for (double& value : x) value /= norm;
  return x;
}

Vector Sum(const Vector& x, const Vector& y, double a = 1, double b = 1) {
  Vector sum(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) sum[i] = a * x[i] + b * y[i];
  return sum;
}

void ExpectNear(std::span<const float> found, const Vector& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-6);
}

const std::vector<float> kWindows = {3, 0, 4, /**/ 0, 2, 0, /**/ 1, 1, -1};
const std::vector<std::uint32_t> kTokens = {10, 10, 5};

std::vector<float> Mixed(const LongInput& policy, std::size_t windows, bool unit_length = true) {
  std::vector<float> vector(3, -1.0F);
  MixWindows(policy, std::span(kWindows).first(3 * windows), std::span(kTokens).first(windows), unit_length,
             vector);
  return vector;
}

TEST(MixWindows, LeadBodySetsTheFirstBesideTheMeanOfAll) {
  const Vector lead = Unit({3, 0, 4});
  const Vector body = Unit(Sum(Sum(lead, Unit({0, 2, 0})), Unit({1, 1, -1})));
  for (const double a : {0.0, 0.3, 1.0}) {
    const LongInput policy{.kind = LongInputKind::kLeadBody, .window = 0, .stride = 0, .lead = a};
    ExpectNear(Mixed(policy, 3), Unit(Sum(lead, body, a, 1 - a)));
    ExpectNear(Mixed(policy, 1), lead);
  }
}

TEST(MixWindows, WindowMeanWeighsByTokens) {
  const LongInput policy{.kind = LongInputKind::kWindowMean};
  const Vector mean = Sum(Sum({3, 0, 4}, {0, 2, 0}, .4, .4), {1, 1, -1}, 1, .2);
  ExpectNear(Mixed(policy, 3, false), mean);
  ExpectNear(Mixed(policy, 3, true), Unit(mean));
  ExpectNear(Mixed(policy, 1, true), {3, 0, 4});
}

TEST(MixWindows, WindowsThatCancelLeaveTheLead) {
  const std::vector<float> opposite = {0, 1, 0, 0, -1, 0};
  std::vector<float> vector(3);
  MixWindows({.kind = LongInputKind::kLeadBody}, opposite, std::span(kTokens).first(2), true, vector);
  ExpectNear(vector, {0, 1, 0});
}

TEST(WindowVectors, NeighboursThatAreAlikeAreMerged) {
  const std::vector<float> windows = {2, 0, 0, /**/ 1, .1F, 0, /**/ 0, 5, 0, /**/ 1, 0, 0};
  LongInput policy{.kind = LongInputKind::kWindows};
  const SeveralVectors all = WindowVectors(policy, windows, 3);
  EXPECT_EQ(all.windows, (std::vector<std::size_t>{1, 1, 1, 1}));
  ExpectNear(std::span(all.values).first(3), {1, 0, 0});
  policy.vectors = 3;
  const SeveralVectors few = WindowVectors(policy, windows, 3);
  EXPECT_EQ(few.windows, (std::vector<std::size_t>{2, 1, 1}));
  ExpectNear(std::span(few.values).first(3), Unit(Sum({1, 0, 0}, Unit({1, .1, 0}))));
  policy.vectors = 1;
  EXPECT_EQ(WindowVectors(policy, windows, 3).windows, (std::vector<std::size_t>{4}));
}

// The policy inside a session: windows as it cuts them, each post-processed; a query is not split.
TEST(LeadBody, IsMixedOfTheWindowsThatASessionCuts) {
  const std::filesystem::path model = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";
  const std::vector<std::string> texts = {"the word", "",
                                          "words of a model and words of another model, and more of them "
                                          "than a window of twelve tokens takes"};
  EmbedderOptions options;
  options.long_input = {.kind = LongInputKind::kLeadBody, .window = 12, .stride = 0, .lead = 0.3};
  VectorMoments moments(Session(model, {}).spec().hidden);
  moments.Add(
      Session(model, {}).Embed(std::vector<std::string>{"a b", "c d e f", "word of words"}, {}).values);
  options.post_process = FitPostProcess(ParsePostProcessSpec("whiten:0.1"), moments, nullptr);
  options.post_process.each_window = true;
  const Session session(model, options);
  const Embeddings mixed = session.Embed(texts, {});
  const WindowEmbeddings windows = session.EmbedWindows(texts, {}, 0, Role::kDocument, true);
  EXPECT_EQ(mixed.tokens[2].windows, windows.rows() - 2);
  EXPECT_GT(mixed.tokens[2].windows, 2U);
  EXPECT_EQ(mixed.tokens[2].dropped, 0U);
  const auto row = [&](std::size_t w) {
    const auto first = windows.values.begin() + static_cast<std::ptrdiff_t>(w * windows.dimension);
    return Unit(Vector(first, first + static_cast<std::ptrdiff_t>(windows.dimension)));
  };
  ExpectNear(mixed.row(0), row(0));
  Vector body(windows.dimension, 0.0);
  for (std::size_t w = 2; w < windows.rows(); ++w) body = Sum(body, row(w));
  ExpectNear(mixed.row(2), Unit(Sum(row(2), Unit(body), 0.3, 0.7)));
  const WindowEmbeddings raw = session.EmbedContent(session.Tokenize(texts), {}, Role::kDocument);
  EXPECT_EQ(session.Finish(raw, Role::kDocument).values, mixed.values);

  EmbedderOptions whole = options;
  whole.long_input = {};
  whole.post_process.each_window = false;
  const std::vector<float> queries = session.Embed(texts, {}, 0, Role::kQuery).values;
  const std::vector<float> read_whole = Session(model, whole).Embed(texts, {}, 0, Role::kQuery).values;
  ASSERT_EQ(queries.size(), read_whole.size());
  for (std::size_t i = 0; i < queries.size(); ++i) EXPECT_NEAR(queries[i], read_whole[i], 1e-6);
}

// Rows of a text's windows, in place of one; a query has one.
TEST(SeveralVectors, AreThoseOfTheWindowsThatASessionCuts) {
  const std::filesystem::path model = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";
  std::vector<std::string> texts = {"the word", "",
                                    "words of a model and words of another model, and more of them"};
  EmbedderOptions options;
  options.long_input = {.kind = LongInputKind::kWindows, .window = 8};
  const Session session(model, options);
  const WindowEmbeddings windows = session.EmbedWindows(texts, {}, 0, Role::kDocument, true);
  const Embeddings rows = session.Embed(texts, {});
  ASSERT_EQ(rows.rows(), windows.rows());
  ASSERT_GT(rows.rows(), 4U);
  EXPECT_EQ(rows.texts(), 3U);
  const WindowEmbeddings raw = session.EmbedContent(session.Tokenize(texts), {}, Role::kDocument);
  EXPECT_EQ(session.Finish(raw, Role::kDocument).values, rows.values);
  EXPECT_EQ(rows.parts.front(), (TextPart{0, 0}));
  EXPECT_EQ(rows.parts.back(), (TextPart{2, rows.rows() - 3}));
  for (std::size_t w = 0; w < rows.rows(); ++w) {
    EXPECT_EQ(rows.parts[w].text, windows.text[w]);
    EXPECT_EQ(rows.tokens[w].used, windows.used[w]);
    EXPECT_EQ(rows.tokens[w].dropped, 0U);
    const auto window = std::span(windows.values).subspan(w * rows.dimension, rows.dimension);
    ExpectNear(rows.row(w), Unit(Vector(window.begin(), window.end())));
  }
  EXPECT_EQ(session.Embed(texts, {}, 0, Role::kQuery).rows(), 3U);
  // More texts than are embedded at once are numbered on.
  texts.insert(texts.begin(), 4100, "a");
  const Embeddings many = session.Embed(texts, {});
  EXPECT_EQ(many.texts(), 4103U);
  EXPECT_EQ(many.parts.back(), (TextPart{4102, rows.rows() - 3}));
}

}  // namespace
}  // namespace lengthwise
