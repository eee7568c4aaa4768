// Post-processing inside the embedder: by role, and with windows.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "embedding/pooling.h"
#include "embedding/session.h"
#include "lengthwise/embedder.h"

namespace lengthwise {
namespace {

const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";
const std::vector<std::string> kTexts = {"the long text", "a word", "",
                                         "words of a model and words of another"};

// Fitted on vectors of the model, whitened, with a mean of queries far from that of documents.
PostProcess Fitted(const Session& embedder) {
  std::vector<std::string> texts;
  for (int i = 0; i < 60; ++i) {
    std::string text;
    for (int w = 0; w <= i % 11; ++w)
      text += std::string(1, static_cast<char>('a' + (i * 7 + w * 5) % 26)) + " ";
    texts.push_back(text);
  }
  VectorMoments moments(embedder.spec().hidden);
  moments.Add(embedder.Embed(texts, {}).values);
  PostProcess post = FitPostProcess(ParsePostProcessSpec("whiten:0.1"), moments, nullptr);
  for (float& component : post.query_mean) component += 0.05F;
  return post;
}

TEST(EmbedderPostProcess, IsAppliedToWhatTheModelGivesByRole) {
  const Session plain(kTinyBert, {});
  EmbedderOptions options;
  options.post_process = Fitted(plain);
  const Session repaired(kTinyBert, options);
  EXPECT_FALSE(plain.NeedsRole());
  EXPECT_TRUE(repaired.NeedsRole());
  for (const Role role : {Role::kDocument, Role::kQuery}) {
    std::vector<float> expected = plain.Embed(kTexts, {}).values;
    ApplyPostProcess(options.post_process, role, expected);
    EXPECT_EQ(repaired.Embed(kTexts, {}, 0, role).values, expected);
    EXPECT_EQ(Embedder(kTinyBert, options).Embed(kTexts, {}, role).values, expected);
  }
}

TEST(EmbedderPostProcess, ADimensionThatIsNotTheModelsIsRefused) {
  EmbedderOptions options;
  options.post_process = Fitted(Session(kTinyBert, {}));
  options.post_process.dimension += 1;
  EXPECT_THROW(Session(kTinyBert, options), Error);
}

class WindowTest : public testing::Test {
 protected:
  WindowTest() {
    options_.long_input = {LongInputKind::kWindowMean, 12, 0};
    options_.post_process = Fitted(Session(kTinyBert, {}));
    for (int i = 0; i < 30; ++i) text_ += "the long text of a word ";
  }

  EmbedderOptions options_;
  std::string text_;
};

// By hand: the vector of every window, its weight its share of the tokens.
TEST_F(WindowTest, TheMeanOfWindowsIsProcessedOrEachOfThem) {
  EmbedderOptions plain_options = options_;
  plain_options.post_process = {};
  const Session plain(kTinyBert, plain_options);
  const WindowEmbeddings windows = plain.EmbedWindows(std::vector{text_}, {}, 0, Role::kDocument, false);
  ASSERT_GT(windows.rows(), 5U);
  for (const bool each : {false, true}) {
    options_.post_process.each_window = each;
    std::vector<float> vectors = windows.values;
    if (each) ApplyPostProcess(options_.post_process, Role::kDocument, vectors);
    std::vector<float> expected(windows.dimension, 0.0F);
    for (std::size_t w = 0; w < windows.rows(); ++w) {
      const float weight = static_cast<float>(windows.used[w]) / static_cast<float>(windows.tokens[0].used);
      for (std::size_t c = 0; c < windows.dimension; ++c) {
        expected[c] += weight * vectors[w * windows.dimension + c];
      }
    }
    NormalizeVector(expected);
    if (!each) ApplyPostProcess(options_.post_process, Role::kDocument, expected);
    const Session repaired(kTinyBert, options_);
    const Embeddings found = repaired.Embed(std::vector{text_}, {});
    EXPECT_EQ(found.values, expected);
    EXPECT_EQ(found.tokens[0].windows, windows.rows());
  }
}

// Whitening is linear: whitening windows and averaging is averaging and whitening, as long as nothing is
// normalised in between. So what `each_window` changes is the normalising alone: it weighs each window by the
// norm that whitening left it, and centres before the mean is stretched to unit length.
TEST_F(WindowTest, WithoutNormalisingTheOrderOfMeanAndWhiteningDoesNotMatter) {
  EmbedderOptions plain_options = options_;
  plain_options.post_process = {};
  const Session plain(kTinyBert, plain_options);
  const WindowEmbeddings windows = plain.EmbedWindows(std::vector{text_}, {}, 0, Role::kDocument, false);
  const PostProcess& post = options_.post_process;
  const std::size_t dimension = windows.dimension;
  const auto whiten = [&](const std::vector<double>& x) {
    std::vector<double> y(dimension, 0.0);
    for (std::size_t i = 0; i < dimension; ++i) {
      for (std::size_t j = 0; j < dimension; ++j) {
        y[i] += double{post.map[i * dimension + j]} * (x[j] - double{post.document_mean[j]});
      }
    }
    return y;
  };
  std::vector<double> mean(dimension, 0.0);
  std::vector<double> mean_of_whitened(dimension, 0.0);
  for (std::size_t w = 0; w < windows.rows(); ++w) {
    const double weight = windows.used[w] / static_cast<double>(windows.tokens[0].used);
    const std::vector<double> vector(
        windows.values.begin() + static_cast<std::ptrdiff_t>(w * dimension),
        windows.values.begin() + static_cast<std::ptrdiff_t>((w + 1) * dimension));
    const std::vector<double> whitened = whiten(vector);
    for (std::size_t c = 0; c < dimension; ++c) {
      mean[c] += weight * vector[c];
      mean_of_whitened[c] += weight * whitened[c];
    }
  }
  const std::vector<double> whitened_mean = whiten(mean);
  // Double precision throughout.
  for (std::size_t c = 0; c < dimension; ++c) EXPECT_NEAR(whitened_mean[c], mean_of_whitened[c], 1e-12);
}

}  // namespace
}  // namespace lengthwise
