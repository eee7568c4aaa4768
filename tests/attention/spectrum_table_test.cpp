#include "attention/spectrum_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>

#include "base/random.h"
#include "lengthwise/error.h"

namespace lengthwise {
namespace {

const std::filesystem::path kData = LENGTHWISE_TEST_DATA;

// Twelve documents of 40 words that the tiny models know.
std::vector<Document> Documents() {
  const char* const vocabulary[] = {"the", "a", "of", "and", "long", "short", "text", "model", "head"};
  Random random(5);
  std::vector<Document> documents;
  for (int d = 0; d < 12; ++d) {
    std::string text;
    for (int w = 0; w < 40; ++w) text += std::string(w > 0 ? " " : "") + vocabulary[random.Below(9)];
    documents.push_back({std::to_string(d), "", text});
  }
  return documents;
}

Session Open(const char* model = "tiny_bert", std::size_t threads = 1) {
  EmbedderOptions options;
  options.threads = threads;
  return Session(kData / model, options);
}

constexpr std::size_t kLengths[] = {6, 8, 16, 24, 32};

SpectrumTable Measure(const Session& embedder, const std::vector<Document>& documents, std::size_t count) {
  const std::vector<TokenizedDocument> tokenized = TokenizeDocuments(embedder, documents);
  return MeasureSpectrum(embedder, tokenized, kLengths, count, 1, 0.95);
}

// All numbers of a table, in order.
std::vector<double> NumbersOf(const SpectrumTable& table) {
  std::vector<double> numbers = {static_cast<double>(table.above_bound), static_cast<double>(table.measured)};
  for (const SpectrumCell& cell : table.cells) {
    for (const Interval* interval : {&cell.sigma_hc, &cell.sigma_centred, &cell.sigma_s}) {
      numbers.insert(numbers.end(), {*interval->estimate, *interval->low, *interval->high});
    }
    numbers.insert(numbers.end(), {cell.entropy, cell.sink, cell.local_mass, cell.retention, *cell.bound,
                                   *cell.flat_law, *cell.head_size_law, *cell.floor});
  }
  for (const SpectrumTrend& trend : table.trends) numbers.push_back(*trend.exponent.estimate);
  for (const LawAgreement& law : table.laws) numbers.push_back(*law.median_ratio);
  return numbers;
}

TEST(SpectrumLengths, HalveFromTheLongest) {
  const std::vector<std::size_t> miniature = {16, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512};
  EXPECT_EQ(SpectrumLengths(miniature), (std::vector<std::size_t>{32, 64, 128, 256, 512}));
  EXPECT_EQ(SpectrumLengths(std::vector<std::size_t>{10, 15, 29}), (std::vector<std::size_t>{10, 29}));
  EXPECT_EQ(SpectrumLengths(std::vector<std::size_t>{7}), (std::vector<std::size_t>{7}));
}

// The same documents, measured one by one, averaged as a textbook does.
TEST(SpectrumTable, HoldsTheMeansOfTheAttentionReport) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) {
    const Session embedder = Open(model);
    const std::vector<Document> documents = Documents();
    const SpectrumTable table = Measure(embedder, documents, 100);
    ASSERT_EQ(table.documents, documents.size());
    ASSERT_EQ(table.lengths, (std::vector<std::size_t>{8, 16, 32}));
    const std::size_t heads = embedder.spec().layers * embedder.spec().heads;
    ASSERT_EQ(table.cells.size(), heads * 3);
    EXPECT_EQ(table.measured, heads * 3 * documents.size());

    AttentionOptions options;
    options.lengths = table.lengths;
    std::vector<HeadRecord> records;
    MeasureAttention(embedder, documents, options, [&](const HeadRecord& r) { records.push_back(r); });
    std::size_t above = 0;
    for (const HeadRecord& record : records) above += record.spectrum.sigma_hc > *record.laws.bound ? 1 : 0;
    EXPECT_EQ(table.above_bound, above);
    EXPECT_GT(above, 0U);
    EXPECT_EQ(table.violations, 0U);
    for (const SpectrumCell& cell : table.cells) {
      double sigma = 0, square = 0, law = 0, share = 0;
      for (const HeadRecord& r : records) {
        if (r.layer != cell.layer || r.head != cell.head || r.tokens != cell.tokens) continue;
        sigma += r.spectrum.sigma_hc / 12;
        square += r.spectrum.sigma_hc * r.spectrum.sigma_hc / 12;
        law += *r.laws.head_size_law / 12;
        share += r.spectrum.sigma_hc > *r.laws.bound ? 1.0 / 12 : 0.0;
      }
      EXPECT_NEAR(*cell.sigma_hc.estimate, sigma, 1e-12);
      // t(11) = 2.200985 at 97.5 %.
      EXPECT_NEAR(*cell.sigma_hc.high - sigma, 2.200985 * std::sqrt((square - sigma * sigma) / 11), 1e-6);
      // Up to 1e16 at the tiny models' sharp heads.
      EXPECT_NEAR(*cell.head_size_law / law, 1, 1e-12);
      EXPECT_NEAR(*cell.above_bound, share, 1e-12);
    }
  }
}

TEST(SpectrumTable, TrendIsTheExponentOfAPowerLawInEachDocument) {
  const Session embedder = Open();
  const std::vector<Document> documents = Documents();
  const SpectrumTable table = Measure(embedder, documents, 100);
  AttentionOptions options;
  options.lengths = table.lengths;
  // Lengths double twice: the least-squares slope is half the logarithm of last over first.
  std::vector<double> sums(table.trends.size(), 0);
  MeasureAttention(embedder, documents, options, [&](const HeadRecord& r) {
    const double sign = r.tokens == 32 ? 0.5 : r.tokens == 8 ? -0.5 : 0;
    sums[r.layer * embedder.spec().heads + r.head] += sign * std::log2(r.spectrum.sigma_hc) / 12;
  });
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const SpectrumTrend& trend = table.trends[i];
    EXPECT_NEAR(*trend.exponent.estimate, sums[i], 1e-9);
    // The correction widens the interval: a direction is only given where the plain interval gives it too.
    if (trend.direction == TrendDirection::kRises) {
      EXPECT_GT(*trend.exponent.low, 0);
    }
    if (trend.direction == TrendDirection::kFalls) {
      EXPECT_LT(*trend.exponent.high, 0);
    }
  }
}

TEST(SpectrumTable, DoesNotDependOnTheOrderOfDocumentsOrOnThreads) {
  std::vector<Document> documents = Documents();
  const std::vector<double> numbers = NumbersOf(Measure(Open(), documents, 5));
  std::reverse(documents.begin(), documents.end());
  EXPECT_EQ(numbers, NumbersOf(Measure(Open("tiny_bert", 3), documents, 5)));
  EXPECT_NE(numbers, NumbersOf(Measure(Open(), documents, 6)));
}

TEST(SpectrumTable, OfOneDocumentHasMeansWithoutIntervals) {
  const SpectrumTable table = Measure(Open(), Documents(), 1);
  EXPECT_EQ(table.documents, 1U);
  for (const SpectrumCell& cell : table.cells) {
    EXPECT_TRUE(cell.sigma_hc.estimate.has_value());
    EXPECT_FALSE(cell.sigma_hc.low.has_value());
  }
  for (const SpectrumTrend& trend : table.trends) {
    EXPECT_FALSE(trend.exponent.estimate.has_value());
    EXPECT_EQ(trend.direction, TrendDirection::kUndecided);
  }
}

TEST(SpectrumTable, NeedsADocumentOfTheLongestLength) {
  const Session embedder = Open();
  const std::vector<TokenizedDocument> tokenized = TokenizeDocuments(embedder, Documents());
  try {
    MeasureSpectrum(embedder, tokenized, std::vector<std::size_t>{8, 43}, 4, 1, 0.95);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_NE(std::string(error.what()).find("no document of 12 has 43 tokens"), std::string::npos);
  }
}

}  // namespace
}  // namespace lengthwise
